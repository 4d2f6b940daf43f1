/** X-Wing against the vectors of its draft, and against @hpke both ways. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  encapsulate,
  XWING_CIPHERTEXT_BYTES,
  XWING_PUBLIC_BYTES,
  XWING_SEED_BYTES,
  XwingError,
  type XwingErrorCode,
  xwingKeyFromSeed,
} from "../../src/format/xwing.ts";
import { oracleDecapsulate, oracleEncapsulate } from "./oracle.ts";
import { fromHex, readVectors, toHex, type XwingScenario } from "./vectors.ts";

const anySeed = fc.uint8Array({ minLength: XWING_SEED_BYTES, maxLength: XWING_SEED_BYTES });
const scenarios = readVectors<XwingScenario>("xwing.json");

const failsWith = (code: XwingErrorCode) => (error: unknown) =>
  error instanceof XwingError && error.code === code;

test("there are vectors of every kind", () => {
  assert.equal(scenarios.filter(({ eseed }) => eseed !== undefined).length, 3);
  assert.ok(scenarios.filter(({ refused }) => refused).length >= 5);
});

for (const { name, about, seed, eseed, publicKey, ciphertext, sharedSecret, refused } of scenarios) {
  test(`vector: ${name}: ${about}`, async () => {
    if (seed === undefined) {
      assert.ok(publicKey !== undefined && refused);
      assert.throws(() => encapsulate(fromHex(publicKey)), failsWith("bad-public-key"));
      return;
    }
    const key = xwingKeyFromSeed(fromHex(seed));
    assert.ok(ciphertext !== undefined);
    if (refused) {
      assert.throws(() => key.decapsulate(fromHex(ciphertext)), failsWith("bad-ciphertext"));
      return;
    }
    assert.equal(toHex(key.publicKey), publicKey);
    assert.equal(toHex(key.decapsulate(fromHex(ciphertext))), sharedSecret);
    if (eseed === undefined) return;
    const theirs = await oracleEncapsulate(key.publicKey, fromHex(eseed));
    assert.equal(toHex(theirs.ciphertext), ciphertext);
    assert.equal(toHex(theirs.sharedSecret), sharedSecret);
  });
}

test("what one makes, the other opens", async () => {
  await fc.assert(
    fc.asyncProperty(anySeed, async (seed) => {
      const key = xwingKeyFromSeed(seed);
      const ours = encapsulate(key.publicKey);
      assert.equal(toHex(await oracleDecapsulate(seed, ours.ciphertext)), toHex(ours.sharedSecret));
      const theirs = await oracleEncapsulate(key.publicKey);
      assert.equal(toHex(key.decapsulate(theirs.ciphertext)), toHex(theirs.sharedSecret));
    }),
    { numRuns: 10 },
  );
});

test("every part has its length, and no secret comes twice", () => {
  const key = xwingKeyFromSeed(new Uint8Array(XWING_SEED_BYTES));
  const [one, two] = [encapsulate(key.publicKey), encapsulate(key.publicKey)];
  assert.equal(key.publicKey.length, XWING_PUBLIC_BYTES);
  assert.equal(one.ciphertext.length, XWING_CIPHERTEXT_BYTES);
  assert.equal(one.sharedSecret.length, 32);
  assert.notDeepEqual(one.sharedSecret, two.sharedSecret);
  assert.notDeepEqual(one.ciphertext, two.ciphertext);
});

test("a ciphertext made for another key gives another secret, always the same one", () => {
  const [ours, theirs] = [1, 2].map((fill) => xwingKeyFromSeed(new Uint8Array(XWING_SEED_BYTES).fill(fill)));
  const { ciphertext, sharedSecret } = encapsulate(theirs!.publicKey);
  const wrong = ours!.decapsulate(ciphertext);
  assert.notDeepEqual(wrong, sharedSecret);
  assert.deepEqual(ours!.decapsulate(ciphertext), wrong);
});

test("wrong lengths are refused", () => {
  const key = xwingKeyFromSeed(new Uint8Array(XWING_SEED_BYTES));
  const { ciphertext } = encapsulate(key.publicKey);
  const longer = (bytes: Uint8Array) => new Uint8Array([...bytes, 0]);
  for (const length of [0, 31, 33, 64]) {
    assert.throws(() => xwingKeyFromSeed(new Uint8Array(length)), RangeError);
  }
  for (const bytes of [new Uint8Array(0), key.publicKey.subarray(1), longer(key.publicKey)]) {
    assert.throws(() => encapsulate(bytes), failsWith("bad-public-key"));
  }
  for (const bytes of [new Uint8Array(0), ciphertext.subarray(1), longer(ciphertext)]) {
    assert.throws(() => key.decapsulate(bytes), failsWith("bad-ciphertext"));
  }
});

test("the seed may be wiped once the key is made", () => {
  const seed = new Uint8Array(XWING_SEED_BYTES).fill(7);
  const key = xwingKeyFromSeed(seed);
  const { ciphertext, sharedSecret } = encapsulate(key.publicKey);
  seed.fill(0);
  assert.deepEqual(key.decapsulate(ciphertext), sharedSecret);
});
