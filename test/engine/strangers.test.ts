/** What a stranger with the card can make grow (threat-model: "fills no disk"). */

import assert from "node:assert/strict";
import { test } from "node:test";
import { initProfile } from "@asfaleia/client/messenger";
import { parseAddress } from "@asfaleia/protocol";
import { migrate, openMemoryDatabase, profileOver } from "../../packages/client/test/internals.ts";
import { newEd25519 } from "../kit/keys.ts";
import { environment, newPerson, newRelay } from "./kit.ts";
import { openCard, Puppet, post } from "./puppet.ts";

const LIMIT = { timeout: 20_000 };

/** Somebody whose tables can be counted. */
async function alice(t: Parameters<typeof newRelay>[0]) {
  const relay = await newRelay(t);
  const db = openMemoryDatabase();
  migrate(db);
  const profile = profileOver(db);
  const signer = newEd25519().signer;
  await initProfile({ profile, environment, signer, relays: [parseAddress(relay.addresses[0]!)] });
  const person = await newPerson(t, relay, { profile, signer });
  t.after(() => profile.close());
  const count = (table: string): number => db.number(`SELECT count(*) FROM ${table}`) ?? 0;
  return { relay: relay.addresses[0]!, person, to: openCard(person.messenger.card()), count };
}

test("a stranger's openings that hold nothing to read leave nothing", LIMIT, async (t) => {
  const { relay, person, to, count } = await alice(t);
  const envelopes: Uint8Array[] = [];
  for (let n = 0; n < 20; n++) envelopes.push(await new Puppet(relay).say(to, new Uint8Array([0xff])));
  const last = new Puppet(relay);
  envelopes.push(await last.say(to, { kind: "text", body: { text: "the last" } }));
  await post(to, envelopes);
  await person.next("request");
  assert.equal(count("sessions"), 1, "a session of each device that nobody knows is kept for ever");
});

test("a stranger's counters fill no table", LIMIT, async (t) => {
  const { relay, person, to, count } = await alice(t);
  const stranger = new Puppet(relay);
  const envelopes = [await stranger.say(to, { kind: "text", body: { text: "first" }, n: 1 })];
  for (let n = 1; n <= 20; n++)
    envelopes.push(await stranger.say(to, { kind: "hello", body: {}, n: 1 + n * 1_001 }));
  envelopes.push(await stranger.say(to, { kind: "text", body: { text: "last" } }));
  await post(to, envelopes);
  await person.next("request");
  await person.next("request");
  assert.ok(count("gaps") <= 1_000, `${count("gaps")} rows for 20 envelopes`);
});

test("a stranger's new sessions fill no conversation", LIMIT, async (t) => {
  const { relay, person, to, count } = await alice(t);
  const stranger = new Puppet(relay);
  const card = await stranger.card();
  const envelopes = [await stranger.say(to, { kind: "text", body: { text: "first" } }, { card })];
  for (let n = 0; n < 30; n++)
    envelopes.push(await stranger.say(to, { kind: "hello", body: {} }, { card, anew: true }));
  envelopes.push(await new Puppet(relay).say(to, { kind: "text", body: { text: "last" } }));
  await post(to, envelopes);
  await person.next("request");
  await person.next("request");
  assert.ok(count("messages") <= 5, `${count("messages")} lines of which strangers said two`);
});

test("two lists under one counter are one line, however often they are shown", LIMIT, async (t) => {
  const { relay, person, to, count } = await alice(t);
  const stranger = new Puppet(relay);
  const envelopes = [await stranger.say(to, { kind: "text", body: { text: "first" } })];
  for (let n = 1; n <= 20; n++) {
    const card = await stranger.card({ list: await stranger.list(1, Date.now() + n) });
    envelopes.push(await stranger.say(to, { kind: "hello", body: {} }, { card }));
  }
  envelopes.push(await stranger.say(to, { kind: "text", body: { text: "last" } }));
  await post(to, envelopes);
  await person.next("request");
  await person.next("request");
  assert.ok(count("messages") <= 5, `${count("messages")} lines of which the stranger said two`);
});

test("a mailbox made for a contact takes nothing from a stranger", LIMIT, async (t) => {
  const { relay, person, to, count } = await alice(t);
  const bob = new Puppet(relay);
  const card = await bob.card();
  const { id } = await person.messenger.addCard(card, "bob");
  await post(to, [await bob.say(to, { kind: "text", body: { text: "hello" } }, { card })]);
  await person.next("message");
  const [made] = person.profile.mailboxes.ofContact(id);
  const stranger = new Puppet(relay);
  const leaked = { ...to, mailboxes: [{ relay, mailbox: made!.fingerprint }] };
  await post(leaked, [await stranger.say(to, { kind: "text", body: { text: "by the side door" } })]);
  const other = new Puppet(relay);
  await post(leaked, [await bob.say(to, { kind: "text", body: { text: "Bob again" } }, { card })]);
  await person.next("message", ({ message }) => message.text === "Bob again");
  await post(to, [await other.say(to, { kind: "text", body: { text: "by the front door" } })]);
  assert.equal((await person.next("request")).message.text, "by the front door");
  assert.equal(count("contacts"), 3, "me, Bob and who came by the front door");
});
