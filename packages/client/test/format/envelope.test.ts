/** docs/messaging.md, "Envelopes": the vectors, the sizes, and that nothing else opens. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  capacityOf,
  ENVELOPE_SIZES,
  ENVELOPE_VERSION,
  type EnvelopeKind,
  type Inner,
  openEnvelope,
  SHORT_ID_BYTES,
  sealEnvelope,
} from "../../src/format/envelope.ts";
import { HPKE_ENC_BYTES, HPKE_TAG_BYTES, open } from "../../src/format/hpke.ts";
import { XwingError, xwingKeyFromSeed } from "../../src/format/xwing.ts";
import { oracleOpen, oracleSeal } from "./oracle.ts";
import { type BadEnvelope, fromBase64, fromHex, type GoodEnvelope, readVectors, toHex } from "./vectors.ts";

const INFO = Buffer.from("asfaleia/1 envelope");
const AAD = Uint8Array.of(ENVELOPE_VERSION);
const SEED = new Uint8Array(32).fill(5);
const key = xwingKeyFromSeed(SEED);
const [SMALLEST, , , LARGEST] = ENVELOPE_SIZES;
const KINDS: readonly EnvelopeKind[] = ["opening", "first", "message"];

function innerOf(kind: EnvelopeKind, ciphertext: Uint8Array): Inner {
  if (kind === "opening") return { kind, deviceKey: new Uint8Array(33).fill(5), ciphertext };
  return { kind, shortId: new Uint8Array(SHORT_ID_BYTES).fill(9), ciphertext };
}

/** An inner as vectors write it. */
function inWords(inner: Inner): GoodEnvelope["inner"] {
  const { kind, ciphertext } = inner;
  const common = { kind, ciphertext: toHex(ciphertext) };
  return inner.kind === "opening"
    ? { ...common, deviceKey: toHex(inner.deviceKey) }
    : { ...common, shortId: toHex(inner.shortId) };
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = changed[at]! ^ (1 << bit);
  return changed;
}

const good = readVectors<GoodEnvelope>("envelope-good.json");
const bad = readVectors<BadEnvelope>("envelope-bad.json");

test("there are vectors of every kind and layer", () => {
  assert.deepEqual(new Set(good.map(({ inner }) => inner.kind)), new Set(KINDS));
  assert.deepEqual(new Set(bad.map(({ layer }) => layer)), new Set(["size", "version", "seal", "inner"]));
  assert.ok(good.length >= 5 && bad.length >= 20);
});

for (const { name, about, seed, eseed, envelope, inner } of good) {
  test(`vector: ${name}: ${about}`, async () => {
    const bytes = fromBase64(envelope);
    const receiver = xwingKeyFromSeed(fromHex(seed));
    const opened = openEnvelope(bytes, receiver);
    assert.ok(opened !== undefined);
    assert.deepEqual(inWords(opened), inner);
    const ours = sealEnvelope(opened, receiver.publicKey, { size: bytes.length });
    const plaintext = await oracleOpen(
      fromHex(seed),
      { info: INFO, aad: AAD },
      ours.subarray(1, 1 + HPKE_ENC_BYTES),
      ours.subarray(1 + HPKE_ENC_BYTES),
    );
    const bound = { info: INFO, aad: AAD };
    const theirs = await oracleSeal(receiver.publicKey, bound, plaintext, fromHex(eseed));
    assert.equal(toHex(bytes), toHex(Buffer.concat([AAD, theirs.enc, theirs.ciphertext])));
  });
}

for (const { name, about, layer, seed, envelope } of bad) {
  test(`vector: ${name}: ${about}`, () => {
    const bytes = fromBase64(envelope);
    const receiver = xwingKeyFromSeed(fromHex(seed));
    assert.equal(openEnvelope(bytes, receiver), undefined);
    const enc = bytes.subarray(1, 1 + HPKE_ENC_BYTES);
    const passes = {
      size: ENVELOPE_SIZES.some((size) => size === bytes.length),
      version: bytes[0] === ENVELOPE_VERSION,
      seal: open(receiver, enc, INFO, AAD, bytes.subarray(1 + HPKE_ENC_BYTES)) !== undefined,
      inner: false,
    };
    const order = ["size", "version", "seal", "inner"] as const;
    assert.equal(
      order.find((each) => !passes[each]),
      layer,
    );
  });
}

test("what is sealed opens, whatever it is", () => {
  const anyInner = fc.record({
    kind: fc.constantFrom(...KINDS),
    head: fc.uint8Array({ minLength: 33, maxLength: 33 }),
    ciphertext: fc.uint8Array({ minLength: 1, maxLength: 6000 }),
  });
  fc.assert(
    fc.property(anyInner, ({ kind, head, ciphertext }) => {
      const shortId = head.slice(0, SHORT_ID_BYTES);
      const inner: Inner =
        kind === "opening" ? { kind, deviceKey: head, ciphertext } : { kind, shortId, ciphertext };
      const envelope = sealEnvelope(inner, key.publicKey);
      assert.ok(ENVELOPE_SIZES.some((size) => size === envelope.length));
      assert.deepEqual(openEnvelope(envelope, key), inner);
    }),
    { numRuns: 100 },
  );
});

test("every size is filled to its last byte, and one more takes the next", () => {
  for (const kind of KINDS) {
    for (const [i, size] of ENVELOPE_SIZES.entries()) {
      const capacity = capacityOf(size, kind);
      const full = innerOf(kind, new Uint8Array(capacity).fill(0xff));
      const envelope = sealEnvelope(full, key.publicKey);
      assert.equal(envelope.length, size);
      assert.deepEqual(openEnvelope(envelope, key), full);
      const more = innerOf(kind, new Uint8Array(capacity + 1).fill(0xff));
      assert.throws(() => sealEnvelope(more, key.publicKey, { size }), RangeError);
      if (size === LARGEST) assert.throws(() => sealEnvelope(more, key.publicKey), RangeError);
      else assert.equal(sealEnvelope(more, key.publicKey).length, ENVELOPE_SIZES[i + 1]);
    }
  }
});

test("capacities, as docs/messaging.md gives them", () => {
  assert.deepEqual(
    ENVELOPE_SIZES.map((size) => [capacityOf(size, "opening"), capacityOf(size, "message")]),
    [
      [2921, 2938],
      [15_209, 15_226],
      [64_361, 64_378],
      [260_969, 260_986],
    ],
  );
  for (const kind of KINDS) {
    for (const size of [0, 4095, 8192, 262_145, Number.NaN]) {
      assert.throws(() => capacityOf(size, kind), RangeError);
    }
  }
});

test("the size can be said, and must be one of the four", () => {
  const inner = innerOf("message", Uint8Array.of(1));
  for (const size of ENVELOPE_SIZES) {
    const envelope = sealEnvelope(inner, key.publicKey, { size });
    assert.equal(envelope.length, size);
    assert.deepEqual(openEnvelope(envelope, key), inner);
  }
  for (const size of [0, 1, 4095, 5000, 262_145]) {
    assert.throws(() => sealEnvelope(inner, key.publicKey, { size }), RangeError);
  }
});

test("nothing malformed is sealed", () => {
  const ciphertext = Uint8Array.of(1);
  for (const kind of KINDS) {
    assert.throws(() => sealEnvelope(innerOf(kind, new Uint8Array(0)), key.publicKey), RangeError);
  }
  for (const length of [0, 15, 17, 32, 33]) {
    const inner: Inner = { kind: "first", shortId: new Uint8Array(length), ciphertext };
    assert.throws(() => sealEnvelope(inner, key.publicKey), RangeError);
  }
  for (const length of [0, 16, 32, 34]) {
    const inner: Inner = { kind: "opening", deviceKey: new Uint8Array(length), ciphertext };
    assert.throws(() => sealEnvelope(inner, key.publicKey), RangeError);
  }
  const inner = innerOf("message", ciphertext);
  for (const bytes of [new Uint8Array(0), new Uint8Array(1216).fill(0xff), key.publicKey.subarray(1)]) {
    assert.throws(() => sealEnvelope(inner, bytes), XwingError);
  }
});

test("two envelopes of one content have nothing in common but the version", () => {
  const inner = innerOf("message", new Uint8Array(2000).fill(0xaa));
  const [one, two] = [sealEnvelope(inner, key.publicKey), sealEnvelope(inner, key.publicKey)];
  const blocks = (bytes: Uint8Array) =>
    Array.from({ length: Math.floor((bytes.length - 1) / 16) }, (_, i) =>
      toHex(bytes.subarray(1 + 16 * i, 17 + 16 * i)),
    );
  assert.equal(one[0], ENVELOPE_VERSION);
  assert.equal(two[0], ENVELOPE_VERSION);
  const seen = new Set(blocks(one));
  assert.equal(seen.size, blocks(one).length);
  assert.deepEqual(
    blocks(two).filter((block) => seen.has(block)),
    [],
  );
  assert.notDeepEqual(one.subarray(-HPKE_TAG_BYTES), two.subarray(-HPKE_TAG_BYTES));
});

test("what is opened is a copy of its own", () => {
  const inner = innerOf("message", Uint8Array.of(1, 2, 3));
  const envelope = sealEnvelope(inner, key.publicKey);
  const opened = openEnvelope(envelope, key);
  envelope.fill(0);
  assert.deepEqual(opened, inner);
  assert.equal(opened?.ciphertext.buffer.byteLength, 3);
});

test("a part of a larger buffer opens", () => {
  const inner = innerOf("first", Uint8Array.of(1, 2, 3));
  const envelope = sealEnvelope(inner, key.publicKey);
  const larger = Buffer.concat([Buffer.alloc(5), envelope, Buffer.alloc(7)]);
  assert.deepEqual(openEnvelope(larger.subarray(5, 5 + envelope.length), key), inner);
});

test("random bytes never open and never throw", () => {
  const sizes = fc.constantFrom(SMALLEST, SMALLEST, ENVELOPE_SIZES[1]);
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 5000 }),
    fc
      .tuple(sizes, fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.boolean())
      .map(([size, pattern, isOurs]) => {
        const bytes = Uint8Array.from({ length: size }, (_, i) => pattern[i % 64]!);
        if (isOurs) bytes[0] = ENVELOPE_VERSION;
        return bytes;
      }),
  );
  fc.assert(
    fc.property(anything, (bytes) => assert.equal(openEnvelope(bytes, key), undefined)),
    { numRuns: 300 },
  );
});

test("no envelope with a flipped bit, cut short or made longer opens", () => {
  const envelope = sealEnvelope(innerOf("message", new Uint8Array(100).fill(1)), key.publicKey);
  const last = envelope.length - 1;
  fc.assert(
    fc.property(fc.nat({ max: last }), fc.nat({ max: 7 }), (at, bit) => {
      assert.equal(openEnvelope(flipped(envelope, at, bit), key), undefined);
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.nat({ max: last }), (length) => {
      assert.equal(openEnvelope(envelope.subarray(0, length), key), undefined);
    }),
  );
  for (const size of [envelope.length + 1, ENVELOPE_SIZES[1], LARGEST]) {
    const longer = new Uint8Array(size);
    longer.set(envelope);
    assert.equal(openEnvelope(longer, key), undefined);
  }
  assert.ok(openEnvelope(envelope, key) !== undefined);
});
