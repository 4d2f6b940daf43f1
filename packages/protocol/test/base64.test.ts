/** Strict base64: docs/protocol.md, "Fields". */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  base64Length,
  decodeBase64,
  decodeBase64Into,
  decodedLength,
  encodeBase64,
  encodeBase64Into,
  ProtocolError,
} from "@asfaleia/protocol";
import fc from "fast-check";
import { bytes, textOf } from "./arbitraries.ts";
import { hex, latin1, type Scenario, text, vectors } from "./vectors.ts";

const wrongUsage = (error: unknown) => error instanceof ProtocolError && error.code === "wrong-usage";
const isStrict = (written: string) => Buffer.from(written, "base64").toString("base64") === written;

for (const vector of vectors<Scenario & { text: string; hex?: string }>("base64.json")) {
  test(`base64: ${vector.name}`, () => {
    const field = latin1(vector.text);
    if (vector.refused) return assert.throws(() => decodeBase64(field, 1000), wrongUsage);
    const decoded = decodeBase64(field, 1000);
    assert.equal(hex(decoded), vector.hex);
    assert.equal(text(encodeBase64(decoded)), vector.text);
  });
}

test("it writes what Buffer writes, and reads it back", () => {
  fc.assert(
    fc.property(bytes(0, 500), (raw) => {
      const encoded = encodeBase64(raw);
      assert.equal(text(encoded), Buffer.from(raw).toString("base64"));
      assert.equal(base64Length(raw.length), encoded.length);
      assert.equal(decodedLength(encoded), raw.length);
      assert.deepEqual(decodeBase64(encoded, raw.length), raw);
    }),
    { numRuns: 1000 },
  );
});

test("it takes just what Buffer would write", () => {
  const character = "ABQZaghwxyz0189+/=-_ ";
  fc.assert(
    fc.property(textOf(character, 0, 12), (written) => {
      const field = latin1(written);
      const taken = decodeBase64Into(field, new Uint8Array(16)) >= 0;
      assert.equal(taken, isStrict(written), written);
    }),
    { numRuns: 20_000 },
  );
});

test("every group of two characters, and every last character of three, in one form only", () => {
  const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let taken = 0;
  for (const first of all) {
    for (const second of all) {
      for (const written of [`${first}${second}==`, `A${first}${second}=`]) {
        const result = decodeBase64Into(latin1(written), new Uint8Array(3));
        assert.equal(result >= 0, isStrict(written), written);
        if (result >= 0) taken++;
      }
    }
  }
  assert.equal(taken, 64 * 4 + 64 * 16);
});

test("one byte that is no base64 is found wherever it stands", () => {
  const good = encodeBase64(new Uint8Array(30).fill(0xa5));
  for (let at = 0; at < good.length; at++) {
    for (let byte = 0; byte < 256; byte++) {
      const field = good.slice();
      field[at] = byte;
      assert.equal(decodeBase64Into(field, new Uint8Array(30)) >= 0, isStrict(text(field)));
    }
  }
});

test("it writes between what stands there already", () => {
  fc.assert(
    fc.property(bytes(0, 40), fc.nat(10), fc.nat(10), (raw, before, behind) => {
      const length = base64Length(raw.length);
      const target = new Uint8Array(before + length + behind).fill(0x2e);
      assert.equal(encodeBase64Into(raw, target, before), before + length);
      const wanted = `${".".repeat(before)}${Buffer.from(raw).toString("base64")}${".".repeat(behind)}`;
      assert.equal(text(target), wanted);
      const room = new Uint8Array(raw.length + behind).fill(0x2e);
      assert.equal(decodeBase64Into(target.subarray(before, before + length), room), raw.length);
      assert.deepEqual([...room], [...raw, ...new Uint8Array(behind).fill(0x2e)]);
    }),
  );
});

test("a target that is too short is a fault of the caller", () => {
  const encoded = encodeBase64(new Uint8Array(7));
  assert.throws(() => decodeBase64Into(encoded, new Uint8Array(6)), RangeError);
  assert.throws(() => encodeBase64Into(new Uint8Array(7), new Uint8Array(12), 1), RangeError);
});

test("a field over its cap is refused before room is made for it", () => {
  const field = new Uint8Array(4 * 1024).fill(0x41);
  assert.throws(() => decodeBase64(field, 3 * 1024 - 1), wrongUsage);
  assert.equal(decodeBase64(field, 3 * 1024).length, 3 * 1024);
});
