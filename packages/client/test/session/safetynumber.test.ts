/** Safety numbers: the vectors, and that everything but the order of the keys counts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { safetyNumber } from "../../src/session/safetynumber.ts";
import { oracleNumber } from "./safetynumber-oracle.ts";

interface Scenario {
  readonly name: string;
  readonly own: readonly string[];
  readonly theirs: readonly string[];
  readonly number: string;
}

const file = new URL("../../../../docs/vectors/safety-number.json", import.meta.url);
const { scenarios } = JSON.parse(readFileSync(file, "utf8")) as { readonly scenarios: readonly Scenario[] };

function blobs(hex: readonly string[]): Uint8Array[] {
  return hex.map((each) => Buffer.from(each, "hex"));
}

test("there are vectors", () => assert.equal(scenarios.length, 6));

for (const { name, own, theirs, number } of scenarios) {
  test(`vector: ${name}`, () => {
    assert.equal(safetyNumber(blobs(own), blobs(theirs)), number);
    assert.equal(oracleNumber(blobs(own), blobs(theirs)), number);
  });
}

const side = fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 80 }), {
  minLength: 1,
  maxLength: 4,
  selector: (blob) => Buffer.from(blob).toString("hex"),
});

test("both sides see the same 60 digits, in whatever order the keys come", () => {
  fc.assert(
    fc.property(side, side, (own, theirs) => {
      const number = safetyNumber(own, theirs);
      assert.match(number, /^[0-9]{60}$/);
      assert.equal(safetyNumber([...theirs].reverse(), [...own].reverse()), number);
      assert.equal(oracleNumber(own, theirs), number);
    }),
    { numRuns: 20 },
  );
});

test("a key more, a key less and a flipped bit give other digits", () => {
  fc.assert(
    fc.property(side, side, (own, theirs) => {
      const number = safetyNumber(own, theirs);
      const flipped = new Uint8Array(own[0]!);
      flipped[0]! ^= 1;
      const others = [
        [...own, Buffer.from("another")],
        [flipped, ...own.slice(1)],
        ...(own.length > 1 ? [own.slice(1)] : []),
      ];
      for (const other of others) assert.notEqual(safetyNumber(other, theirs), number);
    }),
    { numRuns: 10 },
  );
});

test("keys cannot flow into each other", () => {
  const [a, b, ab] = ["a", "b", "ab"].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
  assert.notEqual(safetyNumber([a, b], [a]), safetyNumber([ab], [a]));
});

test("a side without an identity has no number", () => {
  const one = [Buffer.from("a")];
  assert.throws(() => safetyNumber([], one), RangeError);
  assert.throws(() => safetyNumber(one, []), RangeError);
  assert.throws(() => safetyNumber(one, [Buffer.alloc(0)]), RangeError);
});
