/** Counters tell what is missing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { judgeCounter, MAX_GAPS } from "../../src/rules/gaps.ts";

test("the first counter sets the base, wherever it is", () => {
  assert.deepEqual(judgeCounter({ received: 0 }, 1), { received: 1, gaps: [] });
  assert.deepEqual(judgeCounter({ received: 0 }, 5_000), { received: 5_000, gaps: [] });
});

test("the next one leaves no hole, a later one does, a repeat changes nothing", () => {
  assert.deepEqual(judgeCounter({ received: 7 }, 8), { received: 8, gaps: [] });
  assert.deepEqual(judgeCounter({ received: 7 }, 11), { received: 11, gaps: [8, 9, 10] });
  assert.deepEqual(judgeCounter({ received: 7 }, 7), { received: 7, gaps: [] });
  assert.deepEqual(judgeCounter({ received: 7 }, 3), { received: 7, gaps: [], fills: 3 });
});

test("what is not counted leaves everything as it is", () => {
  assert.deepEqual(judgeCounter({ received: 0 }, 0), { received: 0, gaps: [] });
  assert.deepEqual(judgeCounter({ received: 7 }, 0), { received: 7, gaps: [] });
});

test("of a huge hole the last thousand are noted", () => {
  const { received, gaps } = judgeCounter({ received: 1 }, Number.MAX_SAFE_INTEGER);
  assert.equal(received, Number.MAX_SAFE_INTEGER);
  assert.equal(gaps.length, MAX_GAPS);
  assert.equal(gaps[0], Number.MAX_SAFE_INTEGER - MAX_GAPS);
  assert.equal(gaps.at(-1), Number.MAX_SAFE_INTEGER - 1);
  assert.equal(judgeCounter({ received: 1 }, MAX_GAPS + 2).gaps[0], 2);
});

test("in whatever order they come, the holes left are those that never came", () => {
  const counters = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(counters, (order) => {
      let received = 0;
      const open = new Set<number>();
      for (const n of order) {
        const judged = judgeCounter({ received }, n);
        assert.ok(judged.received >= received);
        for (const gap of judged.gaps) {
          assert.ok(gap > received && gap < n && !open.has(gap));
          open.add(gap);
        }
        if (judged.fills !== undefined) open.delete(judged.fills);
        received = judged.received;
      }
      const [base = 0] = order;
      const came = new Set(order);
      const missing = Array.from({ length: received - base }, (_, i) => base + i).filter((n) => !came.has(n));
      assert.deepEqual(
        [...open].sort((a, b) => a - b),
        missing,
      );
    }),
  );
});
