import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fitted, type Pixels, resized, type Size } from "../../src/picture/pixels.ts";
import { cellsFor, pixelsOf } from "../../src/picture/place.ts";
import { Shrinker } from "../../src/picture/shrink.ts";
import { noise } from "./kit.ts";

/** What scaling down means, written as slowly as it reads. */
function averaged(from: Pixels, to: Size): number[] {
  const overlap = (a: number, b: number, c: number, d: number) =>
    Math.max(0, Math.min(b, d) - Math.max(a, c));
  const result: number[] = [];
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const sums = [0, 0, 0, 0];
      const [fx, fy] = [from.width / to.width, from.height / to.height];
      for (let v = 0; v < from.height; v++) {
        for (let u = 0; u < from.width; u++) {
          const area = overlap(u, u + 1, x * fx, (x + 1) * fx) * overlap(v, v + 1, y * fy, (y + 1) * fy);
          const at = (v * from.width + u) * 4;
          const alpha = from.rgba[at + 3]! * area;
          for (let part = 0; part < 3; part++) sums[part]! += from.rgba[at + part]! * alpha;
          sums[3]! += alpha;
        }
      }
      const [red, green, blue, alpha] = sums as [number, number, number, number];
      if (alpha === 0) result.push(0, 0, 0, 0);
      else result.push(red / alpha, green / alpha, blue / alpha, alpha / (fx * fy));
    }
  }
  return result;
}

const side = fc.integer({ min: 1, max: 12 });

test("scaling down is the average of areas", () => {
  fc.assert(
    fc.property(noise({ side: 12 }), side, side, (pixels, width, height) => {
      const to = { width: Math.min(width, pixels.width), height: Math.min(height, pixels.height) };
      const wanted = averaged(pixels, to);
      const made = new Shrinker(pixels, to);
      for (let y = pixels.height - 1; y >= 0; y--) {
        made.addRow(y, pixels.rgba.subarray(y * pixels.width * 4, (y + 1) * pixels.width * 4));
      }
      made.finish().rgba.forEach((value, at) => {
        assert.ok(Math.abs(value - wanted[at]!) <= 0.51, `${at}`);
      });
    }),
  );
});

test("a size that is asked for exactly is given exactly, and one that is there already is left alone", () => {
  fc.assert(
    fc.property(
      noise(),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
      (pixels, width, height) => {
        const made = resized(pixels, { width, height });
        assert.deepEqual([made.width, made.height, made.rgba.length], [width, height, width * height * 4]);
      },
    ),
  );
  const pixels = { width: 1, height: 1, rgba: Uint8Array.of(1, 2, 3, 4) };
  assert.deepEqual(resized(pixels, { width: 2, height: 1 }).rgba, Uint8Array.of(1, 2, 3, 4, 1, 2, 3, 4));
  assert.equal(resized(pixels, pixels), pixels);
});

test("a picture never takes more cells than there are, nor more than it needs", () => {
  const upTo = (max: number) => fc.integer({ min: 1, max });
  fc.assert(
    fc.property(
      upTo(20_000),
      upTo(20_000),
      upTo(300),
      upTo(100),
      upTo(40),
      (width, height, columns, rows, cell) => {
        const place = cellsFor({ width, height }, { columns, rows }, { width: cell, height: cell * 2 });
        assert.ok(place.columns >= 1 && place.columns <= columns && place.rows >= 1 && place.rows <= rows);
        const most = pixelsOf(place, { width: cell, height: cell * 2 });
        assert.ok(most.width < width + cell && most.height < height + cell * 2);
      },
    ),
  );
  assert.deepEqual(cellsFor({ width: 400, height: 300 }, { columns: 80, rows: 10 }), {
    columns: 27,
    rows: 10,
  });
  assert.deepEqual(fitted({ width: 100, height: 1 }, { width: 10, height: 10 }), { width: 10, height: 1 });
});
