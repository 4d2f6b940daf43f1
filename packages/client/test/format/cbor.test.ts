/** docs/messaging.md, "Encoding": one encoding for every value, and nothing else is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeCbor, encodeCbor, MAX_CBOR_DEPTH } from "../../src/format/cbor.ts";
import { cbor } from "./cbororacle.ts";
import { refuses, turned, unlessRefused } from "./refuses.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

/** Of RFC 8949 appendix A those that the formats can hold. */
const EXAMPLES: readonly (readonly [unknown, string])[] = [
  [0, "00"],
  [23, "17"],
  [24, "1818"],
  [100, "1864"],
  [1000, "1903e8"],
  [1_000_000, "1a000f4240"],
  [1_000_000_000_000, "1b000000e8d4a51000"],
  [-1, "20"],
  [-1000, "3903e7"],
  [false, "f4"],
  [true, "f5"],
  [new Uint8Array(0), "40"],
  [hex("01020304"), "4401020304"],
  ["", "60"],
  ["IETF", "6449455446"],
  ['"\\', "62225c"],
  ["\u00fc", "62c3bc"],
  ["\u6c34", "63e6b0b4"],
  ["\ud800\udd51", "64f0908591"],
  [[], "80"],
  [[1, [2, 3], [4, 5]], "8301820203820405"],
  [{}, "a0"],
  [{ a: 1, b: [2, 3] }, "a26161016162820203"],
];

const REFUSED: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["two items", "0000"],
  ["a number in a longer form", "1817"],
  ["a length in a longer form", "580100"],
  ["an array length in a longer form", "980101"],
  ["a number above 2^53", "1b0020000000000000"],
  ["a bignum", "c249010000000000000000"],
  ["a tag", "c100"],
  ["half a float", "f93c00"],
  ["a float", "fb3ff199999999999a"],
  ["infinity", "f97c00"],
  ["not a number", "f97e00"],
  ["null", "f6"],
  ["undefined", "f7"],
  ["another simple value", "f0"],
  ["a reserved simple value", "f818"],
  ["reserved additional information", "1c"],
  ["an indefinite byte string", "5f41004100ff"],
  ["an indefinite text", "7f616161 62ff".replace(" ", "")],
  ["an indefinite array", "9f00ff"],
  ["an indefinite map", "bf616100ff"],
  ["a break", "ff"],
  ["an array that is cut", "8201"],
  ["a byte string that is cut", "4401"],
  ["a map with a key and no value", "a16161"],
  ["a key that is a number", "a10000"],
  ["keys out of order", "a2616200616100"],
  ["a key twice", "a2616100616100"],
  ["a longer key first", "a262616100616200"],
  ["text that is not UTF-8", "61ff"],
  ["text with a surrogate", "63eda080"],
  ["text in an overlong form", "62c080"],
  ["an array of 2^32 items", "9b0000000100000000"],
];

test("examples of RFC 8949", () => {
  for (const [value, bytes] of EXAMPLES) {
    assert.deepEqual(encodeCbor(value), hex(bytes));
    assert.deepEqual(decodeCbor(hex(bytes)), value);
  }
});

for (const [name, bytes] of REFUSED)
  test(`refused: ${name}`, () => refuses(() => decodeCbor(hex(bytes)), "bad-cbor"));

test("what has no encoding is not written", () => {
  for (const value of [
    null,
    undefined,
    1.5,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    5n,
    "\ud800",
  ]) {
    assert.throws(() => encodeCbor(value), TypeError);
    assert.throws(() => encodeCbor({ a: [value] }), TypeError);
  }
});

test("text keeps a byte order mark, whatever its length", () => {
  for (const length of [0, 30, 40, 300]) {
    const text = `\ufeff${"x".repeat(length)}`;
    assert.equal(decodeCbor(encodeCbor(text)), text);
  }
});

test("a key that names a prototype is a key like any other", () => {
  const bytes = cbor({ ["__proto__"]: 1, constructor: 2 });
  const value = decodeCbor(bytes) as object;
  assert.deepEqual(Object.keys(value).sort(), ["__proto__", "constructor"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.deepEqual(encodeCbor(value), bytes);
});

test("arrays and maps go as deep as is allowed", async () => {
  const arrays = (depth: number) => new Uint8Array(depth).fill(0x81).fill(0x80, -1);
  const maps = (depth: number) => hex(`${"a16161".repeat(depth - 1)}a0`);
  for (const nested of [arrays, maps]) {
    assert.deepEqual(encodeCbor(decodeCbor(nested(MAX_CBOR_DEPTH))), nested(MAX_CBOR_DEPTH));
    await refuses(() => decodeCbor(nested(MAX_CBOR_DEPTH + 1)), "bad-cbor");
    await refuses(() => decodeCbor(nested(200_000)), "bad-cbor");
  }
  const wide = new Array(100).fill([[1], { a: [2] }]);
  assert.deepEqual(decodeCbor(encodeCbor(wide)), wide);
});

const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger().map((number) => number + 0),
    fc.boolean(),
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.array(tie("value"), { maxLength: 30 }),
    fc.dictionary(fc.string({ unit: "grapheme" }), tie("value"), { maxKeys: 30, noNullPrototype: true }),
  ),
}));

test("what is written is what another encoder writes, and reads as the same", () => {
  fc.assert(
    fc.property(anything, (value) => {
      const bytes = encodeCbor(value);
      assert.deepEqual(bytes, cbor(value));
      assert.deepEqual(decodeCbor(bytes), value);
    }),
  );
});

test("whatever is read is written as the same bytes", () => {
  const bits = fc.nat({ max: 1 << 20 });
  const changed = fc.tuple(anything, bits).map(([value, bit]) => turned(encodeCbor(value), bit));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), changed), (bytes) => {
      const value = unlessRefused(() => decodeCbor(bytes));
      if (value !== undefined) assert.deepEqual(encodeCbor(value), bytes);
    }),
    { numRuns: 1000 },
  );
});

test("byte strings are copies", () => {
  const bytes = Buffer.from("420102", "hex");
  const value = decodeCbor(bytes);
  bytes.fill(0);
  assert.deepEqual(value, Uint8Array.of(1, 2));
  assert.deepEqual(encodeCbor(Buffer.from([1, 2])), hex("420102"));
});
