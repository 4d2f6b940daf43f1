/** HPKE against @hpke both ways, and against whatever is changed on the way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HPKE_ENC_BYTES, HPKE_TAG_BYTES, open, seal } from "../../src/format/hpke.ts";
import { XwingError, xwingKeyFromSeed } from "../../src/format/xwing.ts";
import { oracleOpen, oracleSeal } from "./oracle.ts";

const SEED = new Uint8Array(32).fill(3);
const key = xwingKeyFromSeed(SEED);
const anyBytes = fc.uint8Array({ maxLength: 300 });
const anyMessage = fc.record({ info: anyBytes, aad: anyBytes, plaintext: anyBytes });

test("what we seal, @hpke opens, and the other way round", async () => {
  await fc.assert(
    fc.asyncProperty(anyMessage, async ({ info, aad, plaintext }) => {
      const ours = seal(key.publicKey, info, aad, plaintext);
      assert.deepEqual(await oracleOpen(SEED, { info, aad }, ours.enc, ours.ciphertext), plaintext);
      const theirs = await oracleSeal(key.publicKey, { info, aad }, plaintext);
      assert.deepEqual(open(key, theirs.enc, info, aad, theirs.ciphertext), plaintext);
    }),
    { numRuns: 10 },
  );
});

test("what is sealed has its length", () => {
  fc.assert(
    fc.property(anyMessage, ({ info, aad, plaintext }) => {
      const { enc, ciphertext } = seal(key.publicKey, info, aad, plaintext);
      assert.equal(enc.length, HPKE_ENC_BYTES);
      assert.equal(ciphertext.length, plaintext.length + HPKE_TAG_BYTES);
      assert.deepEqual(open(key, enc, info, aad, ciphertext), plaintext);
    }),
    { numRuns: 50 },
  );
});

test("a flipped bit anywhere, and it does not open", () => {
  const parts = ["enc", "info", "aad", "ciphertext"] as const;
  const message = { info: new Uint8Array(9), aad: new Uint8Array(1), plaintext: new Uint8Array(40) };
  const sealed = seal(key.publicKey, message.info, message.aad, message.plaintext);
  fc.assert(
    fc.property(fc.constantFrom(...parts), fc.nat(), fc.nat({ max: 7 }), (part, place, bit) => {
      const all = { info: message.info.slice(), aad: message.aad.slice(), ...sealed };
      const bytes = all[part].slice();
      const at = place % bytes.length;
      bytes[at] = bytes[at]! ^ (1 << bit);
      const changed = { ...all, [part]: bytes };
      assert.equal(open(key, changed.enc, changed.info, changed.aad, changed.ciphertext), undefined);
    }),
    { numRuns: 200 },
  );
});

test("the highest bit of the point is bound, though X25519 ignores it", () => {
  const nothing = new Uint8Array(0);
  const { enc, ciphertext } = seal(key.publicKey, nothing, nothing, nothing);
  const changed = enc.slice();
  changed[HPKE_ENC_BYTES - 1] = changed[HPKE_ENC_BYTES - 1]! ^ 0x80;
  assert.deepEqual(open(key, enc, nothing, nothing, ciphertext), nothing);
  assert.equal(open(key, changed, nothing, nothing, ciphertext), undefined);
});

test("another key, or less than a tag, opens nothing", () => {
  const nothing = new Uint8Array(0);
  const { enc, ciphertext } = seal(key.publicKey, nothing, nothing, new Uint8Array(5));
  const other = xwingKeyFromSeed(new Uint8Array(32).fill(4));
  assert.equal(open(other, enc, nothing, nothing, ciphertext), undefined);
  for (const length of [0, 1, HPKE_TAG_BYTES - 1, HPKE_TAG_BYTES, ciphertext.length - 1]) {
    assert.equal(open(key, enc, nothing, nothing, ciphertext.subarray(0, length)), undefined);
  }
  assert.equal(open(key, enc.subarray(1), nothing, nothing, ciphertext), undefined);
});

test("sealing for what is no key is an error", () => {
  const nothing = new Uint8Array(0);
  assert.throws(() => seal(new Uint8Array(1216).fill(0xff), nothing, nothing, nothing), XwingError);
});

test("a mistake of ours is not taken for a bad envelope", () => {
  const nothing = new Uint8Array(0);
  const { enc, ciphertext } = seal(key.publicKey, nothing, nothing, nothing);
  const broken = { publicKey: key.publicKey, decapsulate: (): Uint8Array => assert.fail("broken") };
  assert.throws(() => open(broken, enc, nothing, nothing, ciphertext), assert.AssertionError);
});
