/** Lines to ids and fields: docs/protocol.md, "Lines" and "Fields". */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asciiBytes,
  asciiText,
  ERROR_CODES,
  isErrorCode,
  isFingerprint,
  isUnasked,
  line,
  maxLineBytes,
  ProtocolError,
  sameBytes,
  splitFields,
  splitLine,
  writeAsciiInto,
} from "@asfaleia/protocol";
import fc from "fast-check";
import { fingerprint, textOf } from "./arbitraries.ts";
import { latin1, text } from "./vectors.ts";

const wrongUsage = (error: unknown) => error instanceof ProtocolError && error.code === "wrong-usage";

test("every number from 0 to 999 is an id, and its rest is a view", () => {
  for (let id = 0; id <= 999; id++) {
    const bytes = latin1(`${id};a;b`);
    const { id: read, rest } = splitLine(bytes);
    assert.deepEqual([read, text(rest)], [id, "a;b"]);
    assert.equal(rest.buffer, bytes.buffer);
    assert.equal(splitLine(latin1(String(id))).rest.length, 0);
  }
  for (const none of ["", ";", "00", "01", "1000", "99999", "1 ", "x"]) {
    assert.throws(() => splitLine(latin1(none)), wrongUsage, none);
  }
});

test("fields are what split would give", () => {
  fc.assert(
    fc.property(textOf("ab;", 0, 12), fc.nat(4), fc.nat(4), fc.boolean(), (rest, least, more, runsOn) => {
      const most = Math.max(1, least + more);
      const parts = rest.split(";");
      const fields = runsOn && parts.length > most ? withLast(parts, most) : parts;
      const bytes = latin1(rest);
      const run = () => splitFields(bytes, least, most, runsOn);
      if (fields.length < least || fields.length > most) return assert.throws(run, wrongUsage);
      assert.deepEqual(run().map(text), fields);
      assert.ok(run().every((field) => field.buffer === bytes.buffer));
    }),
  );
});

function withLast(parts: readonly string[], most: number): string[] {
  return [...parts.slice(0, most - 1), parts.slice(most - 1).join(";")];
}

test("a packet of a million fields costs no million views", () => {
  const many = new Uint8Array(1_000_000).fill(0x3b);
  let views = 0;
  const subarray = many.subarray;
  many.subarray = (...args) => {
    views++;
    return subarray.apply(many, args);
  };
  assert.throws(() => splitFields(many, 1, 3), wrongUsage);
  assert.ok(views <= 3);
});

test("a line is its id and fields, ended by LF", () => {
  assert.equal(text(line(4, "a", latin1("b"), "")), "4;a;b;\n");
  assert.equal(text(line(105, "0")), "105;0\n");
  assert.throws(() => line(102, "wrong-usage", "café"), RangeError);
});

test("a fingerprint is OpenSSH's, its last character without stray bits", () => {
  fc.assert(fc.property(fingerprint, isFingerprint));
  const ends = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].filter((end) =>
    isFingerprint(`SHA256:${"A".repeat(42)}${end}`),
  );
  assert.equal(ends.join(""), "AEIMQUYcgkosw048");
  assert.ok(!isFingerprint(`SHA256:${"A".repeat(43)}\n`));
});

test("ASCII there and back, and nothing else", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.equal(asciiText(all), text(all));
  assert.deepEqual(asciiBytes(text(all.subarray(0, 128))), all.subarray(0, 128));
  assert.throws(() => asciiBytes("\u0080"), RangeError);
  const long = new Uint8Array(10_000).fill(0x61);
  assert.equal(asciiText(long), "a".repeat(10_000));
  const target = new Uint8Array(5);
  assert.equal(writeAsciiInto(target, 1, "abc"), 4);
  assert.deepEqual([...target], [0, 0x61, 0x62, 0x63, 0]);
});

test("the same bytes are the same", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      assert.equal(sameBytes(a, b), Buffer.from(a).equals(b));
      assert.ok(sameBytes(a, a.slice()));
    }),
  );
});

test("the codes are a closed set, two of them unasked", () => {
  assert.equal(ERROR_CODES.length, new Set(ERROR_CODES).size);
  assert.deepEqual(ERROR_CODES.filter(isUnasked), ["going-away", "taken-over"]);
  assert.ok(ERROR_CODES.every(isErrorCode));
  for (const other of ["", "toString", "constructor", "wrong-usage ", "WRONG-USAGE"]) {
    assert.ok(!isErrorCode(other));
  }
});

test("the longest line has room for the largest envelope or document", () => {
  assert.equal(maxLineBytes(256 * 1024), 349_528 + 16_384);
  assert.equal(maxLineBytes(1), 87_380 + 16_384);
});
