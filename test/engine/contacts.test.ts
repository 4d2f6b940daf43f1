/** Between two who know each other. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Environment } from "@asfaleia/client/messenger";
import { type Address, parseAddress } from "@asfaleia/protocol";
import { decodeContent, type Link, LinkError, RefusedError } from "../../packages/client/test/internals.ts";
import { environment, introduce, newPerson, newRelay, type Person, QUICK } from "./kit.ts";
import { openCard, Puppet, post, soon } from "./puppet.ts";

const LIMIT = { timeout: 15_000 };
const DAY_MS = 86_400_000;

/** A world whose clock and network can be turned. */
function strangeWorld(): Environment & {
  ahead: number;
  refuses: Error | undefined;
  readonly dialled: Address[];
  published: number;
  failed: number;
} {
  const world = {
    ...environment,
    ahead: 0,
    refuses: undefined as Error | undefined,
    dialled: [] as Address[],
    published: 0,
    failed: 0,
    clock: { ...environment.clock, now: () => Date.now() + world.ahead },
    dial: async (address: Address, options: { readonly signal: AbortSignal }): Promise<Link> => {
      world.dialled.push(address);
      const link = await environment.dial(address, options);
      const send = link.send.bind(link);
      const publish = link.publish.bind(link);
      link.send = async (...args) => {
        if (world.refuses === undefined) return send(...args);
        world.failed++;
        throw world.refuses;
      };
      link.publish = async (...args) => {
        world.published++;
        return publish(...args);
      };
      return link;
    },
  };
  return world;
}

/** Kinds of what is open to the devices of a contact. */
function openKinds({ profile }: Person, contact: number): string[] {
  return profile.devices
    .ofContact(contact)
    .flatMap(({ id }) => profile.deliveries.openTo(id))
    .map(({ content }) => decodeContent(content).kind);
}

async function talk(alice: Person, bob: Person) {
  const { aToB, bToA } = await introduce(alice, bob);
  await alice.messenger.send(aToB, "hello");
  await bob.next("message");
  await bob.messenger.send(bToA, "hello yourself");
  await alice.next("message");
  await soon(() => openKinds(alice, aToB).length + openKinds(bob, bToA).length === 0, "not all is confirmed");
  return { aToB, bToA };
}

test("whoever was removed and added again is heard", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay);
  const { aToB, bToA } = await talk(alice, bob);
  await alice.messenger.removeContact(aToB);
  const again = await alice.messenger.addCard(bob.messenger.card(), "bob");
  await alice.messenger.send(again.id, "I am back");
  const isThere = (): boolean => bob.messenger.history(bToA).some(({ text }) => text === "I am back");
  await soon(isThere, "Bob's side drops every opening of hers");
});

test("what was dropped while its sender was blocked is not said to be delivered", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay, { delays: { ...QUICK, resendFirstMs: 300 } });
  const bob = await newPerson(t, relay);
  const { aToB, bToA } = await talk(alice, bob);
  await bob.messenger.block(bToA);
  const { id } = await alice.messenger.send(aToB, "do you hear me");
  const [device] = alice.profile.devices.ofContact(aToB);
  const delivery = () => alice.profile.deliveries.find(device?.id ?? "", Buffer.from(id, "hex"));
  await soon(() => (delivery()?.attempts ?? 0) >= 2, "it is not sent again");
  await bob.messenger.unblock(bToA);
  await alice.next("state", (event) => event.id === id && event.state === "delivered");
  const texts = bob.messenger.history(bToA).map(({ text }) => text);
  assert.ok(texts.includes("do you hear me"), "delivered, and nowhere to be seen");
});

test("a mailbox that a relay would not tell of takes nobody's place", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const world = strangeWorld();
  const alice = await newPerson(t, relay, { environment: world, delays: { ...QUICK, lookAgainMs: 20 } });
  const bob = await newPerson(t, relay);
  const { aToB } = await talk(alice, bob);
  const before = alice.profile.mailboxes.ofContact(aToB)[0]?.fingerprint;
  world.refuses = new RefusedError("not-allowed", "members only");
  world.ahead = 10 * DAY_MS;
  await soon(() => world.failed > 0, "nothing was sent");
  for (let looks = 0; looks < 10; looks++) await new Promise((resolve) => setTimeout(resolve, 20));
  const current = alice.profile.mailboxes.ofContact(aToB).find(({ state }) => state === "current");
  assert.equal(current?.fingerprint, before, "Bob was never told of the one that counts now");
});

test("sessions begun again and again make no heap of what is never given up", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay, { delays: { ...QUICK, resetEveryMs: 0 } });
  const bob = new Puppet(relay.addresses[0]!);
  const card = await bob.card();
  const { id } = await alice.messenger.addCard(card, "bob");
  const to = openCard(alice.messenger.card());
  const envelopes: Uint8Array[] = [];
  for (let n = 0; n < 20; n++)
    envelopes.push(await bob.say(to, { kind: "hello", body: {} }, { card, anew: true }));
  envelopes.push(await new Puppet(relay.addresses[0]!).say(to, { kind: "text", body: { text: "last" } }));
  await post(to, envelopes);
  await alice.next("request");
  const told = openKinds(alice, id).filter((kind) => kind === "mailbox");
  assert.ok(told.length <= 2, `${told.length} cards of 8 KiB, sent again and again for ever`);
});

test("of two mailboxes told, the older one is not still on its way", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const world = strangeWorld();
  const alice = await newPerson(t, relay, { environment: world, delays: { ...QUICK, lookAgainMs: 20 } });
  const bob = new Puppet(relay.addresses[0]!);
  const card = await bob.card();
  const { id } = await alice.messenger.addCard(card, "bob");
  const to = openCard(alice.messenger.card());
  await post(to, [await bob.say(to, { kind: "text", body: { text: "hello" } }, { card })]);
  await alice.next("message");
  world.ahead = 10 * DAY_MS;
  await soon(() => alice.profile.mailboxes.ofContact(id).length === 2, "the mailbox does not change");
  const told = openKinds(alice, id).filter((kind) => kind === "mailbox");
  assert.equal(
    told.length,
    1,
    "the one that arrives last leads to the old mailbox, which is about to be dropped",
  );
});

test("a clock that was ahead holds nothing back", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const world = strangeWorld();
  const alice = await newPerson(t, relay, { environment: world, delays: { ...QUICK, lookAgainMs: 20 } });
  const bob = new Puppet(relay.addresses[0]!);
  const { id } = await alice.messenger.addCard(await bob.card(), "bob");
  world.ahead = 10 * DAY_MS;
  const { id: said } = await alice.messenger.send(id, "hello");
  const delivery = () => alice.profile.deliveries.find(bob.id, Buffer.from(said, "hex"));
  await soon(() => delivery()?.state === "at-relay", "it was not sent");
  world.ahead = 0;
  for (let looks = 0; looks < 20; looks++) await new Promise((resolve) => setTimeout(resolve, 20));
  const waits = (delivery()?.nextAt ?? 0) - Date.now();
  assert.ok(waits <= 2 * DAY_MS, `sent again in ${Math.round(waits / DAY_MS)} days`);
});

test("a published card is published again when its prekeys are others", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const world = strangeWorld();
  const alice = await newPerson(t, relay, { environment: world, delays: { ...QUICK, lookAgainMs: 20 } });
  await alice.messenger.publish(alice.signer);
  const before = alice.profile.sessions.newestPrekey("signed")?.id;
  world.ahead = 8 * DAY_MS;
  await soon(() => alice.profile.sessions.newestPrekey("signed")?.id !== before, "the prekeys do not change");
  await soon(() => world.published > 1, "the relay keeps the old card, until it ends");
});

test("a read receipt that the relay did not take is said again", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const world = strangeWorld();
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay, { environment: world });
  const { aToB, bToA } = await talk(alice, bob);
  await bob.messenger.set("receipts", "on");
  const { id } = await alice.messenger.send(aToB, "read me");
  await bob.next("message", ({ message }) => message.text === "read me");
  await alice.next("state", (event) => event.id === id && event.state === "delivered");
  world.refuses = new LinkError("closed", "the relay is away for a moment");
  await bob.messenger.markRead(bToA);
  await soon(() => world.failed > 0, "nothing was sent");
  world.refuses = undefined;
  await soon(() => bob.profile.receipts.nextAt() !== undefined, "the receipt is gone for good");
});

test("an offer in a hundred million parts is no file", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = new Puppet(relay.addresses[0]!);
  const card = await bob.card();
  await alice.messenger.addCard(card, "bob");
  const to = openCard(alice.messenger.card());
  const bytes = (count: number): Uint8Array => new Uint8Array(randomBytes(count));
  const body = {
    file: bytes(16),
    name: "a",
    type: "a/b",
    size: 100 * 1024 * 1024,
    sha256: bytes(32),
    part: 1,
  };
  await post(to, [await bob.say(to, { kind: "offer", body }, { card })]);
  const { message } = await alice.next("message");
  assert.equal(message.file, undefined);
});

test("who repeats the id of my message has said nothing", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = new Puppet(relay.addresses[0]!);
  const card = await bob.card();
  const { id } = await alice.messenger.addCard(card, "bob");
  const mine = await alice.messenger.send(id, "I owe you nothing");
  const to = openCard(alice.messenger.card());
  const words = {
    kind: "text" as const,
    body: { text: "his" },
    id: new Uint8Array(Buffer.from(mine.id, "hex")),
  };
  const envelopes = [await bob.say(to, words, { card })];
  envelopes.push(await bob.say(to, { kind: "text", body: { text: "his next" } }, { card }));
  await post(to, envelopes);
  assert.equal((await alice.next("message")).message.text, "his next");
  const { isOwn, text } = alice.messenger.find(mine.id);
  assert.deepEqual([isOwn, text], [true, "I owe you nothing"]);
});

test("a card, or the link of an invite, leads to no socket of this machine", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const real = parseAddress(relay.addresses[0]!);
  const dialled: Address[] = [];
  const named = { transport: "tcp", host: "relay.example", port: 3308 } as const;
  const alice = await newPerson(t, relay, {
    relays: [named],
    environment: {
      ...environment,
      dial: (address, options) => {
        dialled.push(address);
        return environment.dial("host" in address && address.host === named.host ? real : address, options);
      },
    },
  });
  const bob = new Puppet(relay.addresses[0]!);
  for (const socket of ["asfaleia+unix:/run/user/1000/some.socket", relay.addresses[0]!])
    await assert.rejects(alice.messenger.addCard(await bob.card({ relay: socket }), "bob"), {
      code: "bad-card",
    });
  const carol = await newPerson(t, relay);
  const { link } = await carol.messenger.makeInvite();
  await assert.rejects(alice.messenger.acceptInvite(link), { code: "bad-invite" });
  // Who has a relay on this machine can reach others on it.
  await (await newPerson(t, relay)).messenger.acceptInvite(link);
  assert.ok(dialled.length > 0);
  assert.ok(dialled.every((address) => "host" in address && address.host === named.host));
});

test("that a message was read is told to nobody, unless the user has said so", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay);
  const { aToB, bToA } = await talk(alice, bob);
  const { id } = await alice.messenger.send(aToB, "read me");
  await bob.next("message", ({ message }) => message.text === "read me");
  await alice.next("state", (event) => event.id === id && event.state === "delivered");
  await bob.messenger.markRead(bToA);
  assert.equal(bob.profile.receipts.nextAt(), undefined);
  // What was said later would come later.
  await bob.messenger.send(bToA, "the next");
  await alice.next("message", ({ message }) => message.text === "the next");
  assert.equal(alice.messenger.find(id).state, "delivered");
});
