/** The look into an opening: it finds the message that libsignal will decrypt, or nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PreKeySignalMessage, PrivateKey, PublicKey, SignalMessage } from "@signalapp/libsignal-client";
import fc from "fast-check";
import { hasPostQuantumRatchet, messageInOpening } from "../../src/session/ratchet.ts";
import { hear, newPair, newParty, open, say } from "./party.ts";

function newKey(): PublicKey {
  return PrivateKey.generate().getPublicKey();
}

/** A message that libsignal itself has put together, as an old or a lying client would. */
function forged(pqRatchet: string, ratchetKey = newKey(), counter = 0): SignalMessage {
  const mac = new Uint8Array(32);
  const text = new Uint8Array(16);
  const pq = new Uint8Array(Buffer.from(pqRatchet));
  return SignalMessage._new(4, mac, ratchetKey, counter, 0, text, newKey(), newKey(), pq);
}

async function opening(): Promise<Uint8Array> {
  const alice = newParty();
  const bob = newParty();
  await open(alice, bob);
  return (await say(alice, bob, "hello")).ciphertext;
}

test("the message is found, and nothing is lost before or behind it", async () => {
  const bytes = await opening();
  const inner = messageInOpening(bytes)!;
  assert.deepEqual(SignalMessage.deserialize(new Uint8Array(inner)).serialize(), new Uint8Array(inner));
  assert.ok(hasPostQuantumRatchet(inner));
  const message = forged("some");
  for (const id of [0xffff_ffff, 1, 128]) {
    const whole = PreKeySignalMessage._new(4, 5, id, id, newKey(), newKey(), message).serialize();
    assert.deepEqual(messageInOpening(whole), message.serialize());
  }
});

test("a second message in one opening hides nothing", async () => {
  const bytes = await opening();
  const inner = messageInOpening(bytes)!;
  const again = Buffer.concat([bytes, Buffer.from([0x22, 1, 0])]);
  assert.notEqual(inner, undefined);
  assert.equal(messageInOpening(again), undefined);
});

test("any bytes are read or refused, and what is read lies within them", () => {
  const parts = fc.constantFrom(0x22, 0x08, 0x80, 0xff, 0, 1, 2, 3);
  fc.assert(
    fc.property(fc.array(fc.oneof(parts, fc.nat(255))), (some) => {
      const bytes = new Uint8Array(some);
      const inner = messageInOpening(bytes);
      if (inner !== undefined) assert.ok(Buffer.from(bytes).includes(Buffer.from(inner)));
    }),
  );
});

test("a cut opening holds nothing", async () => {
  const bytes = await opening();
  const inner = messageInOpening(bytes)!;
  const end = Buffer.from(bytes).indexOf(inner) + inner.length;
  for (let length = 0; length < end; length += 7) {
    assert.equal(messageInOpening(bytes.subarray(0, length)), undefined);
  }
  assert.equal(messageInOpening(bytes.subarray(0, end - 1)), undefined);
});

test("a message without the post-quantum ratchet is unreadable", async () => {
  const [alice, bob] = await newPair();
  const used = await say(alice, bob, "used");
  await hear(bob, alice, used);
  const ratchetKey = PublicKey.deserialize(new Uint8Array(used.ciphertext.subarray(3, 36)));
  const counter = SignalMessage.deserialize(new Uint8Array(used.ciphertext)).counter();
  const forge = (pqRatchet: string) => ({
    ciphertext: forged(pqRatchet, ratchetKey, counter).serialize(),
    isOpening: false,
  });
  // libsignal looks at the counter first: that it does not come to this shows who said no.
  assert.deepEqual(await hear(bob, alice, forge("some")), { kind: "repeat" });
  assert.deepEqual(await hear(bob, alice, forge("")), { kind: "unreadable" });
});

test("an opening without the post-quantum ratchet is unreadable", async () => {
  const [alice, bob] = [newParty(), newParty()];
  await open(alice, bob);
  const genuine = await say(alice, bob, "hello");
  const forge = (pqRatchet: string) => ({
    ciphertext: withMessage(genuine.ciphertext, forged(pqRatchet).serialize()),
    isOpening: true,
  });
  // Without its prekeys Bob's device cannot come as far as the MAC: what it says before shows who said no.
  bob.store.signed.clear();
  assert.deepEqual(await hear(bob, alice, forge("some")), { kind: "bad-prekey" });
  assert.deepEqual(await hear(bob, alice, forge("")), { kind: "unreadable" });
});

/** The opening with another message in it, at its end: protobuf cares for no order. */
function withMessage(opening: Uint8Array, message: Uint8Array): Uint8Array {
  const inner = messageInOpening(opening)!;
  assert.ok(inner.length >= 0x80 && message.length < 0x80);
  const start = Buffer.from(opening).indexOf(inner);
  const parts = [opening.subarray(0, start - 3), opening.subarray(start + inner.length)];
  return Buffer.concat([...parts, Buffer.from([0x22, message.length]), message]);
}
