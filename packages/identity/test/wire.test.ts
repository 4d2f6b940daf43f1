import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KeyError, WireReader, WireWriter } from "@asfaleia/identity";
import fc from "fast-check";

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const toHex = (data: Uint8Array): string => Buffer.from(data).toString("hex");
const badKey = (error: unknown): boolean => error instanceof KeyError && error.code === "bad-key";

describe("SSH wire format", () => {
  it("writes the mpint examples of RFC 4251 §5", () => {
    const examples: [magnitude: string, encoded: string][] = [
      ["", "00000000"],
      ["09a378f9b2e332a7", "0000000809a378f9b2e332a7"],
      ["80", "000000020080"],
    ];
    for (const [magnitude, encoded] of examples) {
      assert.equal(toHex(new WireWriter().mpint(bytes(magnitude)).bytes()), encoded);
      assert.equal(toHex(new WireReader(bytes(encoded)).mpint()), magnitude);
    }
  });

  it("writes mpints without the zeros in front", () => {
    assert.equal(toHex(new WireWriter().mpint(bytes("0000ff")).bytes()), "0000000200ff");
  });

  it("refuses negative and non-minimal mpints", () => {
    for (const encoded of [
      "00000001 80",
      "00000002 edcc",
      "00000001 00",
      "00000002 0001",
      "00000003 000080",
    ]) {
      assert.throws(() => new WireReader(bytes(encoded)).mpint(), badKey, encoded);
    }
  });

  it("refuses lengths that point past the end, also the largest", () => {
    for (const encoded of [
      "",
      "000000",
      "00000001",
      "00000003 6161",
      "ffffffff 61",
      "7fffffff",
      "80000000 00",
    ]) {
      assert.throws(() => new WireReader(bytes(encoded)).string(), badKey, encoded);
    }
    assert.throws(() => new WireReader(bytes("")).byte(), badKey);
  });

  it("reads uint32 without a sign", () => {
    assert.equal(new WireReader(bytes("ffffffff")).uint32(), 0xffffffff);
    assert.equal(toHex(new WireWriter().uint32(0xfffffffe).bytes()), "fffffffe");
  });

  it("refuses text that is not UTF-8 or holds NUL, and keeps a byte order mark", () => {
    assert.throws(() => new WireReader(bytes("00000001 ff")).text(), badKey);
    assert.throws(() => new WireReader(bytes("00000002 6100")).text(), badKey);
    assert.equal(new WireReader(bytes("00000003 efbbbf")).text(), "\ufeff");
  });

  it("refuses trailing bytes", () => {
    const reader = new WireReader(bytes("00000001 61 00"));
    reader.string();
    assert.throws(() => reader.end(), badKey);
    reader.byte();
    reader.end();
  });

  it("returns plain arrays when it is given a Buffer", () => {
    const view = new WireReader(Buffer.from("00000001 61".replace(" ", ""), "hex")).string();
    assert.equal(Buffer.isBuffer(view), false);
  });

  it("reads back whatever it wrote", () => {
    const field = fc.oneof(
      fc.record({ kind: fc.constant("string" as const), value: fc.uint8Array({ maxLength: 40 }) }),
      fc.record({ kind: fc.constant("mpint" as const), value: fc.uint8Array({ maxLength: 40 }) }),
    );
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const writer = new WireWriter();
        for (const { kind, value } of fields) writer[kind](value);
        const reader = new WireReader(writer.bytes());
        const again = new WireWriter();
        for (const { kind } of fields) again[kind](reader[kind]());
        reader.end();
        assert.deepEqual(again.bytes(), writer.bytes());
      }),
    );
  });

  it("throws nothing but KeyError on arbitrary bytes, and encodes what it took to the same bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 16 }), (data) => {
        try {
          const reader = new WireReader(data);
          const value = reader.mpint();
          reader.end();
          assert.deepEqual(new WireWriter().mpint(value).bytes(), data);
        } catch (error) {
          assert.ok(badKey(error), String(error));
        }
      }),
    );
  });
});
