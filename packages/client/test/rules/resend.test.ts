/** How long things wait before they are sent, and sent again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  ciphertextStillGood,
  DEFAULT_DELAYS,
  lookupDelay,
  mayRound,
  nextAttempt,
  roundDelay,
  spread,
} from "../../src/rules/resend.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });

test("the defaults are those of the design", () => {
  assert.deepEqual(DEFAULT_DELAYS, {
    receiptMeanMs: 5_000,
    copyMeanMs: 5_000,
    roundWithinMs: MINUTE_MS,
    roundEveryMs: 10 * MINUTE_MS,
    resendFirstMs: 10 * MINUTE_MS,
    resendMostMs: DAY_MS,
    expireMs: 30 * DAY_MS,
    resetEveryMs: HOUR_MS,
    lookupFirstMs: MINUTE_MS,
    lookupMostMs: 6 * HOUR_MS,
    gapMs: 8 * DAY_MS,
    lookAgainMs: 5 * MINUTE_MS,
  });
});

test("attempts come at doubling times, up to the longest", () => {
  const times = [1, 2, 3, 7, 8, 9, 1_000].map((attempts) => nextAttempt(attempts, 0.5, DEFAULT_DELAYS));
  assert.deepEqual(
    times,
    [10, 20, 40, 640, 1_280, 1_440, 1_440].map((minutes) => minutes * MINUTE_MS),
  );
});

test("lookups likewise, and one that was never made counts as the first", () => {
  const times = [0, 1, 2, 9, 10, 1_000].map((lookups) => lookupDelay(lookups, 0.5, DEFAULT_DELAYS));
  assert.deepEqual(
    times,
    [1, 1, 2, 256, 360, 360].map((minutes) => minutes * MINUTE_MS),
  );
});

test("jitter makes it half of that to one and a half, in whole milliseconds", () => {
  assert.equal(nextAttempt(1, 0, DEFAULT_DELAYS), 5 * MINUTE_MS);
  fc.assert(
    fc.property(fc.nat(100_000), fraction, (count, part) => {
      for (const [wait, first, most] of [
        [nextAttempt, DEFAULT_DELAYS.resendFirstMs, DEFAULT_DELAYS.resendMostMs],
        [lookupDelay, DEFAULT_DELAYS.lookupFirstMs, DEFAULT_DELAYS.lookupMostMs],
      ] as const) {
        const ms = wait(count, part, DEFAULT_DELAYS);
        assert.ok(Number.isInteger(ms) && ms >= first * 0.5 && ms <= most * 1.5);
        assert.ok(ms >= wait(count, 0, DEFAULT_DELAYS));
        assert.ok(wait(count + 1, part, DEFAULT_DELAYS) >= ms);
      }
    }),
  );
});

test("a longest time below the first is no trap", () => {
  const delays = { ...DEFAULT_DELAYS, resendFirstMs: 100, resendMostMs: 50 };
  assert.deepEqual(
    [1, 2, 50].map((attempts) => nextAttempt(attempts, 0.5, delays)),
    [100, 100, 100],
  );
  const none = { ...DEFAULT_DELAYS, resendFirstMs: 0, resendMostMs: 0 };
  assert.equal(nextAttempt(10_000, 0.9, none), 0);
});

test("a spread wait is exponential: its median, its mean, its end", () => {
  assert.equal(spread(1_000, 0), 0);
  assert.equal(spread(1_000, 0.5), 693);
  assert.equal(spread(1_000, 1 - 1e-12), 6_000);
  assert.equal(spread(1_000, 1), 6_000);
  const draws = 10_000;
  let sum = 0;
  for (let i = 0; i < draws; i++) sum += spread(1_000, (i + 0.5) / draws);
  // Cutting it at 6 means takes e^-6 of a mean.
  assert.ok(Math.abs(sum / draws - 1_000 * (1 - Math.exp(-6))) < 2);
});

test("a spread wait of mean 0 is none", () => {
  for (const part of [0, 0.5, 1]) assert.equal(spread(0, part), 0);
  fc.assert(
    fc.property(fc.nat(1_000_000), fraction, (mean, part) => {
      const ms = spread(mean, part);
      assert.ok(Number.isInteger(ms) && ms >= 0 && ms <= 6 * mean);
    }),
  );
});

test("a round begins within its time", () => {
  assert.equal(roundDelay(0.25, DEFAULT_DELAYS), 15_000);
  fc.assert(
    fc.property(fraction, (part) => {
      const ms = roundDelay(part, DEFAULT_DELAYS);
      assert.ok(Number.isInteger(ms) && ms >= 0 && ms <= DEFAULT_DELAYS.roundWithinMs);
    }),
  );
});

test("rounds keep their distance", () => {
  assert.equal(mayRound(undefined, 0, DEFAULT_DELAYS), true);
  fc.assert(
    fc.property(time, fc.nat(2 * DEFAULT_DELAYS.roundEveryMs), (last, later) => {
      assert.equal(mayRound(last, last + later, DEFAULT_DELAYS), later >= DEFAULT_DELAYS.roundEveryMs);
    }),
  );
});

test("a clock set back holds a round up for two distances at most", () => {
  fc.assert(
    fc.property(time, time, (last, now) => {
      const everyMs = DEFAULT_DELAYS.roundEveryMs;
      const tries = [0, everyMs, 2 * everyMs].map((later) => mayRound(last, now + later, DEFAULT_DELAYS));
      assert.ok(tries.includes(true));
    }),
  );
});

test("a ciphertext is good for less than three full turns, and never in a session that turned less", () => {
  const good = [-1, 0, 1, 4, 5, 6, 7, 100].map((later) => ciphertextStillGood(10, 10 + later));
  assert.deepEqual(good, [false, true, true, true, true, false, false, false]);
});
