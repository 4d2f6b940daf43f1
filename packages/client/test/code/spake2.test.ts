/** SPAKE2 against the vectors of RFC 9382, and against what must not be taken. */
import assert from "node:assert/strict";
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { p256 } from "@noble/curves/nist.js";
import fc from "fast-check";
import {
  type Agreement,
  finish,
  isShare,
  type Role,
  SHARE_BYTES,
  type Start,
  scalarFrom,
  start,
  WIDE_BYTES,
} from "../../src/code/spake2.ts";

interface Vector {
  readonly [field: string]: string;
}

const FILE = new URL("../../../../docs/vectors/spake2.json", import.meta.url);
const VECTORS: Vector[] = JSON.parse(readFileSync(FILE, "utf8")).scenarios;
const ORDER = p256.Point.Fn.ORDER;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string | undefined): Uint8Array => new Uint8Array(Buffer.from(text ?? "", "hex"));
const number = (text: string | undefined): bigint => BigInt(`0x${text}`);

test("all four vectors of the RFC are there", () => assert.equal(VECTORS.length, 4));

for (const vector of VECTORS) {
  test(`RFC 9382, appendix B: ${vector.name}`, () => {
    const agreement: Agreement = {
      w: number(vector.w),
      idA: Buffer.from(vector.A!),
      idB: Buffer.from(vector.B!),
    };
    const a = start("A", agreement, number(vector.x));
    const b = start("B", agreement, number(vector.y));
    assert.equal(hex(a.share), vector.pA);
    assert.equal(hex(b.share), vector.pB);
    const [atA, atB] = [finish(a, agreement, b.share)!, finish(b, agreement, a.share)!];
    for (const { key } of [atA, atB]) assert.equal(hex(key), vector.Ke);
    assert.equal(hex(atA.confirmation), vector.confirmationA);
    assert.equal(hex(atB.confirmation), vector.confirmationB);
    assert.ok(atA.confirms(bytes(vector.confirmationB)));
    assert.ok(atB.confirms(bytes(vector.confirmationA)));
    assert.ok(!atA.confirms(bytes(vector.confirmationA)), "its own confirmation, sent back");
    assert.ok(!atB.confirms(bytes(vector.confirmationB)), "its own confirmation, sent back");
  });
}

const wide = fc.uint8Array({ minLength: WIDE_BYTES, maxLength: WIDE_BYTES });
const scalar = wide.map(scalarFrom);
const text = fc.uint8Array({ maxLength: 40 });

function run(
  role: Role,
  agreement: Agreement,
  own: bigint,
): { begun: Start; end: (theirs: Uint8Array, aad?: Uint8Array) => ReturnType<typeof finish> } {
  const begun = start(role, agreement, own);
  return { begun, end: (theirs, aad) => finish(begun, agreement, theirs, aad) };
}

test("two sides agree exactly when password, names and context are alike", () => {
  const sides = fc.record({ w: scalar, idA: text, idB: text, aad: text });
  const other = fc.record({ w: scalar, idA: text, idB: text, aad: text }, { requiredKeys: [] });
  fc.assert(
    fc.property(sides, other, scalar, scalar, (mine, changes, x, y) => {
      const theirs = { ...mine, ...changes };
      const same =
        mine.w === theirs.w &&
        (["idA", "idB", "aad"] as const).every((field) => hex(mine[field]) === hex(theirs[field]));
      const [a, b] = [run("A", mine, x), run("B", theirs, y)];
      const atA = a.end(b.begun.share, mine.aad)!;
      const atB = b.end(a.begun.share, theirs.aad)!;
      assert.equal(atA.confirms(atB.confirmation), same);
      assert.equal(atB.confirms(atA.confirmation), same);
      if (same) assert.equal(hex(atA.key), hex(atB.key));
    }),
    { numRuns: 25 },
  );
});

test("a confirmation with any bit changed, or of another length, does not hold", () => {
  const agreement = { w: 7n, idA: new Uint8Array(0), idB: new Uint8Array(0) };
  const [a, b] = [run("A", agreement, 11n), run("B", agreement, 13n)];
  const { confirmation } = b.end(a.begun.share)!;
  const atA = a.end(b.begun.share)!;
  assert.ok(atA.confirms(confirmation));
  for (let bit = 0; bit < confirmation.length * 8; bit++) {
    const changed = new Uint8Array(confirmation);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    assert.ok(!atA.confirms(changed));
  }
  assert.ok(!atA.confirms(confirmation.subarray(1)));
  assert.ok(!atA.confirms(Buffer.concat([confirmation, Uint8Array.of(0)])));
});

test("a share is an uncompressed point of the curve, as OpenSSL sees it too", () => {
  const prefix = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex");
  const openssl = (point: Uint8Array): boolean => {
    try {
      createPublicKey({ key: Buffer.concat([prefix, point]), format: "der", type: "spki" });
      return true;
    } catch {
      return false;
    }
  };
  const changed = fc.tuple(scalar, fc.nat(SHARE_BYTES - 1), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(changed, ([own, at, mask]) => {
      const share = new Uint8Array(start("A", { w: 3n }, own).share);
      assert.ok(isShare(share) && openssl(share));
      share[at]! ^= mask;
      assert.equal(isShare(share), share[0] === 4 && openssl(share));
    }),
    { numRuns: 100 },
  );
});

test("what is no share, or makes no secret, ends nothing", () => {
  const agreement = { w: 7n, idA: new Uint8Array(0), idB: new Uint8Array(0) };
  const { begun, end } = run("A", agreement, 11n);
  const point = p256.Point.BASE;
  const N = p256.Point.fromHex("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49");
  const none = [
    new Uint8Array(0),
    Uint8Array.of(0),
    point.toBytes(true),
    new Uint8Array(SHARE_BYTES),
    new Uint8Array(SHARE_BYTES).fill(4),
    Buffer.concat([begun.share, Uint8Array.of(0)]),
    // Hybrid form, which some libraries take.
    Uint8Array.of(6 + (begun.share.at(-1)! & 1), ...begun.share.subarray(1)),
    // Without the password's part nothing is left: K would be the point at infinity.
    N.multiply(7n).toBytes(false),
  ];
  for (const theirs of none) assert.equal(end(theirs), undefined);
});

test("a scalar is never 0, nor the order, and takes bytes enough", () => {
  const of = (value: bigint): bigint =>
    scalarFrom(Buffer.from(value.toString(16).padStart(WIDE_BYTES * 2, "0"), "hex"));
  assert.equal(of(0n), 1n);
  assert.equal(of(ORDER - 1n), 1n);
  assert.equal(of(ORDER - 2n), ORDER - 1n);
  assert.throws(() => scalarFrom(createHash("sha256").digest()), RangeError);
});
