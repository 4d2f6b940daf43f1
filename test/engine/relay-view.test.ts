/** What a relay gets to see while three people talk for more than a week (docs/threat-model.md, "Whoever runs the relay, and is curious"). */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { DEFAULT_DELAYS } from "@asfaleia/client/messenger";
import { fingerprint, type PublicKey } from "@asfaleia/identity";
import { devicePublicKey, ENVELOPE_SIZES, readInviteLink } from "../../packages/client/test/internals.ts";
import { newRelay, newRelayKey, type Person, restart, until } from "./kit.ts";
import type { Recorder, Seen } from "./recorder.ts";
import { Watch, type Watched } from "./watched.ts";

const [, OPENING_SIZE] = ENVELOPE_SIZES;
const LIMIT = { timeout: 60_000 };
const SECOND_MS = 1_000;
/** Receipts whose waits are looked at. */
const MESSAGES = 60;
/** What may pass of the real time between two looks at the clock. */
const SLACK_MS = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** So that every mailbox changes: they do so after 5 to 9 days. */
const DAYS = 10;

/** All ways in which the SSH key and the device of somebody could be written. */
function tracesOf({ signer, profile }: Person): Buffer[] {
  const { deviceKey, id } = profile.own.get()!;
  const device = Buffer.from(devicePublicKey(deviceKey));
  return [
    ...tracesOfKey(signer.publicKey),
    device.subarray(1),
    Buffer.from(device.toString("base64")),
    Buffer.from(id),
  ];
}

function tracesOfKey(key: PublicKey): Buffer[] {
  const blob = Buffer.from(key.blob);
  return [blob, blob.subarray(-32), Buffer.from(blob.toString("base64")), Buffer.from(fingerprint(key))];
}

/** @returns the names of those who left a trace */
function found(where: Buffer, people: Readonly<Record<string, Person>>): string[] {
  return Object.entries(people)
    .filter(([, person]) => tracesOf(person).some((trace) => where.includes(trace)))
    .map(([name]) => name);
}

function fronts(people: readonly Person[]): Set<string> {
  const mailboxes = people.flatMap(({ profile }) => profile.mailboxes.all());
  return new Set(mailboxes.filter(({ kind }) => kind === "front").map((mailbox) => mailbox.fingerprint));
}

/** Whether each connection and each key does one thing, for one mailbox. */
function checkSeparate(connections: readonly Seen[]): void {
  const sends = new Map<string, Set<string>>();
  const reads = new Set<string>();
  for (const { keys, sent, read, lookedUp, published } of connections) {
    const things = [sent, read, lookedUp, published].filter((done) => done.length > 0);
    assert.ok(things.length <= 1, "a connection for more than one thing");
    assert.ok(new Set(keys).size <= 1, "a connection under more than one key");
    assert.ok(new Set(sent.map(({ mailbox }) => mailbox)).size <= 1, "a connection to more than one mailbox");
    assert.ok(lookedUp.length <= 1, "a connection that looks up more than one key");
    for (const mailbox of read) reads.add(mailbox);
    for (const { key, mailbox } of sent) sends.set(key, (sends.get(key) ?? new Set()).add(mailbox));
  }
  for (const [key, mailboxes] of sends) {
    assert.equal(mailboxes.size, 1, "a sender's key that serves more than one mailbox");
    assert.ok(!reads.has(key), "a key that sends and reads");
  }
}

/** Whether each mailbox but those on cards has one device that reads it, and one person who writes to it. */
function checkPrivate(
  { connections, envelopes }: Recorder,
  isFront: ReadonlySet<string>,
  person: Readonly<Record<string, string>> = {},
): void {
  const senders = Map.groupBy(envelopes, ({ mailbox }) => mailbox);
  for (const [mailbox, to] of senders) {
    const by = new Set(to.map((envelope) => person[envelope.by] ?? envelope.by));
    if (!isFront.has(mailbox)) assert.equal(by.size, 1, "a private mailbox that several people write to");
    const readers = connections.filter(({ read }) => read.includes(mailbox)).map((seen) => seen.by);
    assert.equal(new Set(readers).size, 1, "a mailbox that is read by several people");
  }
}

interface Week {
  readonly watch: Watch;
  readonly people: Readonly<Record<"alice" | "bob" | "carol", Watched>>;
  /** Envelopes until everybody had told everybody a private mailbox. */
  readonly met: number;
}

/** Carol finds Alice by her SSH key, all others have each other's card; then they talk. */
async function week(t: TestContext): Promise<Week> {
  const key = await newRelayKey();
  const relay = await newRelay(t, { key });
  const watch = new Watch(t, relay, DEFAULT_DELAYS);
  const alice = await watch.person("alice");
  const bob = await watch.person("bob");
  const carol = await watch.person("carol");
  const people = { alice, bob, carol };
  const all = Object.values(people);
  const quiet = (): Promise<void> => watch.quiet(all, SECOND_MS);
  for (const { messenger } of [bob, carol]) await messenger.set("publish", "off");
  for (const { messenger, signer } of all) await messenger.publish(signer);

  await alice.messenger.addCard(bob.messenger.card(), "bob");
  await bob.messenger.addCard(alice.messenger.card(), "alice");
  await bob.messenger.addCard(carol.messenger.card(), "carol");
  await carol.messenger.addCard(bob.messenger.card(), "bob");
  await carol.messenger.addKeys([alice.signer.publicKey], "alice");
  await say(alice, "bob", "hello");
  await say(bob, "carol", "hello");
  await say(carol, "alice", "hello");
  const request = passing(watch, alice.next("request"));
  await alice.messenger.accept((await request).message.contact, "carol");
  await quiet();
  await say(bob, "alice", "hello");
  await say(carol, "bob", "hello");
  await say(alice, "carol", "hello");
  await quiet();
  const met = watch.mark;

  for (let day = 0; day < DAYS; day++) {
    await say(alice, "bob", `day ${day}`);
    await say(bob, "alice", `day ${day}`);
    await say(carol, "alice", `day ${day}`);
    await say(bob, "carol", "x".repeat(50 * 2 ** day));
    if (day === 1) await picture(watch, alice, bob);
    if (day === 3) await withoutCarol(watch, people);
    if (day === 5) await restart(t, relay, key);
    await quiet();
    for (let hour = 0; hour < DAY_HOURS; hour++) {
      watch.time.pass(HOUR_MS);
      await quiet();
    }
  }
  return { watch, people, met };
}

async function say(from: Person, to: string, text: string): Promise<void> {
  await from.messenger.send(from.messenger.contact(to)!.id, text);
}

/** In steps that leave a connection the time that it takes. */
async function hours(watch: Watch, count: number, stepMs = 10 * MINUTE_MS): Promise<void> {
  for (let ms = 0; ms < count * HOUR_MS; ms += stepMs) {
    watch.time.pass(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Lets time pass until a promise is kept. */
async function passing<T>(watch: Watch, promise: Promise<T>, stepMs = SECOND_MS): Promise<T> {
  let isOver = false;
  void promise.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    watch.time.pass(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return promise;
}

async function picture(watch: Watch, from: Person, to: Person): Promise<void> {
  const bytes = new Uint8Array(randomBytes(600_000));
  const contact = from.messenger.contact("bob")!.id;
  await from.messenger.sendFile(contact, { name: "cat.png", type: "image/png", bytes });
  const offer = await passing(
    watch,
    to.next("message", ({ message }) => message.kind === "file"),
  );
  await to.messenger.acceptFile(offer.message.contact, offer.message.file!.id);
  await passing(
    watch,
    to.next("file", ({ file }) => file.state === "complete"),
  );
}

/** Carol is away for a night, and the others write to her again and again. */
async function withoutCarol(watch: Watch, { alice, bob, carol }: Week["people"]): Promise<void> {
  await carol.messenger.close();
  await say(alice, "carol", "are you there?");
  await say(bob, "carol", "where are you?");
  await hours(watch, 10);
  const back = await watch.again("carol", carol);
  carol.messenger = back.messenger;
}

test("three people, ten days", LIMIT, async (t) => {
  const { watch, people, met } = await week(t);
  const { connections, envelopes } = watch.recorder;
  const all = Object.values(people);
  const isFront = fronts(all);

  assert.ok(envelopes.length > 3 * DAYS * 4, `only ${envelopes.length} envelopes`);
  const sizes = new Set(envelopes.map(({ bytes }) => bytes.length));
  assert.deepEqual(
    [...sizes].filter((size) => !ENVELOPE_SIZES.some((one) => one === size)),
    [],
  );
  assert.equal(sizes.size, ENVELOPE_SIZES.length);
  assert.equal(
    new Set(envelopes.map(({ bytes }) => Buffer.from(bytes).toString("latin1"))).size,
    envelopes.length,
  );

  checkSeparate(connections);
  checkPrivate(watch.recorder, isFront);
  const late = envelopes.filter(({ index, mailbox }) => index >= met && isFront.has(mailbox));
  assert.equal(late.length, 0, "a mailbox of a card is used after the first exchange");
  const mailboxes = new Set(envelopes.slice(met).map(({ mailbox }) => mailbox));
  assert.ok(mailboxes.size >= 2 * 6, `the six mailboxes have changed: ${mailboxes.size}`);

  // Alice has published her card, and Carol has looked it up; of the others there is no trace.
  const publishing = connections.filter(({ published }) => published.length > 0);
  const looking = connections.filter(({ lookedUp }) => lookedUp.length > 0);
  assert.deepEqual([...new Set(publishing.map(({ by }) => by))], ["alice"]);
  assert.deepEqual(
    looking.map(({ by }) => by),
    ["carol"],
  );
  assert.deepEqual(found(watch.recorder.everything(), people), ["alice"]);
  const shown = new Set([...publishing, ...looking]);
  const others = connections.filter((seen) => !shown.has(seen));
  assert.deepEqual(found(watch.recorder.everything(others), people), []);
});

test("a first contact by card shows no SSH key", LIMIT, async (t) => {
  const watch = new Watch(t, await newRelay(t), DEFAULT_DELAYS);
  const [alice, bob] = [await watch.person("alice"), await watch.person("bob")];
  await alice.messenger.addCard(bob.messenger.card(), "bob");
  await say(alice, "bob", "hello");
  const request = await passing(watch, bob.next("request"));
  await bob.messenger.accept(request.message.contact, "alice");
  await say(bob, "alice", "hello");
  await passing(watch, alice.next("message"));
  await watch.quiet([alice, bob], SECOND_MS);
  checkSeparate(watch.recorder.connections);
  const isFront = fronts([alice, bob]);
  const first = watch.recorder.envelopes.filter(({ mailbox }) => isFront.has(mailbox));
  assert.deepEqual([...new Set(first.map(({ bytes }) => bytes.length))], [OPENING_SIZE]);
  assert.deepEqual(found(watch.recorder.everything(), { alice, bob }), []);
});

test("an invite shows no SSH key, and is nothing that two people could be told by", LIMIT, async (t) => {
  const watch = new Watch(t, await newRelay(t), DEFAULT_DELAYS);
  const [alice, bob, carol] = [
    await watch.person("alice"),
    await watch.person("bob"),
    await watch.person("carol"),
  ];
  const { link } = await passing(watch, alice.messenger.makeInvite({ uses: 2 }));
  const invite = readInviteLink(link)!;
  const { id } = await passing(watch, bob.messenger.acceptInvite(link, "alice"));
  const toBob = await passing(watch, alice.next("invite"));
  await bob.messenger.send(id, "hello");
  await passing(watch, alice.next("message"));
  await alice.messenger.send(toBob.contact, "hello");
  await passing(
    watch,
    bob.next("message", ({ message }) => !message.isOwn),
  );
  const met = watch.mark;
  await carol.messenger.acceptInvite(link, "alice");
  await passing(watch, alice.next("invite"));
  await watch.quiet([alice, bob, carol], SECOND_MS);
  const isClosed = (): boolean => watch.recorder.connections.flatMap((seen) => seen.published).length >= 2;
  await passing(watch, until(isClosed));
  const dave = await watch.person("dave");
  await assert.rejects(dave.messenger.acceptInvite(link), { code: "invite-used" });
  const all = { alice, bob, carol, dave };

  const { connections, envelopes } = watch.recorder;
  checkSeparate(connections);
  checkPrivate(watch.recorder, new Set([...fronts(Object.values(all)), invite.mailbox]));
  assert.deepEqual(found(watch.recorder.everything(), all), []);
  const secret = Buffer.from(invite.secret);
  assert.ok(!watch.recorder.everything().includes(secret));
  assert.ok(!watch.recorder.everything().includes(secret.toString("base64url")));

  // The mailbox is read by Alice and written to by guests before their first answer, and by nobody after.
  const first = envelopes.filter(({ mailbox }) => mailbox === invite.mailbox);
  assert.deepEqual([...new Set(first.map(({ bytes }) => bytes.length))], [OPENING_SIZE]);
  assert.ok(first.filter(({ by }) => by === "bob").every(({ index }) => index < met));
  const reads = connections.filter(({ read }) => read.includes(invite.mailbox));
  assert.deepEqual([...new Set(reads.map(({ by }) => by))], ["alice"]);
  // Its documents, open or closed, are alike, and what is looked up is looked up by nobody in particular.
  const published = connections.flatMap((seen) => seen.published);
  assert.ok(published.length >= 2);
  assert.deepEqual([...new Set(published.map(({ key }) => key))], [invite.mailbox]);
  assert.deepEqual([...new Set(published.map(({ document }) => document.length))], [OPENING_SIZE]);
  const looking = connections.filter(({ lookedUp }) => lookedUp.length > 0);
  assert.deepEqual([...new Set(looking.flatMap(({ lookedUp }) => lookedUp))], [invite.mailbox]);
  assert.equal(
    new Set(looking.flatMap(({ keys }) => keys)).size,
    looking.length,
    "each under a key of its own",
  );
  const keys = new Set(looking.flatMap((seen) => seen.keys));
  assert.ok(connections.every(({ sent }) => sent.every(({ key }) => !keys.has(key))));
});

// Not so yet: after two tries the card is looked up under Bob's SSH key, though it was never at a relay.
test("nor does one that nobody answers for days", LIMIT, async (t) => {
  const watch = new Watch(t, await newRelay(t), DEFAULT_DELAYS);
  const alice = await watch.person("alice");
  const bob = await watch.person("bob");
  const card = bob.messenger.card();
  await bob.messenger.close();
  await alice.messenger.addCard(card, "bob");
  await say(alice, "bob", "are you there?");
  await hours(watch, 12, MINUTE_MS);
  assert.ok(watch.mark >= 4, `sent only ${watch.mark} times`);
  const back = await watch.again("bob", bob);
  const request = await passing(watch, back.next("request"));
  await back.messenger.accept(request.message.contact, "alice");
  await say(back, "alice", "now I am");
  await passing(watch, alice.next("message"));
  await watch.quiet([alice, back], SECOND_MS);
  checkSeparate(watch.recorder.connections);
  assert.deepEqual(found(watch.recorder.everything(), { alice, bob }), []);
});

test("the devices of one person write to each other where nobody else does", LIMIT, async (t) => {
  const watch = new Watch(t, await newRelay(t), DEFAULT_DELAYS);
  const alice = await watch.person("alice");
  const bob = await watch.person("bob");
  const phone = await watch.person("phone", { signer: alice.signer, link: alice.messenger.card() });
  const all = [alice, bob, phone];
  const id = phone.messenger.status().device;
  await passing(
    watch,
    alice.next("notice", ({ what, about }) => what === "device-added" && about === id),
  );
  await alice.messenger.confirmDevice(id, alice.signer);
  await alice.messenger.addCard(bob.messenger.card(), "bob");
  await bob.messenger.addCard(alice.messenger.card(), "alice");
  await say(alice, "bob", "hello");
  await watch.quiet(all, SECOND_MS);
  await say(bob, "alice", "hello");
  await watch.quiet(all, SECOND_MS);
  const met = watch.mark;
  for (let turn = 0; turn < 3; turn++) {
    await say(alice, "bob", `to bob ${turn}`);
    await say(bob, "alice", `to alice ${turn}`);
    await watch.quiet(all, SECOND_MS);
  }
  checkSeparate(watch.recorder.connections);
  const isFront = fronts(all);
  checkPrivate(watch.recorder, isFront, { alice: "alice", phone: "alice", bob: "bob" });
  const late = watch.recorder.envelopes.filter(({ index, mailbox }) => index >= met && isFront.has(mailbox));
  assert.deepEqual([...new Set(late.map(({ by }) => by))], []);
});

test(
  "a receipt says nothing by its time but what the docs admit: it waits at random, five seconds on average",
  LIMIT,
  async (t) => {
    const watch = new Watch(t, await newRelay(t), DEFAULT_DELAYS);
    const alice = await watch.person("alice");
    const bob = await watch.person("bob");
    await alice.messenger.addCard(bob.messenger.card(), "bob");
    await bob.messenger.addCard(alice.messenger.card(), "alice");
    await say(alice, "bob", "hello");
    await watch.quiet([alice, bob], SECOND_MS);
    const waits: number[] = [];
    for (let turn = 0; turn < MESSAGES; turn++) {
      await say(alice, "bob", `message ${turn}`);
      await until(() => bob.profile.receipts.nextAt() !== undefined);
      const before = watch.mark;
      const wait = (bob.profile.receipts.nextAt() ?? 0) - watch.time.now();
      watch.time.pass(Math.max(0, wait - SLACK_MS));
      await bob.messenger.idle();
      if (wait > SLACK_MS) assert.equal(watch.mark, before, "it left before its time");
      waits.push(wait);
      await watch.quiet([alice, bob], SECOND_MS);
    }
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / MESSAGES;
    assert.ok(Math.max(...waits) <= 30 * SECOND_MS, "no wait is longer than six means");
    // Four standard errors around the mean, for an exponential wait.
    assert.ok(
      Math.abs(mean - 5 * SECOND_MS) < 4 * ((5 * SECOND_MS) / Math.sqrt(MESSAGES)),
      `${Math.round(mean)} ms`,
    );
    assert.ok(new Set(waits).size > MESSAGES / 2, "no two alike");
  },
);
