import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { missing } from "../../../identity/test/oracle.ts";
import { decodePicture } from "../../src/picture/decode.ts";
import { decodeGif, readGifSize } from "../../src/picture/gif.ts";
import { readPictureHeader } from "../../src/picture/header.ts";
import { decodeJpeg } from "../../src/picture/jpeg.ts";
import type { Pixels } from "../../src/picture/pixels.ts";
import { decodePng, encodePng, readPngHeader } from "../../src/picture/png.ts";
import { distance, fromPnm, gradient, noise, through, toPam, toPpm, withoutHidden } from "./kit.ts";

const withNetpbm = { skip: missing("pngtopnm", "pnmtojpeg", "giftopnm") };
/** Each starts two processes. */
const RUNS = { numRuns: 25 };

test("what is written as PNG is read by libpng as the same pixels, and by us", withNetpbm, async () => {
  await fc.assert(
    fc.asyncProperty(noise(), async (pixels) => {
      const png = encodePng(pixels);
      assert.deepEqual(fromPnm(through("pngtopam", ["-alphapam"], png)), pixels);
      assert.deepEqual(await decodePng(png, pixels), withoutHidden(pixels));
    }),
    RUNS,
  );
});

/** Every colour type and depth, interlaced or not. */
const PNGS: readonly [name: string, from: (pixels: Pixels) => Buffer, args: readonly string[]][] = [
  ["true colour with alpha", toPam, []],
  ["true colour", toPpm, ["-force"]],
  ["a palette", toPpm, []],
  ["two bytes a sample", (pixels) => through("pamdepth", ["65535"], toPpm(pixels)), ["-force"]],
  ["gray", (pixels) => through("ppmtopgm", [], toPpm(pixels)), ["-force"]],
  ["gray of four bits", (pixels) => through("pamdepth", ["15"], through("ppmtopgm", [], toPpm(pixels))), []],
  ["gray of two bits", (pixels) => through("pamdepth", ["3"], through("ppmtopgm", [], toPpm(pixels))), []],
  ["one bit", (pixels) => through("pamditherbw", ["-threshold"], through("ppmtopgm", [], toPpm(pixels))), []],
];
const INTERLACED = [[], ["-interlace"]];

for (const [name, from, args] of PNGS) {
  for (const interlace of INTERLACED) {
    test(`PNG: ${[name, ...interlace].join(" ")}`, withNetpbm, async () => {
      await fc.assert(
        fc.asyncProperty(noise({ colors: name === "a palette" ? 14 : 500 }), async (pixels) => {
          const command = from === toPam ? "pamtopng" : "pnmtopng";
          const png = through(command, [...args, ...interlace], from(pixels));
          const wanted = fromPnm(through("pngtopam", ["-alphapam"], png));
          assert.deepEqual(await decodePng(png, readPngHeader(png)), withoutHidden(wanted));
        }),
        RUNS,
      );
    });
  }
}

const JPEGS = [
  [],
  ["-sample=1x2"],
  ["-sample=4x1"],
  ["-sample=3x1,1x1,1x1"],
  ["-sample=1x1,2x2,2x2", "-progressive"],
  ["-sample=3x2,1x1,1x1", "-restart=1"],
  ["-sample=2x2,1x2,2x1", "-progressive", "-restart=2"],
  ["-rgb"],
  ["-quality=3"],
  ["-progressive"],
  ["-sample=1x1"],
  ["-sample=2x1,1x1,1x1", "-progressive"],
  ["-grayscale"],
  ["-restart=1"],
  ["-optimize", "-sample=2x2"],
];

for (const args of JPEGS) {
  test(`JPEG: ${args.join(" ") || "as usual"}`, withNetpbm, () => {
    for (const [width, height] of [
      [1, 1],
      [7, 9],
      [64, 48],
      [133, 71],
    ] as const) {
      const file = through("pnmtojpeg", ["-quality=90", ...args], toPpm(gradient(width, height)));
      const wanted = fromPnm(through("jpegtopnm", ["-nosmooth", "-dct=float"], file));
      const made = decodeJpeg(file, (size) => size);
      assert.deepEqual([made.width, made.height], [width, height]);
      // libjpeg rounds once more on the way.
      assert.ok(distance(made, wanted) < 0.5, `${distance(made, wanted)}`);
    }
  });
}

for (const args of [[], ["-interlace"], ["-transparent==#000000"]]) {
  test(`GIF: ${args.join(" ") || "as usual"}`, withNetpbm, () => {
    fc.assert(
      fc.property(noise({ opaque: true, colors: 200, side: 60 }), (pixels) => {
        const gif = through("pamtogif", args, toPpm(pixels));
        const made = decodeGif(gif, readGifSize(gif));
        assert.deepEqual(made, args[0]?.startsWith("-transparent") ? clearBlack(pixels) : pixels);
      }),
      RUNS,
    );
  });
}

function clearBlack({ width, height, rgba }: Pixels): Pixels {
  const clear = rgba.slice();
  for (let at = 0; at < clear.length; at += 4)
    if ((clear[at]! | clear[at + 1]! | clear[at + 2]!) === 0) clear[at + 3] = 0;
  return { width, height, rgba: clear };
}

/** A JPEG of 8 × 8 pixels of one colour, with a component for each of the samples, which are 128 or 255. */
function plainJpeg(samples: readonly (128 | 255)[], adobe?: number): Buffer {
  const segment = (marker: number, ...data: number[]) => [0xff, marker, 0, data.length + 2, ...data];
  const each = (make: (id: number) => number[]) => samples.flatMap((_, at) => make(at + 1));
  // 0 has the code 0, and 7 the code 10.
  const dc = [0x00, 1, 1, ...Array<number>(14).fill(0), 0, 7];
  const ac = [0x10, 1, ...Array<number>(15).fill(0), 0];
  const bits = samples.map((sample) => (sample === 128 ? "00" : "1011111110")).join("");
  const coded = bits
    .padEnd(Math.ceil(bits.length / 8) * 8, "1")
    .match(/.{8}/g)!
    .map((byte) => Number.parseInt(byte, 2));
  return Buffer.from([
    ...[0xff, 0xd8],
    ...(adobe === undefined ? [] : segment(0xee, ...Buffer.from("Adobe"), 0, 100, 0, 0, 0, 0, adobe)),
    ...segment(0xdb, 0, ...Array<number>(64).fill(8)),
    ...segment(0xc0, 8, 0, 8, 0, 8, samples.length, ...each((id) => [id, 0x11, 0])),
    ...segment(0xc4, ...dc, ...ac),
    ...segment(0xda, samples.length, ...each((id) => [id, 0]), 0, 63, 0),
    ...coded.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte])),
    ...[0xff, 0xd9],
  ]);
}

const COLORS: readonly [samples: (128 | 255)[], adobe: number | undefined, color: number[]][] = [
  [[128], undefined, [128, 128, 128]],
  [[128, 128, 128], undefined, [128, 128, 128]],
  [[255, 128, 255], undefined, [255, 164, 255]],
  [[255, 128, 128], 0, [255, 128, 128]],
  [[255, 128, 128], 1, [255, 255, 255]],
  // Adobe writes how much ink is not there.
  [[255, 128, 128, 255], 0, [255, 128, 128]],
  [[255, 255, 255, 128], 0, [128, 128, 128]],
  [[128, 128, 128, 255], 2, [128, 128, 128]],
  [[128, 128, 255, 255], 2, [255, 37, 128]],
  [[128, 255, 255, 128], undefined, [63, 0, 0]],
];

for (const [samples, adobe, color] of COLORS) {
  test(`JPEG: samples ${samples} ${adobe === undefined ? "" : `of Adobe's ${adobe} `}are the colour ${color}`, () => {
    const { rgba } = decodeJpeg(plainJpeg(samples, adobe), (size) => size);
    assert.equal(rgba.length, 256);
    for (let at = 0; at < rgba.length; at += 4) {
      color.forEach((value, part) => {
        assert.ok(Math.abs(rgba[at + part]! - value) <= 1, `${rgba.subarray(at, at + 4)}`);
      });
      assert.equal(rgba[at + 3], 255);
    }
  });
}

test("JPEG: tables that no code can have are damage", () => {
  const fine = plainJpeg([128]);
  const table = fine.indexOf(Buffer.of(0xff, 0xc4)) + 5;
  for (const counts of [
    [3, 0],
    [2, 1],
  ]) {
    const file = Buffer.from(fine);
    file.set(counts, table);
    assert.throws(() => decodeJpeg(file, (size) => size), { code: "damaged" });
  }
  for (const cut of [1, 2, 3]) {
    assert.throws(() => decodeJpeg(fine.subarray(0, -2 - cut), (size) => size), { code: "damaged" });
  }
});

/** An APP1 segment that says how a photograph was held, in either order of bytes. */
function exif(orientation: number, isLittle: boolean): Buffer {
  const tiff = Buffer.alloc(26);
  const [two, four] = isLittle
    ? [tiff.writeUInt16LE.bind(tiff), tiff.writeUInt32LE.bind(tiff)]
    : [tiff.writeUInt16BE.bind(tiff), tiff.writeUInt32BE.bind(tiff)];
  tiff.write(isLittle ? "II" : "MM", 0, "latin1");
  two(42, 2);
  four(8, 4);
  two(1, 8);
  two(0x0112, 10);
  two(3, 12);
  four(1, 14);
  two(orientation, 18);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  return Buffer.concat([Buffer.of(0xff, 0xe1, 0, body.length + 2), body]);
}

/** Which corner of the stored picture comes to the upper left (Exif 2.32, Orientation), and whether it lies on its side. */
const TURNS: readonly [orientation: number, corner: string, isSideways: boolean][] = [
  [1, "upper left", false],
  [2, "upper right", false],
  [3, "lower right", false],
  [4, "lower left", false],
  [5, "upper left", true],
  [6, "lower left", true],
  [7, "lower right", true],
  [8, "upper right", true],
];

for (const [orientation, corner, isSideways] of TURNS) {
  test(`a photograph of orientation ${orientation} stands upright`, withNetpbm, () => {
    const [width, height] = [64, 32];
    const rgba = new Uint8Array(width * height * 4).fill(255);
    const [left, top] = [
      corner.endsWith("left") ? 0 : width / 2,
      corner.startsWith("upper") ? 0 : height / 2,
    ];
    for (let y = top; y < top + height / 2; y++) {
      for (let x = left; x < left + width / 2; x++)
        rgba.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
    const file = through("pnmtojpeg", [], toPpm({ width, height, rgba }));
    for (const isLittle of [true, false]) {
      const turned = Buffer.concat([file.subarray(0, 2), exif(orientation, isLittle), file.subarray(2)]);
      const made = decodeJpeg(turned, ({ width: w, height: h }) => ({ width: w / 2, height: h / 2 }));
      assert.deepEqual([made.width, made.height], isSideways ? [16, 32] : [32, 16]);
      const light = (x: number, y: number) => made.rgba[(y * made.width + x) * 4]!;
      assert.ok(light(2, 2) < 40);
      assert.ok(light(made.width - 3, 2) > 215 && light(2, made.height - 3) > 215);
    }
  });
}

test("the thread gives what was asked for, in the picture's shape", withNetpbm, async () => {
  const pixels = gradient(300, 100);
  const small = await decodePicture(encodePng(pixels), { fit: { width: 60, height: 60 } });
  assert.deepEqual([small.width, small.height], [60, 20]);
  const jpeg = through("pnmtojpeg", [], toPpm(pixels));
  const same = await decodePicture(jpeg, { fit: { width: 6000, height: 6000 } });
  assert.deepEqual([same.width, same.height], [300, 100]);
  assert.ok(distance(same, pixels) < 4);
  const gif = through("pamtogif", [], through("pnmquant", ["64"], toPpm(pixels)));
  assert.equal((await decodePicture(gif, { fit: { width: 30, height: 30 } })).height, 10);
});

test("the type is what the first bytes say; what is none of ours is told apart from what is broken", async () => {
  assert.equal(readPictureHeader(Buffer.from("RIFF0000WEBPVP8 ")), undefined);
  assert.equal(readPictureHeader(Buffer.from("<svg xmlns='x'><script/></svg>")), undefined);
  assert.equal(readPictureHeader(new Uint8Array(0)), undefined);
  await assert.rejects(decodePicture(Buffer.from("RIFF"), { fit: { width: 1, height: 1 } }), {
    code: "unknown-type",
  });
  const header = readPictureHeader(encodePng(gradient(3, 2)));
  assert.deepEqual(header, { type: "png", width: 3, height: 2 });
});
