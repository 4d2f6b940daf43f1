/** Sessions are begun anew seldom enough that nobody can make them do it all the time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DEFAULT_DELAYS } from "../../src/rules/resend.ts";
import { afterReset, mayReset, RESET_MOST_MS, type Resets } from "../../src/rules/resets.ts";

const HOUR_MS = 3_600_000;
const NEVER: Resets = { resetAt: undefined, resets: 0 };

/** Resets as soon as each is allowed. @returns the times between them */
function waits(count: number): number[] {
  let known: Resets = afterReset(NEVER, 0, DEFAULT_DELAYS);
  return Array.from({ length: count }, () => {
    const last = known.resetAt ?? 0;
    let wait = HOUR_MS;
    while (!mayReset(known, last + wait, DEFAULT_DELAYS)) wait += HOUR_MS;
    assert.equal(mayReset(known, last + wait - 1, DEFAULT_DELAYS), false);
    known = afterReset(known, last + wait, DEFAULT_DELAYS);
    return wait / HOUR_MS;
  });
}

test("the first is free, then an hour, doubling up to a week", () => {
  assert.equal(mayReset(NEVER, 0, DEFAULT_DELAYS), true);
  assert.deepEqual(waits(11), [1, 2, 4, 8, 16, 32, 64, 128, 168, 168, 168]);
});

test("after a quiet time of four intervals it counts from the start", () => {
  const third: Resets = { resetAt: 1_000, resets: 3 };
  const quietMs = 4 * 4 * HOUR_MS;
  assert.deepEqual(afterReset(third, 1_000 + quietMs - 1, DEFAULT_DELAYS), {
    resetAt: 1_000 + quietMs - 1,
    resets: 4,
  });
  assert.deepEqual(afterReset(third, 1_000 + quietMs, DEFAULT_DELAYS), {
    resetAt: 1_000 + quietMs,
    resets: 1,
  });
});

test("a clock set back allows one reset, not more", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 1e12 }),
      fc.nat(1e12),
      (resets, back, now) => {
        const known = { resetAt: now + RESET_MOST_MS + back, resets };
        assert.equal(mayReset(known, now, DEFAULT_DELAYS), true);
        const after = afterReset(known, now, DEFAULT_DELAYS);
        assert.deepEqual(after, { resetAt: now, resets: resets + 1 });
        assert.equal(mayReset(after, now, DEFAULT_DELAYS), false);
        assert.equal(mayReset(after, now + HOUR_MS, DEFAULT_DELAYS), false);
      },
    ),
  );
});

test("a clock set back by less than the interval waits on", () => {
  assert.equal(mayReset({ resetAt: HOUR_MS, resets: 1 }, 0, DEFAULT_DELAYS), false);
  assert.equal(mayReset({ resetAt: HOUR_MS + 1, resets: 1 }, 0, DEFAULT_DELAYS), true);
});

test("whatever is tried when, no hour sees two, and few go by in a long time", () => {
  const steps = fc.array(fc.integer({ min: 1, max: 30 * HOUR_MS }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(steps, (pauses) => {
      let now = 0;
      let known = NEVER;
      const at: number[] = [];
      for (const pause of pauses) {
        now += pause;
        if (!mayReset(known, now, DEFAULT_DELAYS)) continue;
        known = afterReset(known, now, DEFAULT_DELAYS);
        at.push(now);
      }
      for (const [i, time] of at.entries()) assert.ok(i === 0 || time - at[i - 1]! >= HOUR_MS);
      assert.ok(known.resetAt === at.at(-1) && known.resets >= 1 && known.resets <= at.length);
    }),
  );
});

test("without a limit they are always allowed", () => {
  const delays = { resetEveryMs: 0 };
  let known = NEVER;
  for (let i = 0; i < 100; i++) {
    assert.equal(mayReset(known, 5, delays), true);
    known = afterReset(known, 5, delays);
  }
});
