/** Pictures that mean harm: to memory, to time, and to what is waiting behind them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import { missing } from "../../../identity/test/oracle.ts";
import { decodePicture } from "../../src/picture/decode.ts";
import { PictureError } from "../../src/picture/error.ts";
import { decodeGif } from "../../src/picture/gif.ts";
import { readPictureHeader } from "../../src/picture/header.ts";
import { decodeJpeg } from "../../src/picture/jpeg.ts";
import {
  MAX_DECODING_MS,
  MAX_JPEG_SCANS,
  MAX_PICTURE_FILE_BYTES,
  MAX_WAITING_PICTURES,
} from "../../src/picture/limits.ts";
import { decodePng, encodePng } from "../../src/picture/png.ts";
import { gradient, noise, through, toPpm } from "./kit.ts";

/** Nothing may take more, whoever sent it: what the thread itself takes is in it. */
const MOST_MEBIBYTES = 160;
/** Of a JPEG the coefficients stand in memory whole. */
const MOST_JPEG_MEBIBYTES = 320;
/** Until the thread is ended, on a machine that is busy. */
const MOST_MS = MAX_DECODING_MS + 5000;
/** The face of the program must go on all the while. */
const LONGEST_STALL_MS = 2000;

interface Measured {
  readonly outcome: string;
  readonly ms: number;
  readonly mebibytes: number;
  readonly stalledMs: number;
}

async function measured(picture: Uint8Array, ...args: string[]): Promise<Measured> {
  const script = fileURLToPath(new URL("measure.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=asfaleia-source", script, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(picture);
  let said = "";
  child.stdout.on("data", (piece: Buffer) => {
    said += piece;
  });
  await once(child, "close");
  return JSON.parse(said);
}

async function assertCheap(picture: Uint8Array, outcome: RegExp, mebibytes = MOST_MEBIBYTES): Promise<void> {
  const took = await measured(picture);
  assert.match(took.outcome, outcome);
  assert.ok(took.mebibytes <= mebibytes, `${took.mebibytes} MiB`);
  assert.ok(took.ms <= MOST_MS, `${took.ms} ms`);
  assert.ok(took.stalledMs <= LONGEST_STALL_MS, `stalled for ${took.stalledMs} ms`);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function png(width: number, height: number, ...chunks: Buffer[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([signature, chunk("IHDR", header), ...chunks, chunk("IEND", Buffer.alloc(0))]);
}

/** What inflates to about a gigabyte: one block of zeros, and copies of it to the end of the stream. */
const gigabyte = (() => {
  let made: Buffer | undefined;
  return () => {
    made ??= deflateSync(Buffer.alloc(1024 ** 3), { level: 9, chunkSize: 1024 * 1024 });
    return made;
  };
})();

test("a PNG of a few pixels whose data makes a gigabyte", async () => {
  const bomb = png(100, 100, chunk("IDAT", gigabyte()));
  assert.ok(bomb.length < 2_000_000);
  await assertCheap(bomb, /^damaged$/);
});

test("a PNG that says it is as large as its gigabyte of data", async () => {
  const bomb = png(16_384, 16_384, chunk("IDAT", gigabyte()));
  await assertCheap(bomb, /^too-large$/);
});

test("a PNG as large as is shown, of nothing but zeros", async () => {
  const data = deflateSync(Buffer.alloc(16_384 * 4 * 2441 + 2441), { level: 9 });
  assert.ok(data.length < 200_000);
  await assertCheap(png(16_384, 2441, chunk("IDAT", data)), /^(640x95|too-slow)$/);
});

test("a PNG whose comments and colour profile make a gigabyte: they are not looked at", async () => {
  const compressed = gigabyte();
  const text = chunk("zTXt", Buffer.concat([Buffer.from("Comment\0\0", "latin1"), compressed]));
  const profile = chunk("iCCP", Buffer.concat([Buffer.from("sRGB\0\0", "latin1"), compressed]));
  const data = chunk("IDAT", deflateSync(Buffer.alloc(10 * 41)));
  await assertCheap(png(10, 10, text, profile, data), /^10x10$/);
});

test("a PNG in a million pieces", async () => {
  const data = deflateSync(Buffer.alloc(10 * 41), { level: 0 });
  const piece = chunk("IDAT", Buffer.alloc(0));
  const pieces = Buffer.alloc(1_300_000 * piece.length, piece);
  await assertCheap(png(10, 10, pieces, chunk("IDAT", data)), /^10x10$/);
});

/** A frame header with this size in front of scans. */
function jpeg(width: number, height: number, scans = 1, marker = 0xc0): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  const frame = Buffer.concat([Buffer.of(0xff, marker, 0, 11, 8), size, Buffer.of(1, 1, 0x11, 0)]);
  const scan = Buffer.of(0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55);
  return Buffer.concat([Buffer.of(0xff, 0xd8), frame, ...Array(scans).fill(scan), Buffer.of(0xff, 0xd9)]);
}

test("a JPEG of 65,535 × 65,535, in 30 bytes", () => assertCheap(jpeg(65_535, 65_535), /^too-large$/));

test("a JPEG as large as is shown, of which nothing is there", { skip: missing("pnmtojpeg") }, async () => {
  for (const args of [[], ["-progressive"]]) {
    const file = through("pnmtojpeg", args, toPpm(gradient(8, 8)));
    const frame = file.indexOf(Buffer.of(0xff, args.length === 0 ? 0xc0 : 0xc2));
    file.writeUInt16BE(2441, frame + 5);
    file.writeUInt16BE(16_384, frame + 7);
    await assertCheap(file, /^(damaged|too-slow)$/, MOST_JPEG_MEBIBYTES);
  }
});

test("a JPEG of more coefficients than pixels", async () => {
  const file = jpeg(16_384, 2441);
  // Four components, of which one has a sixteenth of the others' samples.
  const frame = Buffer.from("ffc000140809894000040144000244000344000411", "hex");
  const bomb = Buffer.concat([
    file.subarray(0, 2),
    frame,
    Buffer.of(0),
    file.subarray(file.indexOf(0xda) - 1),
  ]);
  await assertCheap(bomb, /^too-large$/);
});

test("a JPEG whose second frame is larger than its first", () => {
  const [small, large] = [jpeg(8, 8), jpeg(16_384, 900)];
  const file = Buffer.concat([small.subarray(0, -2), large.subarray(2)]);
  assert.throws(() => decodeJpeg(file, (size) => size), { code: "damaged" });
});

test("a progressive JPEG of thousands of scans", () =>
  assertCheap(jpeg(4000, 4000, 5000, 0xc2), /^too-slow$/));

for (const [what, filling] of [
  ["fill bytes", "ff"],
  ["stuffed bytes", "ff00"],
  ["restarts", "ffd0"],
  ["empty segments", "ffe00002"],
] as const) {
  test(`a JPEG with sixteen megabytes of ${what} in front of its frame, or behind it`, async () => {
    const file = jpeg(64, 64);
    const much = Buffer.alloc(MAX_PICTURE_FILE_BYTES - file.length, Buffer.from(filling, "hex"));
    await assertCheap(Buffer.concat([file.subarray(0, 2), much, file.subarray(2)]), /^damaged$/);
    await assertCheap(Buffer.concat([file.subarray(0, -2), much, file.subarray(-2)]), /^damaged$/);
  });
}

test("a large progressive JPEG of as many scans as are taken", { skip: missing("pnmtojpeg") }, async () => {
  const file = through("pnmtojpeg", ["-progressive"], toPpm(gradient(4200, 3200)));
  // The first gives the coefficients of all colours, and may be given again.
  const starts = [...file.toString("latin1").matchAll(/\xff\xda/g)];
  const start = file.indexOf(Buffer.of(0xff, 0xda));
  const end = file.indexOf(Buffer.of(0xff, 0xc4), start);
  const more = Array<Buffer>(MAX_JPEG_SCANS - starts.length).fill(file.subarray(start, end));
  const bomb = Buffer.concat([file.subarray(0, end), ...more, file.subarray(end)]);
  await assertCheap(bomb, /^(\d+x480|too-slow)$/, MOST_JPEG_MEBIBYTES);
});

test("the dearest JPEG that is shown", { skip: missing("pnmtojpeg") }, async () => {
  const ppm = toPpm(gradient(6400, 5200));
  const file = through("pnmtojpeg", ["-sample=1x1", "-progressive"], ppm);
  await assertCheap(file, /^(\d+x480|too-slow)$/, MOST_JPEG_MEBIBYTES);
});

function gif(screen: [number, number], image: [number, number], data: number[]): Buffer {
  const words = (...values: number[]) => values.flatMap((value) => [value & 255, value >> 8]);
  return Buffer.from([
    ...Buffer.from("GIF89a"),
    ...words(...screen),
    ...[0x80, 0, 0, 0, 0, 0, 255, 255, 255],
    ...[0x2c, ...words(0, 0, ...image), 0],
    ...[2, data.length, ...data, 0],
    0x3b,
  ]);
}

test("a GIF whose picture is larger than its screen", () =>
  assertCheap(gif([10, 10], [65_535, 65_535], [0x84, 0x51]), /^too-large$/));

test("a GIF as large as is shown, of which nothing is there", () =>
  assertCheap(gif([16_384, 2441], [16_384, 2441], [0x84, 0x51]), /^damaged$/));

test("a GIF as large as is shown, of one colour", { skip: missing("pamtogif") }, async () => {
  const [width, height] = [16_384, 2441];
  const head = Buffer.from(`P5\n${width} ${height}\n255\n`);
  const gif = through("pamtogif", [], Buffer.concat([head, Buffer.alloc(width * height)]));
  assert.ok(gif.length < 500_000);
  await assertCheap(gif, /^(640x95|too-slow)$/);
});

for (const [what, head, tail] of [
  ["its picture", "2c000000006400640002", ""],
  ["a comment", "21fe", "002c00000000640064000201840000"],
] as const) {
  test(`a GIF with ${what} in eight million pieces`, async () => {
    const start = gif([100, 100], [1, 1], []).subarray(0, 19);
    const pieces = Buffer.alloc(MAX_PICTURE_FILE_BYTES - 100, Buffer.from("0184", "hex"));
    const [before, behind] = [Buffer.from(head, "hex"), Buffer.from(`${tail}003b`, "hex")];
    await assertCheap(Buffer.concat([start, before, pieces, behind]), /^(100x100|damaged)$/, 100);
  });
}

test("a JPEG that defines its tables a hundred thousand times", async () => {
  const tables = Buffer.concat([Buffer.from("ffc4fff0", "hex"), Buffer.alloc(0xfff0 - 2, Buffer.alloc(17))]);
  const file = jpeg(64, 64);
  const bomb = Buffer.concat([file.subarray(0, 2), ...Array(30).fill(tables), file.subarray(2)]);
  const took = await measured(bomb);
  assert.equal(took.outcome, "too-slow");
  assert.ok(took.ms <= MAX_DECODING_MS / 4, `${took.ms} ms`);
  assert.ok(took.mebibytes <= 100, `${took.mebibytes} MiB`);
});

test("a picture that takes long to draw holds nothing up", async () => {
  const [width, height] = [1500, 1120];
  const data = Buffer.alloc(height * (width * 4 + 1), 0xff);
  // Every pixel of another colour.
  for (let at = 1, pixel = 0; pixel < width * height; pixel++, at += pixel % width === 0 ? 5 : 4)
    data.writeUIntBE((pixel * 9_700_417) % 0xff_ff_ff, at, 3);
  for (let y = 0; y < height; y++) data[y * (width * 4 + 1)] = 0;
  const file = png(width, height, chunk("IDAT", deflateSync(data)));
  const took = await measured(file, "sixel");
  assert.match(took.outcome, /^(38x14 cells|too-slow)$/);
  assert.ok(took.stalledMs <= took.ms / 4, `stalled for ${took.stalledMs} of ${took.ms} ms`);
});

/** As the thread decodes, without the thread. */
async function decoded(bytes: Uint8Array): Promise<void> {
  try {
    const header = readPictureHeader(bytes);
    if (header === undefined || header.width * header.height > 1_000_000) return;
    if (header.type === "png") await decodePng(bytes, header);
    else if (header.type === "gif") decodeGif(bytes, header);
    else decodeJpeg(bytes, (size) => size);
  } catch (error) {
    assert.ok(error instanceof PictureError, `${error}`);
  }
}

const kinds = [
  ["PNG", encodePng],
  ["GIF", (pixels) => through("pamtogif", [], through("pnmquant", ["64"], toPpm(pixels)))],
  ["JPEG", (pixels) => through("pnmtojpeg", [], toPpm(pixels))],
  ["progressive JPEG", (pixels) => through("pnmtojpeg", ["-progressive"], toPpm(pixels))],
] satisfies [string, (pixels: ReturnType<typeof gradient>) => Uint8Array][];

for (const [name, encode] of kinds) {
  test(`a ${name} that was cut anywhere is read or refused`, {
    skip: missing("pamtogif", "pnmtojpeg"),
  }, async () => {
    const whole = encode(gradient(20, 13));
    for (let length = 0; length < whole.length; length++) await decoded(whole.subarray(0, length));
  });

  test(`a ${name} that was altered anywhere is read or refused`, {
    skip: missing("pamtogif", "pnmtojpeg"),
  }, async () => {
    const whole = encode(gradient(20, 13));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const altered = Buffer.from(whole);
        for (const [at, value] of changes) altered[at] = value;
        await decoded(altered);
      }),
      { numRuns: 500 },
    );
  });
}

test("noise behind any beginning is read or refused", async () => {
  const start = fc.constantFrom("89504e470d0a1a0a", "ffd8ff", "474946383961", "");
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 300 }), async (hex, rest) => {
      await decoded(Buffer.concat([Buffer.from(hex, "hex"), rest]));
    }),
    { numRuns: 1000 },
  );
});

test("more data than pixels is damage, and so is less", async () => {
  await fc.assert(
    fc.asyncProperty(noise({ side: 8 }), fc.integer({ min: -3, max: 3 }), async ({ width, height }, more) => {
      const data = deflateSync(Buffer.alloc((width * 4 + 1) * height + more));
      const file = png(width, height, chunk("IDAT", data));
      if (more === 0) await decodePng(file, { width, height });
      else await assert.rejects(decodePng(file, { width, height }), { code: "damaged" });
    }),
  );
});

test("what takes longer than it may is ended", async () => {
  const file = encodePng(gradient(2000, 2000));
  await assert.rejects(decodePicture(file, { fit: { width: 10, height: 10 }, limit: 1 }), {
    code: "too-slow",
  });
});

test("who looks away ends the decoding", async () => {
  const stop = new AbortController();
  const file = encodePng(gradient(2000, 2000));
  const decoding = decodePicture(file, { fit: { width: 10, height: 10 }, signal: stop.signal });
  stop.abort(new Error("looked away"));
  await assert.rejects(decoding, /looked away/);
  await assert.rejects(
    decodePicture(file, { fit: { width: 1, height: 1 }, signal: stop.signal }),
    /looked away/,
  );
});

test("of very many at once the first that wait give way, and the latest comes next", async () => {
  const stop = new AbortController();
  const [slow, file] = [encodePng(gradient(1500, 1500)), encodePng(gradient(10, 10))];
  const fit = { width: 1, height: 1 };
  const most = MAX_WAITING_PICTURES + 3;
  const drawn: number[] = [];
  const asked = Array.from({ length: most }, (_, nth) => {
    const isKept = nth < 3 || nth >= most - 3;
    return decodePicture(nth === 0 ? slow : file, { fit, ...(isKept ? {} : { signal: stop.signal }) }).then(
      () => drawn.push(nth),
    );
  });
  stop.abort();
  const ended = await Promise.allSettled(asked);
  assert.deepEqual(drawn, [0, most - 1, most - 2, most - 3]);
  for (const nth of [1, 2]) assert.equal((ended[nth] as PromiseRejectedResult).reason.code, "busy");
  await decodePicture(file, { fit });
});
