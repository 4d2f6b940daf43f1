/** What `add` does with a list of keys that somebody else wrote. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "@asfaleia/identity";
import { newEd25519 } from "../kit/keys.ts";
import { introduce, newPerson, newRelay, until } from "./kit.ts";

test("a list of keys that repeats my own key makes no own device of somebody else's", async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const mallory = newEd25519().signer;
  // As in a .keys file of Mallory's, who has copied Alice's public key into it.
  await alice.messenger
    .addKeys([alice.signer.publicKey, mallory.publicKey], "mallory")
    .catch(() => undefined);
  const me = alice.messenger.contacts().find(({ state }) => state === "me");
  assert.equal(me?.identities.length, 1, "Mallory's key is one of Alice's own now");
});

test("a list of keys that repeats Bob's key adds nothing to Bob", async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay);
  const { aToB } = await introduce(alice, bob);
  const mallory = newEd25519().signer;
  await alice.messenger.addKeys([mallory.publicKey, bob.signer.publicKey], "mallory").catch(() => undefined);
  const identities = alice.messenger.contacts().find(({ id }) => id === aToB)?.identities;
  assert.equal(identities?.length, 1, "what is said to Bob goes to Mallory too");
});

test("what is said to others goes to no key that a list of keys brought in", {
  timeout: 10_000,
}, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay);
  const mallory = await newPerson(t, relay);
  await mallory.messenger.publish(mallory.signer);
  const { aToB } = await introduce(alice, bob);
  await alice.messenger
    .addKeys([alice.signer.publicKey, mallory.signer.publicKey], "mallory")
    .catch(() => undefined);
  await mallory.messenger.addKeys([alice.signer.publicKey], "alice");
  await alice.messenger.publish(alice.signer);
  const pinned = fingerprint(mallory.signer.publicKey);
  const { identities, devices } = alice.profile;
  await until(() => identities.get(pinned) === undefined || devices.ofIdentity(pinned).length > 0);
  await alice.messenger.send(aToB, "for bob only");
  const { message } = await bob.next("message");
  assert.equal(message.text, "for bob only");
  const me = alice.messenger.contacts().find(({ state }) => state === "me");
  const open = alice.profile.deliveries.openTo;
  const toMallory = (me?.devices ?? []).flatMap(({ id }) => open(id)).filter(({ role }) => role === "copy");
  assert.equal(toMallory.length, 0, "a copy of what is said to Bob is on its way to Mallory");
});
