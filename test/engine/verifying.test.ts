/** Safety numbers of contacts with several keys, and what the user's word about them is worth. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "@asfaleia/identity";
import { newEd25519 } from "../kit/keys.ts";
import { newPerson, newRelay, type Person, until } from "./kit.ts";

const LIMIT = { timeout: 30_000 };

/** Publishes the card of a key that was looked up in vain, and has it looked up again at once rather than in minutes. */
async function comes(owner: Person, to: Person, contact: number): Promise<void> {
  const key = fingerprint(owner.signer.publicKey);
  const { devices, identities } = to.profile;
  await until(() => (identities.get(key)?.lookups ?? 0) > 0);
  await owner.messenger.publish(owner.signer);
  identities.update(key, { lookupAt: 1 });
  await to.messenger.rename(contact, "bob");
  await until(() => devices.ofIdentity(key).length > 0);
}

test("of several keys in a list those that are in use are compared, as they see them", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const spare = newEd25519().signer;
  await bob.messenger.publish(bob.signer);
  const { id } = await alice.messenger.addKeys([spare.publicKey, bob.signer.publicKey], "bob");
  const before = alice.messenger.safetyNumber(id);
  await until(() => alice.messenger.contact("bob")?.hasCard === true);
  const atBob = await bob.messenger.addCard(alice.messenger.card(), "alice");
  assert.equal(alice.messenger.safetyNumber(id), bob.messenger.safetyNumber(atBob.id));
  assert.notEqual(alice.messenger.safetyNumber(id), before);
});

test("a key that comes into use after the numbers were compared was not compared", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob, mallory] = [
    await newPerson(t, relay),
    await newPerson(t, relay),
    await newPerson(t, relay),
  ];
  await bob.messenger.publish(bob.signer);
  // As a host of keys lists them that has put one more beside Bob's.
  const { id } = await alice.messenger.addKeys([bob.signer.publicKey, mallory.signer.publicKey], "bob");
  await until(() => alice.messenger.contact("bob")?.hasCard === true);
  const compared = alice.messenger.safetyNumber(id);
  await alice.messenger.setVerified(id, true, compared);
  assert.equal(alice.messenger.contact("bob")?.verified, true);
  await comes(mallory, alice, id);
  await alice.next("notice", ({ what }) => what === "verification-fell");
  assert.equal(alice.messenger.contact("bob")?.verified, false);
  assert.notEqual(alice.messenger.safetyNumber(id), compared);
  // Whoever was on the telephone meanwhile has compared another number than there is.
  await assert.rejects(alice.messenger.setVerified(id, true, compared), { code: "not-allowed" });
  assert.equal(alice.messenger.contact("bob")?.verified, false);
});

test("a key that was in use already is no news", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { id } = await alice.messenger.addKeys([bob.signer.publicKey], "bob");
  const number = alice.messenger.safetyNumber(id);
  await alice.messenger.setVerified(id, true, number);
  await comes(bob, alice, id);
  assert.deepEqual(
    [alice.messenger.contact("bob")?.verified, alice.messenger.safetyNumber(id)],
    [true, number],
  );
});
