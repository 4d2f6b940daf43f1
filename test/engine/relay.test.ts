/** The relay forgets, or is away: nothing is lost, and nothing is shown twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { introduce, newPerson, newRelay, newRelayKey, restart } from "./kit.ts";

test("what a relay has forgotten is sent again when it is back", async (t) => {
  const key = await newRelayKey();
  const relay = await newRelay(t, { key });
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { aToB } = await introduce(alice, bob);
  await alice.messenger.send(aToB, "one");
  await bob.next("message");
  await bob.messenger.close();
  const said = await alice.messenger.send(aToB, "two");
  await alice.next("state", ({ id, state }) => id === said.id && state === "at-relay");
  await restart(t, relay, key);
  const again = await newPerson(t, relay, { profile: bob.profile, signer: bob.signer });
  assert.equal((await again.next("message")).message.text, "two");
  await alice.next("state", ({ id, state }) => id === said.id && state === "delivered");
  assert.equal(again.events.filter(({ type }) => type === "message").length, 1);
});

test("a published card is published again after a restart", async (t) => {
  const key = await newRelayKey();
  const relay = await newRelay(t, { key });
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  await bob.messenger.publish(bob.signer);
  await restart(t, relay, key);
  const aToB = (await alice.messenger.addKeys([bob.signer.publicKey], "bob")).id;
  await alice.messenger.send(aToB, "found you");
  assert.equal((await bob.next("request")).message.text, "found you");
});
