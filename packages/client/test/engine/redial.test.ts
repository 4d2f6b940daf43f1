/** Waits between tries grow, to an end, and none is the same for everybody. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { redialMs, UNREACHABLE_MS } from "../../src/engine/redial.ts";
import { turnAfterDecryption, turnAfterEncryption } from "../../src/engine/turnings.ts";

test("from half to one and a half of a second, doubled up to the most", () => {
  assert.equal(redialMs(1, 0), 500);
  assert.equal(redialMs(2, 0.5), 2_000);
  assert.equal(redialMs(1_000, 0.5), UNREACHABLE_MS);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, fraction) => {
        const ms = redialMs(failures, fraction);
        assert(Number.isSafeInteger(ms) && ms >= 500 && ms <= 1.5 * UNREACHABLE_MS);
        assert(redialMs(failures + 1, fraction) >= ms);
      },
    ),
  );
});

test("a ratchet turns when the direction changes, and not otherwise", () => {
  let turn = 0;
  for (const [step, expected] of [
    ["out", 0],
    ["out", 0],
    ["in", 1],
    ["in", 1],
    ["out", 2],
    ["out", 2],
    ["in", 3],
  ] as const) {
    turn = step === "out" ? turnAfterEncryption(turn) : turnAfterDecryption(turn);
    assert.equal(turn, expected);
  }
});
