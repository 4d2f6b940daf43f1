/** Invites between messengers, over a real relay (docs/messaging.md, "Invites"). */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { LinkError, openLink } from "@asfaleia/client";
import {
  type Environment,
  initProfile,
  MessengerError,
  type MessengerErrorCode,
  openMemoryProfile,
  openMessenger,
} from "@asfaleia/client/messenger";
import { fingerprint } from "@asfaleia/identity";
import { parseAddress } from "@asfaleia/protocol";
import type { Relay } from "@asfaleia/relay";
import {
  type Card,
  INVITE_DOCUMENT_BYTES,
  type InviteDocument,
  inviteProof,
  mailboxSigner,
  makeInviteLink,
  openInvite,
  readInviteLink,
} from "../../packages/client/test/internals.ts";
import { newEd25519 } from "../kit/keys.ts";
import {
  environment,
  introduce,
  newPerson,
  newRelay,
  newRelayKey,
  type Person,
  QUICK,
  restart,
} from "./kit.ts";
import { PassingTime } from "./passingtime.ts";
import { openCard, Puppet, post, soon } from "./puppet.ts";

const LIMIT = { timeout: 30_000 };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const inviteOf = (link: string) => readInviteLink(link)!;

/** What the relay has for a link; nothing, where it has nothing. */
async function published(link: string): Promise<InviteDocument | undefined> {
  const invite = inviteOf(link);
  const to = await openLink(invite.relay, { pinPrefix: invite.pinPrefix });
  try {
    const token = await to.authenticate(mailboxSigner(new Uint8Array(randomBytes(32))));
    const [found] = await to.lookup(token, invite.mailbox);
    if (found === undefined) return undefined;
    assert.equal(found.document.length, INVITE_DOCUMENT_BYTES);
    return openInvite(found.document, invite);
  } finally {
    to.close();
  }
}

async function cardOf(link: string): Promise<Card> {
  const document = await published(link);
  assert.equal(document?.state, "open");
  return openCard(document.card, Date.now());
}

async function becomes(link: string, state: InviteDocument["state"]): Promise<void> {
  for (;;) {
    if ((await published(link))?.state === state) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function fails(code: MessengerErrorCode, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof MessengerError, String(error));
    assert.equal(error.code, code);
    return true;
  });
}

async function says(from: Person, to: Person, contact: number, text: string): Promise<void> {
  await from.messenger.send(contact, text);
  await to.next("message", ({ message }) => message.text === text && !message.isOwn);
}

async function couple(t: TestContext): Promise<{ relay: Relay; alice: Person; bob: Person }> {
  const relay = await newRelay(t);
  return { relay, alice: await newPerson(t, relay), bob: await newPerson(t, relay) };
}

/** Somebody whose messenger can be closed and opened again: the profile stays until the process ends. */
async function lasting(t: TestContext, relay: Relay, world: Environment = environment): Promise<Person> {
  const profile = openMemoryProfile();
  const { signer } = newEd25519();
  const relays = [parseAddress(relay.addresses[0]!)];
  await initProfile({ profile, environment: world, signer, relays });
  return newPerson(t, relay, { profile, signer, environment: world });
}

test("a link makes both contacts of each other, and only once", LIMIT, async (t) => {
  const { relay, alice, bob } = await couple(t);
  const invite = await alice.messenger.makeInvite({ as: "bob" });
  assert.ok(invite.link.length < 160);
  assert.ok(invite.isPublished);
  assert.deepEqual(alice.messenger.invites(), [invite]);
  assert.deepEqual(
    { uses: invite.uses, used: invite.used, as: invite.as, state: invite.state },
    { uses: 1, used: 0, as: "bob", state: "open" },
  );
  assert.ok(Math.abs(invite.expiresAt - Date.now() - 7 * DAY_MS) <= MINUTE_MS);
  assert.ok((await cardOf(invite.link)).once, "who comes first has prekeys of its own");

  const contact = await bob.messenger.acceptInvite(`  ${invite.link}\n`, "alice");
  assert.deepEqual([contact.name, contact.state, contact.hasCard], ["alice", "contact", true]);
  assert.deepEqual(contact.identities, [alice.messenger.status().identity]);
  const used = await alice.next("invite");
  assert.deepEqual([used.id, used.state], [invite.id, "spent"]);
  assert.equal(alice.messenger.contact("bob")?.id, used.contact);
  assert.deepEqual(alice.messenger.contact("bob")?.identities, [bob.messenger.status().identity]);
  await says(bob, alice, contact.id, "hello Alice");
  await says(alice, bob, used.contact, "hello Bob");
  assert.equal(bob.messenger.contact("alice")?.invite, undefined);
  assert.equal(alice.messenger.status().requests, 0);
  assert.deepEqual(
    alice.messenger.invites().map(({ state, used: count }) => [state, count]),
    [["spent", 1]],
  );
  assert.equal(alice.profile.sessions.newestPrekey("once"), undefined, "it is destroyed with its use");
  assert.equal(alice.profile.sessions.newestPrekey("kyber-once"), undefined);

  await becomes(invite.link, "used");
  const carol = await newPerson(t, relay);
  await fails("invite-used", carol.messenger.acceptInvite(invite.link));
  assert.equal(carol.messenger.contacts().length, 1);
});

test("names: the one that was meant, the card's, or one with a number behind it", LIMIT, async (t) => {
  const { relay, alice, bob } = await couple(t);
  const carol = await newPerson(t, relay);
  await introduce(alice, bob);
  bob.profile.settings.set("name", "Bob the Builder");
  carol.profile.settings.set("name", "Carol");
  const named = await alice.messenger.makeInvite({ as: "bob" });
  await carol.messenger.acceptInvite(named.link);
  const first = await alice.next("invite");
  assert.equal(alice.profile.contacts.get(first.contact)?.name, "bob 2");
  const dave = await newPerson(t, relay);
  dave.profile.settings.set("name", "Dave");
  await dave.messenger.acceptInvite((await alice.messenger.makeInvite()).link);
  const second = await alice.next("invite");
  assert.equal(alice.profile.contacts.get(second.contact)?.name, "Dave");
  assert.equal(dave.messenger.contacts().at(-1)?.name, "contact", "Alice has no name on her card");
});

test(
  "of two who race for one use, one wins; the other is told, and can be invited again",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const alice = await lasting(t, relay);
    const bob = await newPerson(t, relay);
    const carol = await newPerson(t, relay);
    const invite = await alice.messenger.makeInvite();
    await alice.messenger.close();
    const [bobs, carols] = await Promise.all([
      bob.messenger.acceptInvite(invite.link, "alice"),
      carol.messenger.acceptInvite(invite.link, "alice"),
    ]);
    await carol.messenger.send(carols.id, "from Carol");
    await bob.messenger.send(bobs.id, "from Bob");
    const back = await newPerson(t, relay, { profile: alice.profile, signer: alice.signer });
    const used = await back.next("invite");
    const isBob =
      back.profile.identities.ofContact(used.contact)[0]?.fingerprint === bob.messenger.status().identity;
    const [winner, loser] = isBob ? [bob, carol] : [carol, bob];
    await back.next("message", ({ message }) => message.text === (isBob ? "from Bob" : "from Carol"));
    assert.equal(back.messenger.contacts().length, 2);

    const told = await loser.next("notice", ({ what }) => what === "invite-used");
    assert.equal(loser.messenger.contact("alice")?.invite, "used");
    assert.equal(told.contact, loser.messenger.contact("alice")?.id);
    assert.ok(
      loser.messenger
        .history(told.contact)
        .some(({ kind, text }) => kind === "notice" && text === "invite-used"),
    );
    assert.equal(winner.messenger.contact("alice")?.invite, undefined);
    // What it has said waits, and goes when there is another invite.
    const again = await back.messenger.makeInvite({ as: "late" });
    await loser.messenger.acceptInvite(again.link);
    await back.next("message", ({ message }) => message.text === (isBob ? "from Carol" : "from Bob"));
    assert.equal(back.messenger.contact("late")?.state, "contact");
    await loser.next("state", ({ state }) => state === "delivered");
    assert.equal(loser.messenger.contact("alice")?.invite, undefined);
  },
);

test("three may come by a link for three, and the fourth hears that it is used up", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await lasting(t, relay);
  const invite = await alice.messenger.makeInvite({ uses: 3, as: "guest" });
  assert.equal((await cardOf(invite.link)).once, undefined);
  await alice.messenger.close();
  const guests = await Promise.all([1, 2, 3, 4].map(() => newPerson(t, relay)));
  for (const guest of guests) await guest.messenger.acceptInvite(invite.link, "alice");
  const back = await newPerson(t, relay, { profile: alice.profile, signer: alice.signer });
  for (const state of ["open", "open", "spent"]) assert.equal((await back.next("invite")).state, state);
  const names = back.messenger.contacts().map(({ name }) => name);
  assert.deepEqual(names, ["me", "guest", "guest 2", "guest 3"]);
  const late = await Promise.race(
    guests.map(async (guest) => {
      await guest.next("notice", ({ what }) => what === "invite-used");
      return guest;
    }),
  );
  assert.equal(late.messenger.contact("alice")?.invite, "used");
  const { secret } = late.profile.answers.get(late.messenger.contact("alice")!.id)!;
  assert.ok(
    secret.every((byte) => byte === 0),
    "nothing is left to prove",
  );
  const device = late.profile.devices.ofContact(late.messenger.contact("alice")!.id)[0]!;
  assert.equal(device.session, "none", "nothing of the session is left on either side");
  assert.deepEqual(
    late.profile.deliveries.openTo(device.id).filter(({ nextAt = 0 }) => nextAt < Date.now() - 1000),
    [],
  );
});

test(
  "a crash while a guest is taken in has taken nobody, and the same answer counts once",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const alice = await lasting(t, relay);
    const { link } = await alice.messenger.makeInvite({ uses: 2, as: "bob" });
    await alice.messenger.close();
    const bob = await newPerson(t, relay);
    await bob.messenger.acceptInvite(link, "alice");
    const { invites } = alice.profile;
    const update = invites.update.bind(invites);
    const dying = new Promise<void>((resolve) => {
      invites.update = (id, changes) => {
        update(id, changes);
        if (changes.used === undefined) return;
        resolve();
        throw new Error("the power is off");
      };
    });
    const open = () => newPerson(t, relay, { profile: alice.profile, signer: alice.signer });
    const dead = await open();
    await dying;
    await dead.messenger.close().catch(() => undefined);
    invites.update = update;
    const [kept] = invites.all();
    assert.deepEqual([kept?.used, alice.profile.contacts.all().length], [0, 1]);
    const back = await open();
    await back.next("invite");
    await says(back, bob, back.messenger.contact("bob")!.id, "once");
    assert.deepEqual(
      back.messenger.invites().map(({ used, state }) => [used, state]),
      [[1, "open"]],
    );
    assert.deepEqual(
      back.messenger.contacts().map(({ name }) => name),
      ["me", "bob"],
    );
  },
);

test("an invite that ends, or is taken back, takes nobody, and says so", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const time = new PassingTime();
  const world: Environment = { ...environment, clock: time };
  const alice = await lasting(t, relay, world);
  const bob = await newPerson(t, relay);
  const carol = await newPerson(t, relay);
  const [ending, revoked] = [
    await alice.messenger.makeInvite({ expiresMs: 10 * MINUTE_MS, uses: 2 }),
    await alice.messenger.makeInvite({ uses: 2 }),
  ];
  // Both have the card before it is too late.
  await alice.messenger.close();
  await bob.messenger.acceptInvite(ending.link, "alice");
  await carol.messenger.acceptInvite(revoked.link, "alice");
  time.pass(11 * MINUTE_MS);
  const back = await newPerson(t, relay, {
    profile: alice.profile,
    signer: alice.signer,
    environment: world,
  });
  await bob.next("notice", ({ what }) => what === "invite-ended");
  assert.equal(bob.messenger.contact("alice")?.invite, "ended");
  assert.deepEqual(
    back.messenger.invites().map(({ id, state }) => [id, state]),
    [
      [ending.id, "expired"],
      [revoked.id, "open"],
    ],
  );
  // Carol was in time, and the other use is left.
  await back.next("invite");
  await back.messenger.revokeInvite(revoked.id);
  assert.deepEqual(
    back.messenger.invites().map(({ id }) => id),
    [ending.id],
  );
  await fails("no-such-invite", back.messenger.revokeInvite(revoked.id));
  await fails("no-such-invite", back.messenger.revokeInvite(999));
  await becomes(revoked.link, "ended");
  const dave = await newPerson(t, relay);
  await fails("invite-ended", dave.messenger.acceptInvite(revoked.link));
  assert.equal(back.messenger.contacts().length, 2);
  // After the time of grace nothing is left.
  time.pass(8 * DAY_MS);
  await soon(() => back.profile.mailboxes.all().every(({ kind }) => kind !== "invite"), "still read");
  assert.deepEqual(back.messenger.invites(), []);
});

test("a guest sees by the link that it has ended", LIMIT, async (t) => {
  const { alice, bob } = await couple(t);
  const { link } = await alice.messenger.makeInvite();
  const old = makeInviteLink({
    ...inviteOf(link),
    ends: Date.now() - (Date.now() % MINUTE_MS) - 120 * MINUTE_MS,
  });
  await fails("invite-ended", bob.messenger.acceptInvite(old));
  const nearly = makeInviteLink({
    ...inviteOf(link),
    ends: Date.now() - (Date.now() % MINUTE_MS) - 30 * MINUTE_MS,
  });
  await fails("no-such-invite", bob.messenger.acceptInvite(nearly));
});

test("what is no invite is told so, and leads nowhere", LIMIT, async (t) => {
  const { relay, alice, bob } = await couple(t);
  const { link } = await alice.messenger.makeInvite();
  for (const text of [
    "",
    "hello",
    relay.addresses[0]!,
    link.slice(0, -1),
    `${link}x`,
    link.replace("/i#", "/j#"),
  ])
    await fails("bad-invite", bob.messenger.acceptInvite(text));
  // A socket of this machine is dialled for nobody.
  const socket = makeInviteLink({ ...inviteOf(link), relay: { transport: "unix", path: "/run/ssh-agent" } });
  await fails("bad-invite", bob.messenger.acceptInvite(socket));
  await fails("not-allowed", alice.messenger.acceptInvite(link));
  const other = makeInviteLink({ ...inviteOf(link), secret: new Uint8Array(16) });
  await fails("no-such-invite", bob.messenger.acceptInvite(other));
  assert.equal(bob.messenger.contacts().length, 1);
  await fails("bad-name", bob.messenger.acceptInvite(link, "me"));
  assert.equal(bob.messenger.contacts().length, 1);
  await bob.messenger.acceptInvite(link, "alice");
});

test("invites have limits", LIMIT, async (t) => {
  const { alice } = await couple(t);
  for (const uses of [0, 101, 1.5, Number.NaN])
    await fails("not-allowed", alice.messenger.makeInvite({ uses }));
  for (const expiresMs of [0, 59_999, 31 * DAY_MS, 1e6 + 0.5])
    await fails("not-allowed", alice.messenger.makeInvite({ expiresMs }));
  await fails("bad-name", alice.messenger.makeInvite({ as: "me" }));
  await fails("bad-name", alice.messenger.makeInvite({ as: "" }));
  assert.deepEqual(alice.messenger.invites(), []);
  const { expiresAt } = await alice.messenger.makeInvite({ expiresMs: 30 * DAY_MS, uses: 100 });
  assert.equal(expiresAt % MINUTE_MS, 0);
});

test("a relay whose name is too long for a link", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const { fingerprint: pin } = parseAddress(relay.addresses[0]!);
  alice.profile.settings.set("relays", `asfaleia://${"a".repeat(50)}.example.org:3308#${pin}`);
  await fails("too-long", alice.messenger.makeInvite());
  assert.deepEqual(alice.messenger.invites(), []);
  assert.ok(alice.profile.mailboxes.all().every(({ kind }) => kind !== "invite"));
});

test("a relay without a pin is asked for its key, and the link has it", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const trusting: Environment = {
    ...environment,
    dial: (address, options) => openLink(address, { ...options, trust: async () => {} }),
  };
  const alice = await newPerson(t, relay, { environment: trusting });
  const { fingerprint: _, ...address } = parseAddress(relay.addresses[0]!);
  alice.profile.settings.set(
    "relays",
    `asfaleia://${"host" in address ? `${address.host}:${address.port}` : ""}`,
  );
  const { link } = await alice.messenger.makeInvite();
  const bob = await newPerson(t, relay);
  await bob.messenger.acceptInvite(link, "alice");
  await alice.next("invite");
});

test(
  "the inviter is away for days and the guest is killed: both find each other all the same",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const time = new PassingTime();
    const world: Environment = { ...environment, clock: time };
    const alice = await lasting(t, relay, world);
    const bob = await lasting(t, relay, world);
    const { link } = await alice.messenger.makeInvite({ as: "bob" });
    await alice.messenger.close();
    const { id } = await bob.messenger.acceptInvite(link, "alice");
    // Before anything has left.
    await bob.messenger.close();
    const again = await newPerson(t, relay, { profile: bob.profile, signer: bob.signer, environment: world });
    assert.equal(again.messenger.contact("alice")?.invite, "waiting");
    await again.messenger.send(id, "are you there?");
    await again.next("state", ({ state }) => state === "at-relay");
    for (let hour = 0; hour < 72; hour++) {
      time.pass(60 * MINUTE_MS);
      await new Promise((resolve) => setTimeout(resolve, 1));
      await again.messenger.idle();
    }
    assert.equal(again.messenger.contact("alice")?.invite, "waiting");
    const back = await newPerson(t, relay, {
      profile: alice.profile,
      signer: alice.signer,
      environment: world,
    });
    await back.next("message", ({ message }) => message.text === "are you there?");
    await again.next("state", ({ state }) => state === "delivered");
    await says(back, again, back.messenger.contact("bob")!.id, "now I am");
  },
);

test("a relay that has lost its memory gets the invite again, and the answer too", LIMIT, async (t) => {
  const key = await newRelayKey();
  const relay = await newRelay(t, { key });
  const alice = await lasting(t, relay);
  const bob = await newPerson(t, relay);
  const { link, id } = await alice.messenger.makeInvite({ as: "bob" });
  const second = await restart(t, relay, key);
  await becomes(link, "open");
  await alice.messenger.close();
  await bob.messenger.acceptInvite(link, "alice");
  await soon(() => bob.profile.deliveries.atRelay().length > 0, "not sent");
  await restart(t, second, key);
  const back = await newPerson(t, relay, { profile: alice.profile, signer: alice.signer });
  assert.equal((await back.next("invite")).id, id);
  await says(back, bob, back.messenger.contact("bob")!.id, "hello");
});

test(
  "an invite that could not be published is kept, and published when the relay is there",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    let isDown = false;
    const world: Environment = {
      ...environment,
      dial: (address, options) =>
        isDown ? Promise.reject(new LinkError("unreachable")) : environment.dial(address, options),
    };
    const alice = await newPerson(t, relay, { environment: world });
    isDown = true;
    const invite = await alice.messenger.makeInvite();
    assert.equal(invite.isPublished, false);
    assert.equal(await published(invite.link), undefined);
    isDown = false;
    await becomes(invite.link, "open");
    await soon(() => alice.messenger.invites()[0]?.isPublished === true, "not told");
  },
);

test("a clock that was ahead does not keep an invite from its relay", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const time = new PassingTime();
  let isDown = true;
  const world: Environment = {
    ...environment,
    clock: time,
    dial: (address, options) =>
      isDown ? Promise.reject(new LinkError("unreachable")) : environment.dial(address, options),
  };
  const alice = await newPerson(t, relay, { environment: world });
  time.set(2 * DAY_MS);
  const { link } = await alice.messenger.makeInvite();
  time.set(-2 * DAY_MS);
  isDown = false;
  // As long as it takes until it is noticed that a clock was set, and the longest wait for a relay.
  for (let minutes = 0; minutes < 20; minutes++) {
    time.pass(MINUTE_MS);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  await becomes(link, "open");
});

test("who is a contact already stays one, under the same name", LIMIT, async (t) => {
  const { alice, bob } = await couple(t);
  const { aToB, bToA } = await introduce(alice, bob);
  // Nothing was said so far: the invite is what begins.
  const first = await alice.messenger.makeInvite({ as: "somebody" });
  assert.equal((await bob.messenger.acceptInvite(first.link)).id, bToA);
  const used = await alice.next("invite");
  assert.deepEqual([used.contact, used.state], [aToB, "spent"]);
  assert.equal(alice.profile.contacts.get(aToB)?.name, "bob");
  await says(bob, alice, bToA, "hello");
  await says(alice, bob, aToB, "hello");
  // Who talks already is told nothing: the second invite stays open.
  const second = await alice.messenger.makeInvite();
  const view = await bob.messenger.acceptInvite(second.link);
  assert.deepEqual([view.id, view.invite], [bToA, undefined]);
  await says(bob, alice, bToA, "still here");
  assert.equal(alice.messenger.invites().at(-1)?.state, "open");
  assert.deepEqual(
    [...alice.events, ...bob.events].filter(
      (event) => event.type === "notice" && event.what === "session-reset",
    ),
    [],
  );
});

test("who waits among the requests is taken by an invite", LIMIT, async (t) => {
  const { alice, bob } = await couple(t);
  const contact = await bob.messenger.addCard(alice.messenger.card(), "alice");
  await bob.messenger.send(contact.id, "may I?");
  const request = await alice.next("request");
  const { link } = await alice.messenger.makeInvite({ as: "bob" });
  await bob.messenger.acceptInvite(link);
  const used = await alice.next("invite");
  assert.equal(used.contact, request.message.contact);
  assert.deepEqual(
    alice.messenger.contacts().map(({ name, state }) => [name, state]),
    [
      ["me", "me"],
      ["bob", "contact"],
    ],
  );
  await bob.next("state", ({ state }) => state === "delivered");
  await says(alice, bob, used.contact, "you may");
});

test("both sides invite each other at once", LIMIT, async (t) => {
  const { alice, bob } = await couple(t);
  const [a, b] = await Promise.all([alice.messenger.makeInvite(), bob.messenger.makeInvite()]);
  const [toBob, toAlice] = await Promise.all([
    alice.messenger.acceptInvite(b.link, "bob"),
    bob.messenger.acceptInvite(a.link, "alice"),
  ]);
  await says(alice, bob, toBob.id, "hello Bob");
  await says(bob, alice, toAlice.id, "hello Alice");
  assert.equal(alice.messenger.contacts().length, 2);
  assert.equal(bob.messenger.contacts().length, 2);
});

test(
  "a blocked contact neither uses an invite nor hears of it, and is not added by one",
  LIMIT,
  async (t) => {
    const { relay, alice, bob } = await couple(t);
    const { aToB, bToA } = await introduce(alice, bob);
    await alice.messenger.block(aToB);
    const { link } = await alice.messenger.makeInvite();
    await bob.messenger.acceptInvite(link);
    const carol = await newPerson(t, relay);
    await carol.messenger.acceptInvite(link, "alice");
    const used = await alice.next("invite");
    assert.notEqual(used.contact, aToB);
    await bob.messenger.block(bToA);
    await fails("not-allowed", bob.messenger.acceptInvite((await alice.messenger.makeInvite()).link));
  },
);

test("whoever has used an invite and was removed does not come back by it", LIMIT, async (t) => {
  const { relay, alice } = await couple(t);
  const { link } = await alice.messenger.makeInvite({ uses: 5 });
  const puppet = new Puppet(relay.addresses[0]!);
  const card = await cardOf(link);
  const invite = inviteProof(inviteOf(link), puppet.key);
  const hello = { kind: "hello", body: {} } as const;
  await post(card, [await puppet.say(card, hello, { invite })]);
  const { contact } = await alice.next("invite");
  await alice.messenger.removeContact(contact);
  await post(card, [await puppet.say(card, hello, { invite, anew: true })]);
  const other = new Puppet(relay.addresses[0]!);
  await post(card, [await other.say(card, hello, { invite: inviteProof(inviteOf(link), other.key) })]);
  const second = await alice.next("invite");
  assert.equal(alice.messenger.contact(fingerprint(other.signer.publicKey))?.id, second.contact);
  assert.equal(alice.messenger.contacts().length, 2);
  assert.equal(alice.messenger.invites()[0]?.used, 2);
});

test("without the secret, or with another's proof, nothing happens", LIMIT, async (t) => {
  const { relay, alice } = await couple(t);
  const { link } = await alice.messenger.makeInvite({ uses: 2 });
  const card = await cardOf(link);
  const text = { kind: "text", body: { text: "let me in" } } as const;
  const honest = new Puppet(relay.addresses[0]!);
  const thief = new Puppet(relay.addresses[0]!);
  const proof = inviteProof(inviteOf(link), honest.key);
  const unlisted = new Puppet(relay.addresses[0]!);
  const list = await new Puppet(relay.addresses[0]!, unlisted.signer).list();
  await post(card, [
    await new Puppet(relay.addresses[0]!).say(card, text),
    await thief.say(card, text, { invite: proof }),
    await thief.say(card, text, { invite: new Uint8Array(32) }),
    await unlisted.say(card, text, {
      card: await unlisted.card({ list }),
      invite: inviteProof(inviteOf(link), unlisted.key),
    }),
    new Uint8Array(randomBytes(16_384)),
    await honest.say(card, text, { invite: proof }),
  ]);
  const used = await alice.next("invite");
  assert.deepEqual(alice.messenger.contact(fingerprint(honest.signer.publicKey))?.id, used.contact);
  assert.equal(alice.messenger.contacts().length, 2, "nobody became a request either");
  assert.equal(alice.messenger.invites()[0]?.used, 1);
  assert.deepEqual(
    alice.events.filter(({ type }) => type === "request"),
    [],
  );
});

test("a proof is worth nothing in another mailbox", LIMIT, async (t) => {
  const { relay, alice } = await couple(t);
  const { link } = await alice.messenger.makeInvite();
  const puppet = new Puppet(relay.addresses[0]!);
  const front = openCard(alice.messenger.card());
  const invite = inviteProof(inviteOf(link), puppet.key);
  await post(front, [await puppet.say(front, { kind: "text", body: { text: "hello" } }, { invite })]);
  await alice.next("request");
  assert.equal(alice.messenger.invites()[0]?.used, 0);
});

test("with new keys the old invites are gone", LIMIT, async (t) => {
  const { alice, bob } = await couple(t);
  const { link } = await alice.messenger.makeInvite();
  await alice.messenger.renewDevice(alice.signer);
  assert.deepEqual(alice.messenger.invites(), []);
  assert.equal(alice.profile.sessions.newestPrekey("once"), undefined);
  await bob.messenger.acceptInvite(link, "alice");
  const fresh = await alice.messenger.makeInvite();
  assert.equal((await cardOf(fresh.link)).deviceId, alice.messenger.status().device);
});

test("the other devices hear of who came by an invite", LIMIT, async (t) => {
  const { relay, alice, bob } = await couple(t);
  const phone = await newPerson(t, relay, { signer: alice.signer, link: alice.messenger.card() });
  await fails("not-confirmed", phone.messenger.makeInvite());
  const { link } = await alice.messenger.makeInvite({ as: "bob" });
  await fails("not-confirmed", phone.messenger.acceptInvite(link));
  const id = phone.messenger.status().device;
  await alice.next("notice", ({ what, about }) => what === "device-added" && about === id);
  await alice.messenger.confirmDevice(id, alice.signer);
  await soon(() => phone.messenger.status().isConfirmed, "not confirmed");
  await fails("not-allowed", phone.messenger.acceptInvite(link));
  await bob.messenger.acceptInvite(link, "alice");
  await alice.next("invite");
  await soon(() => phone.messenger.contact("bob")?.hasCard === true, "not told");
});

test(
  "the guest's other devices can write to the inviter too, and look nobody up for it",
  LIMIT,
  async (t) => {
    const { relay, alice, bob } = await couple(t);
    const lookedUp: string[] = [];
    const watched: Environment = {
      ...environment,
      dial: async (...args) => {
        const link = await environment.dial(...args);
        const lookup = link.lookup.bind(link);
        link.lookup = (token, of) => {
          lookedUp.push(of);
          return lookup(token, of);
        };
        return link;
      },
    };
    const phone = await newPerson(t, relay, {
      signer: bob.signer,
      link: bob.messenger.card(),
      environment: watched,
    });
    const id = phone.messenger.status().device;
    await bob.next("notice", ({ what, about }) => what === "device-added" && about === id);
    await bob.messenger.confirmDevice(id, bob.signer);
    await soon(() => phone.messenger.status().isConfirmed, "not confirmed");

    const { link } = await alice.messenger.makeInvite({ as: "bob" });
    await bob.messenger.acceptInvite(link, "alice");
    const used = await alice.next("invite");
    const front = openCard(alice.messenger.card()).mailboxes[0]!.mailbox;
    const route = (): string | undefined => {
      const contact = phone.messenger.contact("alice");
      return contact && phone.profile.devices.ofContact(contact.id)[0]?.route.mailbox;
    };
    // Neither to the invite, whose mailbox is given up some day, nor to the one that everybody knows.
    await soon(() => ![undefined, inviteOf(link).mailbox, front].includes(route()), "no way to her");
    await phone.messenger.send(phone.messenger.contact("alice")!.id, "from my phone");
    const { message } = await alice.next("message", ({ message: { text } }) => text === "from my phone");
    assert.equal(message.contact, used.contact);
    assert.deepEqual(lookedUp, []);
    assert.equal(alice.messenger.invites()[0]?.used, 1);
  },
);

test("what waited behind a closed invite goes as soon as there is a card", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await lasting(t, relay);
  const bob = await newPerson(t, relay);
  const { link, id } = await alice.messenger.makeInvite({ uses: 2 });
  await alice.messenger.close();
  const { id: contact } = await bob.messenger.acceptInvite(link, "alice");
  await soon(() => bob.profile.deliveries.atRelay().length > 0, "not sent");
  alice.profile.invites.update(id, { revokedAt: Date.now() });
  const back = await newPerson(t, relay, { profile: alice.profile, signer: alice.signer });
  await bob.next("notice", ({ what }) => what === "invite-ended");
  const { id: said } = await bob.messenger.send(contact, "are you there?");
  const isLater = (): boolean => {
    const [first] = bob.profile.deliveries.ofContent(contact, Buffer.from(said, "hex"));
    return (first?.nextAt ?? 0) > Date.now() + 60 * MINUTE_MS;
  };
  await soon(isLater, "it does not wait");
  await back.messenger.addCard(bob.messenger.card(), "bob");
  await bob.messenger.addCard(back.messenger.card());
  await back.next("message", ({ message: { text } }) => text === "are you there?");
});

test(
  "who came too late by one device has a contact of it where another one was in time",
  LIMIT,
  async (t) => {
    const { relay, alice, bob } = await couple(t);
    const phone = await newPerson(t, relay, { signer: bob.signer, link: bob.messenger.card() });
    const id = phone.messenger.status().device;
    await bob.next("notice", ({ what, about }) => what === "device-added" && about === id);
    await bob.messenger.confirmDevice(id, bob.signer);
    await soon(() => phone.messenger.status().isConfirmed, "not confirmed");
    const { link } = await alice.messenger.makeInvite({ as: "bob" });
    const { profile } = phone;
    const put = profile.answers.put.bind(profile.answers);
    // As if the document had been seen closed twice before the other device had its answer.
    profile.answers.put = (answer) => put({ ...answer, state: "used", lookAt: undefined });
    const { id: contact } = await phone.messenger.acceptInvite(link, "alice");
    const { id: said } = await phone.messenger.send(contact, "from my phone");
    await soon(() => {
      const [first] = profile.deliveries.ofContent(contact, Buffer.from(said, "hex"));
      return (first?.nextAt ?? 0) > Date.now() + 60 * MINUTE_MS;
    }, "it does not wait");
    await bob.messenger.acceptInvite(link, "alice");
    await alice.next("message", ({ message: { text } }) => text === "from my phone");
    assert.equal(phone.messenger.contact("alice")?.invite, undefined);
    assert.equal(alice.messenger.invites()[0]?.used, 1);
  },
);

test(
  "an invite that seemed used up holds nothing back once another device of theirs has written",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const alice = await lasting(t, relay);
    const bob = await newPerson(t, relay);
    const phone = await newPerson(t, relay, { signer: alice.signer, link: alice.messenger.card() });
    const id = phone.messenger.status().device;
    await alice.next("notice", ({ what, about }) => what === "device-added" && about === id);
    await alice.messenger.confirmDevice(id, alice.signer);
    await soon(() => phone.messenger.status().isConfirmed, "not confirmed");
    const { link } = await alice.messenger.makeInvite({ as: "bob" });
    await alice.messenger.close();
    const { id: contact } = await bob.messenger.acceptInvite(link, "alice");
    await soon(() => bob.profile.deliveries.atRelay().length > 0, "not sent");
    // As if the answer had been lost, and the document seen closed twice.
    bob.profile.answers.update(contact, { state: "used", lookAt: undefined });
    const { id: said } = await bob.messenger.send(contact, "are you there?");
    const nextAt = (): number => {
      const [first] = bob.profile.deliveries.ofContent(contact, Buffer.from(said, "hex"));
      return first?.nextAt ?? 0;
    };
    await soon(() => nextAt() > Date.now() + 60 * MINUTE_MS, "it does not wait");
    const { id: theirs } = await phone.messenger.addCard(bob.messenger.card(), "bob");
    await phone.messenger.send(theirs, "from my phone");
    await bob.next("message", ({ message: { text } }) => text === "from my phone");
    assert.equal(bob.messenger.contact("alice")?.invite, undefined);
    await soon(() => nextAt() < Date.now() + MINUTE_MS, "it still waits");
    const back = await newPerson(t, relay, { profile: alice.profile, signer: alice.signer });
    await back.next("message", ({ message: { text } }) => text === "are you there?");
  },
);

test(
  "what fails in the middle of an answer leaves the invite, and it is answered the next time",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const bob = await newPerson(t, relay);
    const profile = openMemoryProfile();
    const { signer } = newEd25519();
    await initProfile({ profile, environment, signer, relays: [parseAddress(relay.addresses[0]!)] });
    const first = openMessenger({ profile, environment, delays: QUICK });
    const { link } = await first.makeInvite();
    await bob.messenger.acceptInvite(link, "alice");
    // The last thing that is kept of an answer.
    const { receipts } = profile;
    const add = receipts.add.bind(receipts);
    receipts.add = () => {
      throw new Error("the disk is full");
    };
    const events = first.events();
    first.start();
    await assert.rejects(async () => {
      for await (const event of events) assert.notEqual(event.type, "invite");
    }, /the disk is full/);
    await first.close();
    assert.equal(profile.contacts.all().length, 1);
    const [kept] = profile.invites.all();
    assert.equal(kept?.used, 0);
    assert.ok(profile.sessions.oneTimePrekey(kept.once!), "the prekeys are there for another try");
    receipts.add = add;
    const alice = await newPerson(t, relay, { profile, signer });
    const used = await alice.next("invite");
    await says(alice, bob, used.contact, "now");
  },
);

test("the document is made anew when the prekeys change", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const time = new PassingTime();
  const alice = await newPerson(t, relay, { environment: { ...environment, clock: time } });
  const { link } = await alice.messenger.makeInvite({ expiresMs: 30 * DAY_MS });
  const before = (await cardOf(link)).signed.id;
  time.pass(8 * DAY_MS);
  for (;;) {
    const now = (await cardOf(link)).signed.id;
    if (now > before) break;
    time.pass(MINUTE_MS);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const bob = await newPerson(t, relay);
  await bob.messenger.acceptInvite(link, "alice");
  await alice.next("invite");
});

test("an invite of somebody who never comes back ends by itself", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const time = new PassingTime();
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay, { environment: { ...environment, clock: time } });
  const { link } = await alice.messenger.makeInvite();
  await alice.messenger.close();
  await bob.messenger.acceptInvite(link, "alice");
  const told = bob.next("notice", ({ what }) => what === "invite-ended");
  let isTold = false;
  void told.then(() => (isTold = true));
  for (let days = 0; !isTold && days < 90; days += 0.25) {
    time.pass(DAY_MS / 4);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  await told;
  assert.ok(time.now() - Date.now() > 14 * DAY_MS, "no sooner than a week after its end");
});

test("a messenger that is closed meanwhile says so", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const silent: Environment = {
    ...environment,
    dial: (address, options) => {
      if (options.pinPrefix === undefined) return environment.dial(address, options);
      return new Promise((_, reject) =>
        options.signal.addEventListener("abort", () => reject(options.signal.reason)),
      );
    },
  };
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay, { environment: silent });
  const { link } = await alice.messenger.makeInvite();
  const accepting = fails("closed", bob.messenger.acceptInvite(link));
  await bob.messenger.close();
  await accepting;
  await fails("closed", bob.messenger.makeInvite());
  assert.throws(() => bob.messenger.invites(), { code: "closed" });
});

test("a relay that shows one answer for ever does not have us answer for ever", LIMIT, async (t) => {
  const { relay, alice } = await couple(t);
  const { link, id } = await alice.messenger.makeInvite({ uses: 2 });
  const card = await cardOf(link);
  await alice.messenger.revokeInvite(id);
  const puppet = new Puppet(relay.addresses[0]!);
  const reading = await openLink(parseAddress(relay.addresses[0]!));
  t.after(() => reading.close());
  const token = await reading.authenticate(puppet.mailbox);
  const { messages } = await reading.subscribe(token, 1024);
  let told = 0;
  void (async () => {
    for await (const { envelope, id: message } of messages) {
      if (envelope.length === 16_384) told++;
      await reading.ack(token, [message]);
    }
  })().catch(() => {});
  const invite = inviteProof(inviteOf(link), puppet.key);
  const one = await puppet.say(card, { kind: "hello", body: {} }, { invite });
  await post(
    card,
    Array.from({ length: 70 }, () => one),
  );
  await soon(() => told === 64, "too few", 20_000);
  await alice.messenger.idle();
  assert.equal(told, 64);
  assert.equal(alice.messenger.contacts().length, 1);
});
