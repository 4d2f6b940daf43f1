/** What looking again has shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareKeys } from "../../src/keysources/changes.ts";

test("the same, changed, replaced, and none at all", () => {
  assert.deepEqual(compareKeys(["a", "b"], ["b", "a", "a"]), {
    kind: "same",
    same: ["b", "a"],
    added: [],
    gone: [],
  });
  assert.deepEqual(compareKeys(["a", "b"], ["c", "b"]), {
    kind: "changed",
    same: ["b"],
    added: ["c"],
    gone: ["a"],
  });
  assert.deepEqual(compareKeys(["a"], ["a", "b"]), { kind: "changed", same: ["a"], added: ["b"], gone: [] });
  assert.deepEqual(compareKeys(["a"], ["b"]), { kind: "replaced", same: [], added: ["b"], gone: ["a"] });
  assert.deepEqual(compareKeys(["a"], []), { kind: "empty", same: [], added: [], gone: ["a"] });
  assert.deepEqual(compareKeys([], []), { kind: "empty", same: [], added: [], gone: [] });
});

test("every key is in one place, and only the very same keys are the same", () => {
  const keys = fc.array(fc.constantFrom(..."abcdef"), { maxLength: 8 });
  fc.assert(
    fc.property(keys, keys, (before, now) => {
      const { kind, same, added, gone } = compareKeys(before, now);
      assert.deepEqual(new Set([...same, ...added]), new Set(now));
      assert.deepEqual(new Set([...same, ...gone]), new Set(before));
      assert.equal(same.length + added.length, new Set(now).size);
      const isSame =
        now.length > 0 && [...before, ...now].every((key) => before.includes(key) && now.includes(key));
      assert.equal(kind === "same", isSame);
      assert.equal(kind === "empty", now.length === 0);
    }),
  );
});
