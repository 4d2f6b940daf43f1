/** Spoken codes with somebody who knows the number: they can block a code, seen by both sides, and no more (docs/messaging.md, "Spoken codes"). */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  cardKey,
  MAX_RUBBISH,
  openSealedCard,
  PACKET_BYTES,
  type Packet,
  sealCard,
  start,
} from "../../packages/client/test/code/internals.ts";
import { openCard } from "../../packages/client/test/internals.ts";
import { atRendezvous, box, codeOf, fails, mark, playGuest, sender, wrongWords } from "./codekit.ts";
import { environment, newPerson, newRelay, newRelayKey, type Person } from "./kit.ts";
import { PassingTime } from "./passingtime.ts";

const LIMIT = { timeout: 30_000 };
const MINUTE_MS = 60_000;
const SHARE = start("A", { w: 5n }, 7n).share;

function isAlone(...people: Person[]): void {
  for (const { messenger } of people) assert.equal(messenger.contacts().length, 1, "only 'me'");
}

function mailboxName(mailbox: Uint8Array): string {
  return `SHA256:${Buffer.from(mailbox).toString("base64").slice(0, 43)}`;
}

/** Lets time pass until a promise is kept, nine minutes at most. @returns milliseconds */
async function passUntil(time: PassingTime, promise: Promise<unknown>): Promise<number> {
  let isOver = false;
  void promise.finally(() => {
    isOver = true;
  });
  const begun = time.now();
  while (!isOver && time.now() - begun < 9 * MINUTE_MS) {
    time.pass(1_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await promise;
  return time.now() - begun;
}

test(
  "whoever knows the words is a guest by hand, and gets the card that is meant for him",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
    const { code, result } = await alice.messenger.makeCode();
    const guest = await playGuest(t, relay, codeOf(code));
    const ended = await guest.ended();
    await guest.to.say({ kind: "proof", confirmation: ended.confirmation });
    const confirm = await guest.own.next();
    assert.ok(confirm.kind === "confirm" && ended.confirms(confirm.confirmation));
    await guest.to.say(sealCard(bob.messenger.card(), cardKey(ended.key, "guest")));
    const card = await guest.own.next();
    assert.ok(card.kind === "card");
    const theirs = openSealedCard(card.box, cardKey(ended.key, "inviter"));
    assert.equal(openCard(theirs!).fingerprint, alice.messenger.status().identity);
    assert.deepEqual((await result).identities, [bob.messenger.status().identity]);
  },
);

test("a guess that is wrong ends the code, and gets noise for an answer", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const { code, result } = await alice.messenger.makeCode();
  const guess = await playGuest(t, relay, wrongWords(code));
  const ended = await guess.ended();
  const failed = fails(result, "code-wrong");
  await guess.to.say({ kind: "proof", confirmation: ended.confirmation });
  const confirm = await guess.own.next();
  assert.ok(confirm.kind === "confirm" && !ended.confirms(confirm.confirmation));
  await failed;
  assert.equal((await guess.to.lookup()).length, 0, "the mark is gone");
  // A second guess: nobody is there.
  await playGuest(t, relay, codeOf(code));
  isAlone(alice);
});

test("nothing but a proof opens the way to the card", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, mallory] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { code, result } = await alice.messenger.makeCode();
  const guest = await playGuest(t, relay, wrongWords(code));
  const ended = await guest.ended();
  const failed = fails(result, "code-wrong");
  await guest.to.say(sealCard(mallory.messenger.card(), cardKey(ended.key, "guest")));
  await guest.to.say({ kind: "confirm", confirmation: ended.confirmation });
  await guest.to.say({ kind: "answer", share: SHARE });
  await guest.to.say({ kind: "proof", confirmation: randomBytes(32) });
  assert.equal((await guest.own.next()).kind, "confirm");
  await failed;
  isAlone(alice);
});

test("rubbish is passed over, and too much of it ends the code", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const rubbish = (at: number): Uint8Array | Packet => {
    const own = new Uint8Array(32);
    if (at % 5 === 0) return randomBytes(1 + at);
    if (at % 5 === 1) return randomBytes(PACKET_BYTES);
    if (at % 5 === 2) return { kind: "hello", mailbox: own, share: randomBytes(65) };
    if (at % 5 === 3) return { kind: "answer", share: SHARE };
    return { kind: "card", box: randomBytes(PACKET_BYTES - 3) };
  };
  const flood = async (text: string, count: number): Promise<void> => {
    const to = await sender(t, relay, codeOf(text));
    for (let at = 0; at < count; at++) {
      const one = rubbish(at);
      await (one instanceof Uint8Array ? to.raw(one) : to.say(one));
    }
  };
  const one = await alice.messenger.makeCode();
  await flood(one.code, MAX_RUBBISH);
  await Promise.all([one.result, bob.messenger.joinCode(one.code)]);

  const other = await alice.messenger.makeCode();
  const failed = fails(other.result, "code-taken");
  await flood(other.code, MAX_RUBBISH + 1);
  await failed;
  await fails(bob.messenger.joinCode(other.code), "no-such-code");
});

test("somebody who takes over the mailbox ends it for both", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { code, result } = await alice.messenger.makeCode();
  const failed = fails(result, "code-taken");
  const mallory = await atRendezvous(t, relay, codeOf(code).number);
  await failed;
  // Alice has taken the mark away; without one nobody would say hello.
  await mark(mallory);
  const joined = fails(bob.messenger.joinCode(code), "code-wrong");
  const hello = await mallory.next();
  assert.ok(hello.kind === "hello");
  const to = await sender(t, relay, mailboxName(hello.mailbox));
  await to.say({ kind: "answer", share: SHARE });
  assert.equal((await mallory.next()).kind, "proof", "one guess with the guest, as with the inviter");
  await to.say({ kind: "confirm", confirmation: randomBytes(32) });
  await joined;
  isAlone(alice, bob);
});

test("a guest tries a code once, so whoever holds its mailbox has no second guess", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const time = new PassingTime();
  const bob = await newPerson(t, relay, { environment: { ...environment, clock: time } });
  const [mallory, elsewhere] = [await atRendezvous(t, relay, "48213"), await atRendezvous(t, relay, "48214")];
  await Promise.all([mark(mallory), mark(elsewhere)]);
  const guess = async (at: typeof mallory, code: string): Promise<Packet> => {
    const joined = fails(bob.messenger.joinCode(code), "code-wrong");
    const hello = await at.next();
    assert.ok(hello.kind === "hello");
    const to = await sender(t, relay, mailboxName(hello.mailbox));
    await to.say({ kind: "answer", share: SHARE });
    const proof = await at.next();
    await to.say({ kind: "confirm", confirmation: randomBytes(32) });
    await joined;
    return proof;
  };
  assert.equal((await guess(mallory, "48213-crossover-clockwork")).kind, "proof");
  // The mark still stands: it is not by it that the second try is refused.
  for (const again of ["48213-crossover-clockwork", "48213-crossover-cleanup"])
    await fails(bob.messenger.joinCode(again), "no-such-code");
  assert.equal((await guess(elsewhere, "48214-crossover-clockwork")).kind, "proof");
  // Whoever has the number now has it of another code.
  time.pass(10 * MINUTE_MS);
  assert.equal((await guess(mallory, "48213-crossover-clockwork")).kind, "proof");
});

test("two tries at once are one try", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const bob = await newPerson(t, relay);
  const mallory = await atRendezvous(t, relay, "48213");
  await mark(mallory);
  const tries = ["48213-crossover-clockwork", "48213-crossover-cleanup"].map((code) =>
    bob.messenger.joinCode(code),
  );
  await fails(Promise.race(tries), "no-such-code");
  const hello = await mallory.next();
  assert.ok(hello.kind === "hello");
  await (await sender(t, relay, mailboxName(hello.mailbox))).say({
    kind: "confirm",
    confirmation: randomBytes(32),
  });
  const ended = await Promise.allSettled(tries);
  assert.deepEqual(
    ended.map(({ status }) => status),
    ["rejected", "rejected"],
  );
});

test("somebody who says hello first ends it for both", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { code, result } = await alice.messenger.makeCode();
  const failed = fails(result, "code-taken");
  const mallory = await playGuest(t, relay, wrongWords(code));
  await mallory.ended();
  await fails(bob.messenger.joinCode(code), "code-wrong");
  await failed;
  assert.equal((await mallory.own.next()).kind, "confirm");
  isAlone(alice, bob);
});

test("a relay that repeats what it has delivered changes nothing", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { code, result } = await alice.messenger.makeCode();
  const guest = await playGuest(t, relay, codeOf(code));
  const ended = await guest.ended();
  const twice = async (packet: Packet): Promise<void> => {
    await guest.to.say(packet);
    await guest.to.say(packet);
  };
  await twice({ kind: "proof", confirmation: ended.confirmation });
  await twice(sealCard(bob.messenger.card(), cardKey(ended.key, "guest")));
  assert.deepEqual((await result).identities, [bob.messenger.status().identity]);
});

test(
  "a card that is none, or leads nowhere, is not taken, and the guest hears that it is over",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const alice = await newPerson(t, relay);
    const { code, result } = await alice.messenger.makeCode();
    const guest = await playGuest(t, relay, codeOf(code));
    const ended = await guest.ended();
    const failed = fails(result, "bad-card");
    await guest.to.say({ kind: "proof", confirmation: ended.confirmation });
    await guest.own.next();
    await guest.to.say(sealCard(randomBytes(3000), cardKey(ended.key, "guest")));
    const over = await guest.own.next();
    assert.ok(over.kind === "confirm" && !ended.confirms(over.confirmation));
    await failed;
    isAlone(alice);
  },
);

test("the inviter's own packets, sent back to her, are nothing", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const { code, result } = await alice.messenger.makeCode();
  const guest = await playGuest(t, relay, wrongWords(code));
  const answer = await guest.own.next();
  const failed = fails(result, "code-wrong");
  await guest.to.say(answer);
  await guest.to.say({ kind: "proof", confirmation: randomBytes(32) });
  await failed;
});

test("a guest whom nobody answers gives up after a minute", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const time = new PassingTime();
  const bob = await newPerson(t, relay, { environment: { ...environment, clock: time } });
  const nobody = await atRendezvous(t, relay, "48213");
  await mark(nobody);
  const failed = fails(bob.messenger.joinCode("48213-crossover-clockwork"), "code-ended");
  assert.equal((await nobody.next()).kind, "hello");
  assert.ok((await passUntil(time, failed)) >= MINUTE_MS);
  assert.equal((await nobody.next()).kind, "proof", "and says so");
});

test("an inviter whose guest falls silent gives up after a minute", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const time = new PassingTime();
  const alice = await newPerson(t, relay, { environment: { ...environment, clock: time } });
  const { code, result } = await alice.messenger.makeCode();
  const failed = fails(result, "code-ended");
  const guest = await playGuest(t, relay, codeOf(code));
  const ended = await guest.ended();
  assert.ok((await passUntil(time, failed)) >= MINUTE_MS);
  const over = await guest.own.next();
  assert.ok(over.kind === "confirm" && !ended.confirms(over.confirmation));
});

test("a relay that dies in the middle ends it for both", LIMIT, async (t) => {
  const key = await newRelayKey();
  const relay = await newRelay(t, { key });
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { code, result } = await alice.messenger.makeCode();
  const guest = await playGuest(t, relay, codeOf(code));
  await guest.ended();
  const inviter = await atRendezvous(t, relay, "48213");
  await mark(inviter);
  const failed = [
    fails(result, "code-ended"),
    fails(bob.messenger.joinCode("48213-crossover-clockwork"), "code-ended"),
  ];
  assert.equal((await inviter.next()).kind, "hello");
  await relay.stop();
  await Promise.all(failed);
  isAlone(alice, bob);
});

test("somebody between two relays, who passes everything on, gets nothing", LIMIT, async (t) => {
  const [relay, between] = [await newRelay(t), await newRelay(t)];
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, between)];
  const { code, result } = await alice.messenger.makeCode();
  const { number } = codeOf(code);
  const front = await atRendezvous(t, between, number);
  await mark(front);
  const failed = [fails(result, "code-wrong"), fails(bob.messenger.joinCode(code), "code-wrong")];
  const hello = await front.next();
  assert.ok(hello.kind === "hello");
  const back = await box(t, relay);
  const toAlice = await sender(t, relay, { number });
  const toBob = await sender(t, between, mailboxName(hello.mailbox));
  await toAlice.say({ ...hello, mailbox: back.bytes });
  await toBob.say(await back.next());
  await toAlice.say(await front.next());
  await toBob.say(await back.next());
  await Promise.all(failed);
  isAlone(alice, bob);
});

test(
  "numbers that somebody has filled beforehand are passed over, and a relay where all are is told",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const draws = [0.1, 0.2];
    const random = { ...environment.random, fraction: () => draws.shift() ?? 0.3 };
    const alice = await newPerson(t, relay);
    const { openMessenger } = await import("@asfaleia/client/messenger");
    const quiet = openMessenger({ profile: alice.profile, environment: { ...environment, random } });
    t.after(() => quiet.close());
    await mark(await atRendezvous(t, relay, "19000"));
    await (await sender(t, relay, { number: "28000" })).raw(randomBytes(100));
    const { code } = await quiet.makeCode();
    assert.equal(codeOf(code).number, "37000");
    await fails(quiet.makeCode(), "code-taken");
  },
);
