import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { missing } from "../../identity/test/oracle.ts";
import { MAX_QR_BYTES, qrCode, qrLines, qrPixels } from "../src/qr.ts";
import { BLACK_ON_WHITE, photographed, scanned } from "./qrkit.ts";

const withZbar = { skip: missing("zbarimg") };
const RUNS = { numRuns: 20 };
const ROOM = { columns: 80, rows: 24 };

/** Links are ASCII. */
const link = fc
  .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 200 })
  .map((rest) => `asfaleia:${rest}x`);
const capitals = link.map((text) => text.toUpperCase().replace(/[^0-9A-Z $%*+\-./:]/g, "Q"));

test("zbar reads what is printed in colours, on a terminal of any colour", withZbar, () => {
  fc.assert(
    fc.property(link, fc.constantFrom(0, 255), (text, around) => {
      const lines = qrLines(qrCode(text, ROOM), true).map((line) => BLACK_ON_WHITE.exec(line)![1]!);
      assert.equal(scanned(photographed(lines, 0, 255, around)), text);
    }),
    RUNS,
  );
});

test("and without colours, light on dark or dark on light", withZbar, () => {
  fc.assert(
    fc.property(link, (text) => {
      const code = qrCode(text, ROOM);
      assert.equal(scanned(photographed(qrLines(code, false), 255, 0, 0)), text);
      assert.equal(scanned(photographed(qrLines(code, false, true), 0, 255, 255)), text);
    }),
    RUNS,
  );
});

test("and as pixels", withZbar, () => {
  fc.assert(
    fc.property(fc.oneof(link, capitals), (text) =>
      assert.equal(scanned(qrPixels(qrCode(text, ROOM))), text),
    ),
    RUNS,
  );
});

test("every line has as many cells as was promised, and there are as many lines", () => {
  fc.assert(
    fc.property(
      link,
      fc.integer({ min: 20, max: 200 }),
      fc.integer({ min: 10, max: 60 }),
      (text, columns, rows) => {
        const code = qrCode(text, { columns, rows });
        const lines = qrLines(code, false);
        assert.equal(lines.length, code.rows);
        for (const line of lines) assert.equal([...line].length, code.side);
        assert.equal(code.fits, code.side <= columns && code.rows <= rows);
      },
    ),
    { numRuns: 30 },
  );
});

test("what fits a small terminal, and what does not", () => {
  assert.equal(qrCode("x".repeat(134), ROOM).fits, true);
  assert.equal(qrCode("x".repeat(135), ROOM).fits, false);
  assert.equal(qrCode("ASFALEIA:2".padEnd(195, "Z"), ROOM).fits, true);
  assert.equal(qrCode("ASFALEIA:2".padEnd(196, "Z"), ROOM).fits, false);
  assert.deepEqual(sizeOf(160, ROOM), { side: 53, rows: 27, fits: false });
  assert.deepEqual(sizeOf(160, { columns: 200, rows: 50 }), { side: 61, rows: 31, fits: true });
  assert.deepEqual(sizeOf(200, ROOM), { side: 57, rows: 29, fits: false });
});

function sizeOf(length: number, room: { columns: number; rows: number }) {
  const { side, rows, fits } = qrCode("x".repeat(length), room);
  return { side, rows, fits };
}

test("what no code holds is refused", () => {
  assert.equal(qrCode("x".repeat(MAX_QR_BYTES), ROOM).side, 181);
  assert.throws(() => qrCode("x".repeat(MAX_QR_BYTES + 1), ROOM), /holds 1 to 2953 bytes/);
  assert.throws(() => qrCode("", ROOM), RangeError);
});
