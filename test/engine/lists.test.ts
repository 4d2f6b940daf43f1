/** Cards, device lists and files in the hands of people who do not behave. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "@asfaleia/identity";
import { introduce, newPerson, newRelay } from "./kit.ts";
import { openCard, Puppet, post, soon } from "./puppet.ts";

const LIMIT = { timeout: 15_000 };
const DAY_MS = 86_400_000;

test("the card of somebody who waits can be added, whatever it calls itself", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const stranger = new Puppet(relay.addresses[0]!);
  const card = await stranger.card({ name: "me" });
  const to = openCard(alice.messenger.card());
  await post(to, [await stranger.say(to, { kind: "text", body: { text: "hello" } }, { card })]);
  await alice.next("request");
  const added = await alice.messenger.addCard(card);
  assert.equal(added.state, "contact");
});

test("a card made while its device's clock was ahead stands in the way of none", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = new Puppet(relay.addresses[0]!);
  await alice.messenger.addCard(await bob.card({ prekeys: 1, ends: Date.now() + 400 * DAY_MS }), "bob");
  const to = openCard(alice.messenger.card());
  const card = await bob.card({ prekeys: 3 });
  await post(to, [await bob.say(to, { kind: "text", body: { text: "with a card of now" } }, { card })]);
  await alice.next("message");
  const kept = openCard(alice.profile.devices.get(bob.id)?.card ?? new Uint8Array());
  assert.equal(kept.signed.id, 3, "a session begun anew would be begun with prekeys that are gone");
});

test("a device that is accepted brings no older list back", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const phone = new Puppet(relay.addresses[0]!);
  const lost = new Puppet(relay.addresses[0]!, phone.signer);
  const { id } = await alice.messenger.addCard(await phone.card({ list: await phone.list(2) }), "bob");
  const old = await lost.card({ list: await lost.list(1) });
  const to = openCard(alice.messenger.card());
  await post(to, [await lost.say(to, { kind: "text", body: { text: "it is me" } }, { card: old })]);
  await soon(() => alice.profile.devices.get(lost.id) !== undefined, "it is not met");
  await alice.messenger.acceptDevice(id, lost.id).catch(() => undefined);
  assert.equal(alice.profile.identities.get(fingerprint(phone.signer.publicKey))?.counter, 2);
  assert.equal(alice.profile.devices.get(phone.id)?.state, "confirmed");
});

test("a stranger's lists fill no table with devices", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const first = new Puppet(relay.addresses[0]!);
  const to = openCard(alice.messenger.card());
  const hello = { kind: "hello", body: {} } as const;
  const envelopes = [await first.say(to, { kind: "text", body: { text: "hello" } })];
  for (let counter = 2; counter <= 41; counter++) {
    const next = new Puppet(relay.addresses[0]!, first.signer);
    const list = await first.list(counter, Date.now(), [next]);
    envelopes.push(await first.say(to, hello, { card: await first.card({ list }) }));
    envelopes.push(await next.say(to, hello, { card: await next.card({ list }) }));
  }
  envelopes.push(await first.say(to, { kind: "text", body: { text: "last" } }));
  await post(to, envelopes);
  await alice.next("request");
  await alice.next("request");
  const devices = alice.profile.devices.ofIdentity(fingerprint(first.signer.publicKey));
  assert.ok(devices.length <= 32, `${devices.length} devices, each with its card and session`);
});

test("an own offer that is cancelled is told, and stays cancelled", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay);
  const { aToB, bToA } = await introduce(alice, bob);
  await alice.messenger.send(aToB, "hello");
  await bob.next("message");
  const { file } = await alice.messenger.sendFile(aToB, { name: "a", type: "a/b", bytes: new Uint8Array(9) });
  const { message } = await bob.next("message");
  await alice.messenger.cancelFile(aToB, file?.id ?? "");
  await bob.messenger.acceptFile(bToA, message.file?.id ?? "").catch(() => undefined);
  const state = (person: typeof alice, contact: number): string | undefined =>
    person.messenger.history(contact).find((line) => line.kind === "file")?.file?.state;
  await soon(() => state(bob, bToA) === "cancelled", "the other side asks for it, again and again");
  assert.equal(state(alice, aToB), "cancelled");
});
