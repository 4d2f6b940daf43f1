/** Pictures as they reach terminals: the bytes, the size they promise, and the pixels that come out at the other end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { assertHarmless, PICTURES } from "../../../../test/kit/harmless.ts";
import { missing } from "../../../identity/test/oracle.ts";
import { blocksPicture, type ColorDepth } from "../../src/picture/blocks.ts";
import { drawPicture } from "../../src/picture/draw.ts";
import { iterm2Picture } from "../../src/picture/iterm2.ts";
import { kittyDelete, kittyPicture, MAX_PICTURE_ID } from "../../src/picture/kitty.ts";
import { dithered, paletteOf } from "../../src/picture/palette.ts";
import { type Pixels, resized, type Size } from "../../src/picture/pixels.ts";
import { type Cells, type Drawn, pixelsOf, printed } from "../../src/picture/place.ts";
import { decodePng, encodePng, readPngHeader } from "../../src/picture/png.ts";
import { encodeSixel, sixelPicture } from "../../src/picture/sixel.ts";
import { distance, fromPnm, gradient, noise, through, withoutHidden } from "./kit.ts";

const place: fc.Arbitrary<Cells> = fc.record({
  columns: fc.integer({ min: 1, max: 40 }),
  rows: fc.integer({ min: 1, max: 20 }),
});
const cell: fc.Arbitrary<Size> = fc.record({
  width: fc.integer({ min: 3, max: 10 }),
  height: fc.integer({ min: 6, max: 20 }),
});
const RUNS = { numRuns: 50 };

/** Lines of exactly so many cells, once what draws is taken away. */
function assertFills(drawn: Drawn, { columns, rows }: Cells): void {
  assert.deepEqual([drawn.columns, drawn.rows, drawn.lines.length], [columns, rows, rows]);
  for (const line of drawn.lines) {
    const placeholders = [...line].filter((character) => character === "\u{10eeee}").length;
    const text = assertHarmless(line, ...PICTURES);
    assert.equal([...text].length + placeholders, columns);
  }
  assertHarmless(printed(drawn, "  "), ...PICTURES);
}

/** What is drawn begins in the first cell, and the cursor is back behind the last. */
function drawnAtTopLeft({ over, columns, rows }: Drawn): string {
  const found = /^\x1b7(?:\x1b\[(\d+)A)?\x1b\[(\d+)D([\s\S]*)\x1b8$/.exec(over);
  assert.ok(found);
  assert.deepEqual([Number(found[1] ?? 0), Number(found[2])], [rows - 1, columns]);
  return found[3]!;
}

interface Sent {
  readonly keys: Record<string, string>;
  readonly pixels: Pixels;
}

/** Reads kitty's commands as kitty would. */
function sentToKitty(commands: string): Sent {
  const pieces = [...commands.matchAll(/\x1b_G([^;]*);([^\x1b]*)\x1b\\/g)];
  assert.equal(pieces.map(([whole]) => whole).join(""), commands);
  const [first] = pieces;
  const keys = Object.fromEntries(first![1]!.split(",").map((pair) => pair.split("=")));
  pieces.forEach(([, control, data], at) => {
    const isLast = at === pieces.length - 1;
    assert.ok(control!.endsWith(isLast ? "m=0" : "m=1"));
    assert.ok(isLast || data!.length === 4096);
  });
  const rgba = inflateSync(Buffer.from(pieces.map(([, , data]) => data).join(""), "base64"));
  const [width, height] = [Number(keys.s), Number(keys.v)];
  assert.equal(rgba.length, width * height * 4);
  return { keys, pixels: { width, height, rgba: new Uint8Array(rgba) } };
}

test("kitty gets our pixels, in its pieces, for exactly the place", () => {
  fc.assert(
    fc.property(
      noise({ side: 60 }),
      place,
      cell,
      fc.integer({ min: 1, max: MAX_PICTURE_ID }),
      (pixels, at, size, id) => {
        const drawn = kittyPicture(pixels, at, { id, cell: size });
        assertFills(drawn, at);
        const { keys, pixels: sent } = sentToKitty(drawnAtTopLeft(drawn));
        assert.deepEqual(
          [keys.a, keys.f, keys.o, keys.i, keys.c, keys.r, keys.C, keys.q],
          ["T", "32", "z", String(id), String(at.columns), String(at.rows), "1", "2"],
        );
        const most = pixelsOf(at, size);
        assert.ok(sent.width <= most.width && sent.height <= most.height);
        if (pixels.width <= most.width && pixels.height <= most.height) assert.deepEqual(sent, pixels);
      },
    ),
    RUNS,
  );
});

test("placeholders name the picture by colour, and each row by its number", () => {
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: MAX_PICTURE_ID }), fc.boolean(), (at, id, passthrough) => {
      const drawn = kittyPicture(gradient(80, 60), at, { id, placeholders: true, passthrough });
      assertFills(drawn, at);
      assert.equal(drawn.over, "");
      const numbers = drawn.lines.map((line) => {
        const found = /^\x1b\[38;2;(\d+);(\d+);(\d+)m\u{10eeee}(\p{M})(\p{M})\u{10eeee}*\x1b\[39m$/u.exec(
          line,
        );
        assert.ok(found);
        assert.equal(Number(found[1]) * 65_536 + Number(found[2]) * 256 + Number(found[3]), id);
        assert.equal(found[5], "\u0305");
        return found[4];
      });
      assert.equal(new Set(numbers).size, at.rows);
      const direct = passthrough
        ? drawn.before.replace(/\x1bPtmux;([\s\S]*?\x1b\x1b\\)\x1b\\/g, (_, inner: string) =>
            inner.replaceAll("\x1b\x1b", "\x1b"),
          )
        : drawn.before;
      assert.equal(sentToKitty(direct).keys.U, "1");
    }),
    RUNS,
  );
  assertHarmless(kittyDelete(7), ...PICTURES);
  assertHarmless(kittyDelete(7, true), ...PICTURES);
  for (const id of [0, -1, 1.5, MAX_PICTURE_ID + 1, Number.NaN]) {
    assert.throws(() => kittyPicture(gradient(1, 1), { columns: 1, rows: 1 }, { id }), RangeError);
    assert.throws(() => kittyDelete(id), RangeError);
  }
});

test("iTerm2 gets a PNG that we wrote", async () => {
  await fc.assert(
    fc.asyncProperty(noise({ side: 60 }), place, async (pixels, at) => {
      const drawn = iterm2Picture(pixels, at);
      assertFills(drawn, at);
      const found =
        /^\x1b\]1337;File=inline=1;size=(\d+);width=(\d+);height=(\d+);preserveAspectRatio=0:(.*)\x07$/.exec(
          drawnAtTopLeft(drawn),
        );
      const png = Buffer.from(found![4]!, "base64");
      assert.deepEqual(
        [Number(found![1]), Number(found![2]), Number(found![3])],
        [png.length, at.columns, at.rows],
      );
      const most = pixelsOf(at, { width: 8, height: 16 });
      if (pixels.width > most.width || pixels.height > most.height) return;
      assert.deepEqual(await decodePng(png, readPngHeader(png)), withoutHidden(pixels));
    }),
    RUNS,
  );
});

test("libsixel reads what we write as sixels, as the picture it was", {
  skip: missing("sixel2png", "pngtopnm"),
}, () => {
  for (const [width, height] of [
    [1, 1],
    [7, 5],
    [60, 6],
    [61, 40],
    [300, 200],
  ] as const) {
    const pixels = gradient(width, height);
    const read = fromPnm(
      through("pngtopam", ["-alphapam"], through("sixel2png", [], Buffer.from(encodeSixel(pixels)))),
    );
    assert.deepEqual([read.width, read.height], [width, height]);
    assert.ok(distance(read, pixels) < 8, `${distance(read, pixels)}`);
  }
});

test("few colours are kept as they are in sixels, to the percent", {
  skip: missing("sixel2png", "pngtopnm"),
}, () => {
  fc.assert(
    fc.property(noise({ opaque: true, colors: 2, side: 20 }), (pixels) => {
      const read = fromPnm(
        through("pngtopam", ["-alphapam"], through("sixel2png", [], Buffer.from(encodeSixel(pixels)))),
      );
      assert.deepEqual([read.width, read.height], [pixels.width, pixels.height]);
      // A palette has whole percents; what is off by one is spread over the neighbours.
      assert.ok(distance(read, pixels) < 4, `${distance(read, pixels)}`);
    }),
    { numRuns: 15 },
  );
});

test("sixels never reach below their place, have at most 256 colours, and leave out what is transparent", () => {
  fc.assert(
    fc.property(noise({ side: 40 }), place, cell, (pixels, at, size) => {
      const drawn = sixelPicture(pixels, at, size);
      assertFills(drawn, at);
      const text = drawnAtTopLeft(drawn);
      const [, width, height] = /^\x1bP0;1;0q"1;1;(\d+);(\d+)/.exec(text)!.map(Number);
      assert.equal(width, at.columns * size.width);
      assert.ok(height! <= at.rows * size.height && height! > at.rows * size.height - 6);
      assert.equal(text.split("-").length, Math.ceil(height! / 6));
      const colors = [...text.matchAll(/#(\d+);2;(\d+);(\d+);(\d+)/g)];
      assert.ok(colors.length <= 256);
      for (const [, ...values] of colors)
        for (const value of values.slice(1)) assert.ok(Number(value) <= 100);
    }),
    RUNS,
  );
  assert.match(
    encodeSixel({ width: 3, height: 2, rgba: new Uint8Array(24) }),
    /^\x1bP0;1;0q"1;1;3;2#0;2;0;0;0\x1b\\$/,
  );
});

test("a palette has the colours of the picture, where they are few", () => {
  fc.assert(
    fc.property(noise({ opaque: true, colors: 1 }), (pixels) => {
      const palette = paletteOf(pixels, 256);
      assert.deepEqual(palette, [[...pixels.rgba.subarray(0, 3)]]);
      assert.ok(dithered(pixels, palette).every((index) => index === 0));
    }),
  );
  fc.assert(
    fc.property(noise(), fc.integer({ min: 1, max: 256 }), (pixels, most) => {
      const palette = paletteOf(pixels, most);
      assert.ok(palette.length >= 1 && palette.length <= most);
      assert.ok(dithered(pixels, palette).every((index) => index >= -1 && index < palette.length));
    }),
  );
});

const DEPTHS: readonly ColorDepth[] = ["full", "256", "16", "none"];

test("blocks fill exactly their place, with nothing but styles and blocks", () => {
  fc.assert(
    fc.property(
      noise({ side: 60 }),
      place,
      fc.constantFrom(...DEPTHS),
      fc.boolean(),
      (pixels, at, depth, letters) => {
        const drawn = blocksPicture(pixels, at, depth, letters);
        assertFills(drawn, at);
        assert.deepEqual([drawn.before, drawn.over], ["", ""]);
        const text = drawn.lines.join("");
        if (depth === "none") assert.match(text, letters ? /^[ .:\-=+*#%@]*$/ : /^[\u2800-\u28ff]*$/);
        else assert.match(text.replace(/\x1b\[[\d;]*m/g, ""), /^[ ▀▄]*$/);
      },
    ),
    { numRuns: 100 },
  );
});

test("half blocks in full colour are the pixels themselves", () => {
  fc.assert(
    fc.property(noise({ opaque: true, side: 40 }), place, (pixels, at) => {
      const wanted = resized(pixels, { width: at.columns, height: at.rows * 2 });
      const rgba = new Uint8Array(wanted.rgba.length).fill(255);
      blocksPicture(pixels, at, "full").lines.forEach((line, row) => {
        let column = 0;
        let [ink, paper]: number[][] = [[], []];
        for (const [, style, character] of line.matchAll(/(?:\x1b\[([\d;]+)m)?([▀ ▄]?)/g)) {
          const found = /^38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)$/.exec(style ?? "");
          if (found) [ink, paper] = [found.slice(1, 4).map(Number), found.slice(4).map(Number)];
          if (character !== "▀") continue;
          rgba.set(ink!, (row * 2 * at.columns + column) * 4);
          rgba.set(paper!, ((row * 2 + 1) * at.columns + column) * 4);
          column++;
        }
      });
      assert.deepEqual(rgba, wanted.rgba);
    }),
    RUNS,
  );
});

test("in 256 and 16 colours it is the nearest that is taken, and without colours what is light is drawn", () => {
  const one = (...color: number[]) => ({ width: 1, height: 1, rgba: Uint8Array.from([...color, 255]) });
  const here = { columns: 1, rows: 1 };
  assert.deepEqual(blocksPicture(one(255, 0, 0), here, "256").lines, ["\x1b[38;5;196;48;5;196m▀\x1b[0m"]);
  assert.deepEqual(blocksPicture(one(255, 0, 0), here, "16").lines, ["\x1b[91;101m▀\x1b[0m"]);
  assert.deepEqual(blocksPicture(one(255, 255, 255), here, "none").lines, ["\u28ff"]);
  assert.deepEqual(blocksPicture(one(0, 0, 0), here, "none").lines, ["\u2800"]);
  assert.deepEqual(blocksPicture(one(255, 255, 255), here, "none", true).lines, ["@"]);
  const clear = { width: 1, height: 2, rgba: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 255) };
  assert.deepEqual(blocksPicture(clear, here, "full").lines, ["\x1b[0;38;2;255;0;0m▄\x1b[0m"]);
});

test("a file of somebody else goes all the way, and not one byte of it as it was", async () => {
  const file = encodePng(gradient(200, 100));
  const marked = Buffer.concat([
    file.subarray(0, 33),
    textChunk("\x1b]52;c;ZXZpbA==\x07"),
    file.subarray(33),
  ]);
  for (const way of ["kitty", "iterm2", "sixel", "blocks"] as const) {
    const drawn = await drawPicture(marked, { way, room: { columns: 30, rows: 30 }, depth: "full", id: 5 });
    assertFills(drawn, { columns: 25, rows: 7 });
    assert.doesNotMatch(printed(drawn), /ZXZpbA/);
  }
});

/** A chunk that decoders pass over; its checksum is nobody's business either. */
function textChunk(text: string): Buffer {
  const data = Buffer.from(`Comment\0${text}`, "latin1");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from("tEXt"), data, Buffer.alloc(4)]);
}
