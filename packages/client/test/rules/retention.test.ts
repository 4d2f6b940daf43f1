/** How long messages stay. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_TIMER_MS } from "../../src/format/content.ts";
import { retainedSince, shownUntil, untilFor } from "../../src/rules/retention.ts";

const HOUR_MS = 3_600_000;
const AT = 1_800_000_000_000;
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const timer = fc.integer({ min: 1, max: MAX_TIMER_MS });

test("the sender's copy goes its timer after it was sent", () => {
  assert.equal(untilFor(AT, 60_000), AT + 60_000);
  assert.equal(untilFor(AT, 0), undefined);
  assert.equal(untilFor(AT, 1e15), AT + MAX_TIMER_MS);
});

test("the receiver's goes that long after it arrived, whatever the sender's clock says", () => {
  fc.assert(
    fc.property(time, time, timer, (at, arrivedAt, timerMs) => {
      const message = { at, until: untilFor(at, timerMs), arrivedAt, isOwn: false };
      assert.equal(shownUntil(message), arrivedAt + timerMs);
    }),
  );
});

test("without a timer nothing goes", () => {
  assert.equal(shownUntil({ at: AT, until: undefined, arrivedAt: AT, isOwn: false }), undefined);
  assert.equal(shownUntil({ at: AT, until: undefined, arrivedAt: AT, isOwn: true }), undefined);
});

test("on another own device it goes when the first copy does, an hour allowed", () => {
  const sent = { at: AT, until: AT + 10 * HOUR_MS, isOwn: true };
  assert.equal(shownUntil({ ...sent, arrivedAt: AT + 1_000 }), AT + 10 * HOUR_MS + 1_000);
  assert.equal(shownUntil({ ...sent, arrivedAt: AT + 9 * HOUR_MS }), AT + 11 * HOUR_MS);
  assert.equal(shownUntil({ ...sent, arrivedAt: AT + 20 * HOUR_MS }), AT + 20 * HOUR_MS);
});

test("whatever a content says, its copy stays neither less than nothing nor more than a year", () => {
  fc.assert(
    fc.property(time, time, time, fc.boolean(), (at, until, arrivedAt, isOwn) => {
      const end = shownUntil({ at, until, arrivedAt, isOwn });
      assert.ok(end !== undefined && end >= arrivedAt && end <= arrivedAt + MAX_TIMER_MS);
      if (until <= at) assert.equal(end, arrivedAt);
    }),
  );
});

test("kept for ever, for a time, or not at all", () => {
  assert.equal(retainedSince(AT, undefined), undefined);
  assert.equal(retainedSince(AT, HOUR_MS), AT - HOUR_MS);
  assert.ok(retainedSince(AT, 0)! > AT + 1e12);
});
