/** What ends the messenger, though nobody did anything wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { introduce, newPerson, newRelay, type Person, QUICK, until } from "./kit.ts";
import { openCard, Puppet, post } from "./puppet.ts";

const LIMIT = { timeout: 20_000 };

/** A turn that fails closes the engine, and then nothing can be said any more. */
async function isAlive({ messenger }: Person): Promise<boolean> {
  const me = messenger.contacts().find(({ state }) => state === "me");
  return messenger.send(me?.id ?? 0, "still there").then(
    () => true,
    () => false,
  );
}

/** Two who have talked; Bob is away afterwards. */
async function talkedOnce(t: Parameters<typeof newRelay>[0]) {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay, { delays: { ...QUICK, resendFirstMs: 30 } });
  const bob = await newPerson(t, relay);
  const { aToB, bToA } = await introduce(alice, bob);
  await alice.messenger.send(aToB, "hello");
  await bob.next("message");
  await bob.messenger.send(bToA, "hello yourself");
  await alice.next("message");
  await until(() => alice.profile.devices.ofContact(aToB)[0]?.sayAs !== undefined);
  await bob.messenger.close();
  return { relay, alice, bob, aToB };
}

test("a device that is renewed twice while a contact is away goes on", LIMIT, async (t) => {
  const { alice, aToB } = await talkedOnce(t);
  await alice.messenger.renewDevice(alice.signer);
  await alice.messenger.renewDevice(alice.signer);
  const [bob] = alice.profile.devices.ofContact(aToB);
  await until(() => alice.profile.deliveries.openTo(bob?.id ?? "").every(({ attempts }) => attempts > 2));
  assert.equal(await isAlive(alice), true);
});

test("a contact is blocked and unblocked after a renewal, and the messenger goes on", LIMIT, async (t) => {
  const { alice, aToB } = await talkedOnce(t);
  await alice.messenger.renewDevice(alice.signer);
  await alice.messenger.block(aToB);
  await alice.messenger.unblock(aToB);
  for (let turns = 0; turns < 5; turns++) await alice.messenger.idle();
  assert.equal(await isAlive(alice), true);
});

test("both write first, and one has new prekeys by then", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = new Puppet(relay.addresses[0]!);
  const old = await bob.card({ prekeys: 1 });
  const { id } = await alice.messenger.addCard(old, "bob");
  await alice.messenger.send(id, "my first");
  await until(() => alice.profile.devices.get(bob.id)?.session === "opened");
  // A week later Bob's prekeys are others, and he writes first, too.
  const card = await bob.card({ prekeys: 3 });
  const to = openCard(alice.messenger.card());
  await post(to, [await bob.say(to, { kind: "text", body: { text: "his first" }, n: 1 }, { card })]);
  await until(
    () => alice.events.some(({ type }) => type === "message") || !alice.messenger.status().relays[0]?.isUp,
  );
  assert.equal(await isAlive(alice), true);
});
