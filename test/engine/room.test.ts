/** What others say is taken in while there is room on the disk: nobody fills it, and what is not taken in is not lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openLink } from "@asfaleia/client";
import type { DiskSpace, Environment, MessengerEvent } from "@asfaleia/client/messenger";
import { parseAddress } from "@asfaleia/protocol";
import { mailboxSigner } from "../../packages/client/test/internals.ts";
import { environment, introduce, newPerson, newRelay, type Person, QUICK, until } from "./kit.ts";
import { PassingTime } from "./passingtime.ts";
import { openCard, Puppet, post, soon } from "./puppet.ts";

const LIMIT = { timeout: 60_000 };
const MEBIBYTE = 1024 * 1024;
/** Four of them are more than a MiB here: with what search needs, a text takes six times its length. */
const TEXT = "x".repeat(60_000);
/** A text in the first contents. */
const SHORT = "x ".repeat(2_000);

const textOf = (event: MessengerEvent): string[] => (event.type === "message" ? [event.message.text] : []);

/** Alice, who says what she says again soon, and Bob; both have answered each other. */
async function talking(
  t: Parameters<typeof newRelay>[0],
  world?: Partial<Environment>,
): Promise<{
  relay: Awaited<ReturnType<typeof newRelay>>;
  alice: Person;
  bob: Person;
  aToB: number;
  bToA: number;
}> {
  const relay = await newRelay(t);
  const delays = { ...QUICK, resendFirstMs: 60_000 };
  const alice = await newPerson(t, relay, { delays });
  const bob = await newPerson(t, relay, { environment: { ...environment, ...world } });
  const { aToB, bToA } = await introduce(alice, bob);
  await alice.messenger.send(aToB, "hello");
  await bob.next("message");
  await bob.messenger.send(bToA, "hello yourself");
  await alice.next("message");
  await until(() => alice.profile.devices.ofContact(aToB)[0]?.sayAs !== undefined);
  return { relay, alice, bob, aToB, bToA };
}

const heard = ({ events }: Person): string[] =>
  events.flatMap(textOf).filter((text) => text.startsWith("number"));
const said = (n: number): string => `number ${n} ${TEXT}`;

test("who is full is not heard until there is room; others are, and everything arrives", LIMIT, async (t) => {
  const { relay, alice, bob, aToB, bToA } = await talking(t);
  await bob.messenger.set("quota", "1");
  const ids: string[] = [];
  for (let n = 1; n <= 9; n++) ids.push((await alice.messenger.send(aToB, said(n))).id);
  const { contact } = await bob.next("notice", ({ what }) => what === "room-used-up");
  assert.equal(contact, bToA);
  await until(() => alice.messenger.status().open.every(({ state }) => state === "at-relay"));
  await bob.messenger.idle();
  const before = heard(bob).length;
  assert.ok(before > 0 && before < 4, `${before} of 9 were taken in`);
  assert.ok(bob.profile.room.taken(bToA) <= MEBIBYTE);
  assert.deepEqual(bob.messenger.status().full, [bToA]);
  // What was not taken in was not confirmed.
  const stateOf = (id: string): string | undefined => alice.messenger.deliveries(aToB, id)[0]?.state;
  await until(() => ids.filter((id) => stateOf(id) === "delivered").length === before);
  assert.ok(ids.slice(before).every((id) => stateOf(id) === "at-relay"));
  // It is told once, and it stands in the conversation.
  const told = bob.messenger.history(bToA).filter(({ kind }) => kind === "notice");
  assert.deepEqual(
    told.map(({ text }) => text),
    ["room-used-up"],
  );

  // What she confirms is heard all the same, and so is everybody else.
  const own = await bob.messenger.send(bToA, "are you there?");
  await bob.next("state", ({ id, state }) => id === own.id && state === "delivered");
  const carol = await newPerson(t, relay);
  await bob.messenger.addCard(carol.messenger.card(), "carol");
  const cToB = (await carol.messenger.addCard(bob.messenger.card(), "bob")).id;
  await carol.messenger.send(cToB, "from Carol");
  await bob.next("message", ({ message }) => message.text === "from Carol");

  await bob.messenger.set("quota", "16");
  await bob.next("notice", ({ what }) => what === "room-again");
  await soon(() => heard(bob).length === 9, "not all came", 30_000);
  const history = bob.messenger.history(bToA).filter(({ text }) => text.startsWith("number"));
  assert.deepEqual(
    history.map(({ text }) => text),
    Array.from({ length: 9 }, (_, n) => said(n + 1)),
  );
  await until(() => ids.every((id) => stateOf(id) === "delivered"));
  assert.deepEqual(bob.messenger.status().full, []);
});

test("removing what was said makes room", LIMIT, async (t) => {
  const { alice, bob, aToB, bToA } = await talking(t);
  await bob.messenger.set("quota", "1");
  for (let n = 1; n <= 4; n++) await alice.messenger.send(aToB, said(n));
  await bob.next("notice", ({ what }) => what === "room-used-up");
  await until(() => bob.profile.room.taken(bToA) < MEBIBYTE);
  for (const { text, id } of bob.messenger.history(bToA))
    if (text.startsWith("number")) {
      const row = bob.profile.messages.get(bToA, Buffer.from(id, "hex"))!.row;
      bob.profile.transaction(() => bob.profile.messages.remove(row));
    }
  await bob.messenger.setRetention(bToA, undefined);
  await bob.next("notice", ({ what }) => what === "room-again");
  await bob.next("message", ({ message }) => message.text === said(4));
});

test("who is full is full after a restart, and it is not told again", LIMIT, async (t) => {
  const { relay, alice, bob, aToB, bToA } = await talking(t);
  await bob.messenger.set("quota", "1");
  for (let n = 1; n <= 4; n++) await alice.messenger.send(aToB, said(n));
  await bob.next("notice", ({ what }) => what === "room-used-up");
  await bob.messenger.close();
  const again = await newPerson(t, relay, { profile: bob.profile, signer: bob.signer });
  const { id } = await alice.messenger.send(aToB, said(5));
  await until(() => alice.messenger.deliveries(aToB, id)[0]?.state === "at-relay");
  const own = await again.messenger.send(bToA, "are you there?");
  await again.next("state", ({ id: about, state }) => about === own.id && state === "delivered");
  assert.deepEqual(again.messenger.status().full, [bToA]);
  assert.equal(again.events.filter(({ type }) => type === "notice").length, 0);
  assert.deepEqual(heard(again), []);
});

test(
  "where the room shrinks below what is there, what is no line is heard all the same",
  LIMIT,
  async (t) => {
    const { alice, bob, aToB, bToA } = await talking(t);
    for (let n = 1; n <= 5; n++) await alice.messenger.send(aToB, said(n));
    await until(() => heard(bob).length === 5);
    assert.ok(bob.profile.room.taken(bToA) > 1.5 * MEBIBYTE);
    await bob.messenger.set("quota", "1");
    const own = await bob.messenger.send(bToA, "are you there?");
    await bob.next("state", ({ id, state }) => id === own.id && state === "delivered");
    await bob.next("notice", ({ what }) => what === "room-used-up");
    await alice.messenger.send(aToB, said(6));
    await until(() => alice.messenger.status().open.every(({ state }) => state === "at-relay"));
    await bob.messenger.idle();
    assert.equal(heard(bob).length, 5);
  },
);

/** Remembers contents of a device, as if it had sent so many, until its contact has taken so many bytes. */
function fillSeen({ profile }: Person, contact: number, device: string, bytes: number): void {
  for (let n = 0; profile.room.taken(contact) < bytes; n++) {
    const hash = Buffer.alloc(32);
    hash.writeUInt32BE(n);
    profile.seen.add({ hash, device, contact, id: new Uint8Array(16), until: Date.now() + 86_400_000 });
  }
}

test("what is no line fills nothing either", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const bob = await newPerson(t, relay);
  const to = openCard(bob.messenger.card());
  const alice = new Puppet(relay.addresses[0]!);
  const card = await alice.card();
  const { id } = await bob.messenger.addCard(card, "alice");
  await bob.messenger.set("quota", "1");
  await post(to, [await alice.say(to, { kind: "text", body: { text: "first" } }, { card })]);
  await bob.next("message");
  // As if she had sent so many before.
  bob.profile.transaction(() => {
    bob.profile.room.setFull(id, true);
    fillSeen(bob, id, alice.id, (MEBIBYTE * 9) / 8 - 5 * 640 - 320);
  });
  const envelopes: Uint8Array[] = [];
  for (let n = 0; n < 40; n++) envelopes.push(await alice.say(to, { kind: "dummy", body: {} }, { card }));
  for (let n = 0; n < 10; n++)
    envelopes.push(await alice.say(to, { kind: "text", body: { text: SHORT } }, { card }));
  await post(to, envelopes);
  await post(to, [
    await new Puppet(relay.addresses[0]!).say(to, { kind: "text", body: { text: "by another" } }),
  ]);
  await bob.next("request");
  const taken = bob.profile.room.taken(id);
  assert.ok(taken > MEBIBYTE && taken <= (MEBIBYTE * 9) / 8 + 2 * 640, `${taken} bytes`);
});

test("what a contact asks for again and again waits for it few times", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const bob = await newPerson(t, relay);
  const to = openCard(bob.messenger.card());
  const alice = new Puppet(relay.addresses[0]!);
  const card = await alice.card();
  const { id } = await bob.messenger.addCard(card, "alice");
  const bytes = new Uint8Array(10);
  const { file } = await bob.messenger.sendFile(id, { name: "a.txt", type: "text/plain", bytes });
  await bob.messenger.cancelFile(id, file!.id);
  const body = { file: new Uint8Array(Buffer.from(file!.id, "hex")), want: "start" };
  const envelopes: Uint8Array[] = [];
  for (let n = 0; n < 100; n++) envelopes.push(await alice.say(to, { kind: "request", body }, { card }));
  envelopes.push(await alice.say(to, { kind: "text", body: { text: "the last" } }, { card }));
  await post(to, envelopes);
  await bob.next("message");
  const open = bob.profile.deliveries.openTo(alice.id).filter(({ role }) => role === "control");
  assert.ok(open.length > 10 && open.length <= 66, `${open.length} answers wait`);
});

test("a stranger's contents that are no messages fill nothing", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const bob = await newPerson(t, relay);
  const to = openCard(bob.messenger.card());
  const stranger = new Puppet(relay.addresses[0]!);
  const card = await stranger.card();
  await post(to, [await stranger.say(to, { kind: "text", body: { text: "first" } }, { card })]);
  const { message } = await bob.next("request");
  bob.profile.transaction(() => {
    fillSeen(bob, message.contact, stranger.id, (4 * MEBIBYTE * 9) / 8);
  });
  const before = bob.profile.room.taken(message.contact);
  const envelopes: Uint8Array[] = [];
  for (let n = 0; n < 10; n++) envelopes.push(await stranger.say(to, { kind: "hello", body: {} }, { card }));
  await post(to, envelopes);
  await post(to, [
    await new Puppet(relay.addresses[0]!).say(to, { kind: "text", body: { text: "by another" } }),
  ]);
  await bob.next("request");
  assert.equal(bob.profile.room.taken(message.contact), before);
});

/** A disk as a test wants it. */
class TestDisk {
  free = 4 * 1024 * MEBIBYTE;
  readonly size = 64 * 1024 * MEBIBYTE;
  readonly time = new PassingTime();

  get world(): Partial<Environment> {
    return { clock: this.time, disk: (): DiskSpace => ({ free: this.free, size: this.size }) };
  }
}

/** Messages that wait in the mailboxes of somebody who reads none of them. */
async function waiting({ profile }: Person): Promise<number> {
  let count = 0;
  for (const { relay, seed } of profile.mailboxes.all()) {
    const link = await openLink(parseAddress(relay));
    const { waiting: here } = await link.subscribe(await link.authenticate(mailboxSigner(seed)), 0);
    count += here;
    link.close();
  }
  return count;
}

test(
  "while the disk is short everything stays at the relay, and comes when there is room",
  LIMIT,
  async (t) => {
    const disk = new TestDisk();
    const { alice, bob, aToB } = await talking(t, disk.world);
    disk.free = 255 * MEBIBYTE;
    const ids: string[] = [];
    for (let n = 1; n <= 3; n++) ids.push((await alice.messenger.send(aToB, `number ${n}`)).id);
    assert.equal((await bob.next("disk")).isShort, true);
    await until(() => alice.messenger.status().open.every(({ state }) => state === "at-relay"));
    await bob.messenger.idle();
    assert.deepEqual([heard(bob), bob.messenger.status().isDiskShort], [[], true]);
    // A little more is not yet enough: else it would come and go with every message.
    disk.free = 260 * MEBIBYTE;
    disk.time.pass(10_000);
    await bob.messenger.idle();
    assert.deepEqual([heard(bob), bob.messenger.status().isDiskShort], [[], true]);
    disk.free = 300 * MEBIBYTE;
    disk.time.pass(10_000);
    assert.equal((await bob.next("disk")).isShort, false);
    await soon(() => heard(bob).length === 3, "not all came");
    const stateOf = (id: string): string | undefined => alice.messenger.deliveries(aToB, id)[0]?.state;
    await until(() => ids.every((id) => stateOf(id) === "delivered"));
  },
);

test("what came while the disk was short is at the relay when the messenger ends", LIMIT, async (t) => {
  const disk = new TestDisk();
  const { relay, alice, bob, aToB } = await talking(t, disk.world);
  await until(() => alice.messenger.status().open.length === 0);
  disk.free = 0;
  for (let n = 1; n <= 3; n++) await alice.messenger.send(aToB, `number ${n}`);
  await bob.next("disk");
  await until(() => alice.messenger.status().open.every(({ state }) => state === "at-relay"));
  await bob.messenger.close();
  assert.ok((await waiting(bob)) >= 3);
  const again = await newPerson(t, relay, { profile: bob.profile, signer: bob.signer });
  await soon(() => heard(again).length === 3, "not all came");
});

test("whoever takes the most is stopped first when the disk fills", LIMIT, async (t) => {
  const disk = new TestDisk();
  const { relay, alice, bob, aToB, bToA } = await talking(t, disk.world);
  for (let n = 1; n <= 5; n++) await alice.messenger.send(aToB, said(n));
  await soon(() => heard(bob).length === 5, "not all came", 20_000);
  assert.ok(bob.profile.room.taken(bToA) > MEBIBYTE);
  disk.free = 257 * MEBIBYTE;
  await alice.messenger.send(aToB, "number 6");
  await bob.next("notice", ({ what, contact }) => what === "room-used-up" && contact === bToA);
  const carol = await newPerson(t, relay);
  await carol.messenger.send((await carol.messenger.addCard(bob.messenger.card())).id, "from Carol");
  await bob.next("request", ({ message }) => message.text === "from Carol");
  assert.equal(bob.messenger.status().isDiskShort, false);
  disk.free = 300 * MEBIBYTE;
  disk.time.pass(10_000);
  await bob.next("message", ({ message }) => message.text === "number 6");
});
