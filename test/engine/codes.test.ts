/** Spoken codes, between two people and a real relay (docs/messaging.md, "Spoken codes"). */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dial, Environment, Messenger } from "@asfaleia/client/messenger";
import { codeOf, fails, relayKey, sender, wrongWords } from "./codekit.ts";
import { environment, newPerson, newRelay, newRelayKey, type Person, restart } from "./kit.ts";
import { PassingTime } from "./passingtime.ts";

const LIMIT = { timeout: 30_000 };
const TEN_MINUTES_MS = 600_000;

/** The code as somebody types it who has only heard it. */
function heard(code: string): string {
  return `  ${code.toUpperCase().replaceAll("-", " ")}\n`;
}

async function say(from: Person, to: string, text: string): Promise<void> {
  await from.messenger.send(from.messenger.contact(to)!.id, text);
}

test("the right code makes both contacts of each other, who can write at once", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  alice.profile.settings.set("name", "Alice");
  const { code, endsAt, result } = await alice.messenger.makeCode({ as: "bob" });
  assert.match(code, /^[1-9][0-9]{4}-[a-z]+-[a-z]+$/);
  assert.ok(Math.abs(endsAt - Date.now() - TEN_MINUTES_MS) < 10_000);
  const [atAlice, atBob] = await Promise.all([result, bob.messenger.joinCode(heard(code))]);
  assert.deepEqual([atAlice.name, atAlice.state], ["bob", "contact"]);
  assert.deepEqual([atBob.name, atBob.state], ["Alice", "contact"]);
  assert.deepEqual(atAlice.identities, [bob.messenger.status().identity]);
  assert.deepEqual(atBob.identities, [alice.messenger.status().identity]);
  for (const [{ messenger }, { id, identities }] of [
    [alice, atAlice],
    [bob, atBob],
  ] as const) {
    const how = messenger.changes(id).find(({ kind }) => kind === "paired-by-code");
    assert.equal(how?.about, identities[0]);
    assert.equal(messenger.contact(identities[0]!)?.verified, false);
  }
  assert.equal(alice.messenger.safetyNumber(atAlice.id), bob.messenger.safetyNumber(atBob.id));

  await Promise.all([say(alice, "bob", "you said it well"), say(bob, "alice", "you too")]);
  assert.equal((await bob.next("message", ({ message }) => !message.isOwn)).message.text, "you said it well");
  assert.equal((await alice.next("message", ({ message }) => !message.isOwn)).message.text, "you too");
  assert.ok([...alice.events, ...bob.events].every(({ type }) => type !== "request"));
  const carol = await newPerson(t, relay);
  await fails(carol.messenger.joinCode(code), "no-such-code");
});

test("a wrong word ends the code for both, and the right ones come too late", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { code, result } = await alice.messenger.makeCode();
  const { number, words } = wrongWords(code);
  await Promise.all([
    fails(result, "code-wrong"),
    fails(bob.messenger.joinCode([number, ...words].join("-")), "code-wrong"),
  ]);
  await fails(bob.messenger.joinCode(code), "no-such-code");
  for (const { messenger } of [alice, bob])
    assert.deepEqual(
      messenger.contacts().map(({ name }) => name),
      ["me"],
    );
});

test("what is no code is refused before anybody is asked", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const bob = await newPerson(t, relay, {
    environment: { ...environment, dial: () => Promise.reject(new Error("nobody is to be asked")) },
  });
  const none = ["", "48213", "48213-crossover", "48213-clockwork-crossover", "08213-crossover-clockwork"];
  for (const text of [...none, "48213-crossover-clockwork-now", "48213-crossover-clokwork"])
    await fails(bob.messenger.joinCode(text), "bad-code");
  const code = "48213-crossover-clockwork";
  await fails(bob.messenger.joinCode(code, { as: "me" }), "bad-name");
  await fails(bob.messenger.joinCode(code, { relay: "relay.example" }), "bad-address");
  await fails(bob.messenger.makeCode({ as: "-x" }), "bad-name");
  assert.ok(bob.messenger.contacts().every(({ state }) => state === "me"));
});

test(
  "a name that is taken by then gets a number, and one's own name for somebody known is kept",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const [alice, bob, carol] = [
      await newPerson(t, relay),
      await newPerson(t, relay),
      await newPerson(t, relay),
    ];
    const meet = async (as: string, guest: Person): Promise<string> => {
      const { code, result } = await alice.messenger.makeCode({ as });
      await guest.messenger.joinCode(code, { as: "alice" });
      return (await result).name;
    };
    assert.equal(await meet("bob", bob), "bob");
    assert.equal(await meet("bob", carol), "bob 2");
    // They are contacts already: the same ones, and nobody is there twice.
    assert.equal(await meet("bob", bob), "bob");
    assert.equal(await meet("carol", carol), "carol");
    assert.deepEqual(
      alice.messenger
        .contacts()
        .map(({ name }) => name)
        .sort(),
      ["bob", "carol", "me"],
    );
    assert.deepEqual(
      bob.messenger
        .contacts()
        .map(({ name }) => name)
        .sort(),
      ["alice", "me"],
    );
  },
);

test("somebody who waits among the requests, and meets by a code, is a contact", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { id } = await bob.messenger.addCard(alice.messenger.card(), "alice");
  await bob.messenger.send(id, "do you know me?");
  await alice.next("request");
  const { code, result } = await alice.messenger.makeCode({ as: "bob" });
  assert.equal((await bob.messenger.joinCode(code)).id, id);
  assert.equal((await result).state, "contact");
  assert.equal(alice.messenger.history((await result).id).at(-1)?.text, "do you know me?");
});

test(
  "one's own code is refused and stays good; another device of one's own is no contact",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const alice = await newPerson(t, relay);
    const phone = await newPerson(t, relay, { signer: alice.signer, link: alice.messenger.card() });
    const { code, result } = await alice.messenger.makeCode({ as: "bob" });
    await fails(alice.messenger.joinCode(code), "not-allowed");
    const [atAlice, atPhone] = await Promise.all([result, phone.messenger.joinCode(code, { as: "alice" })]);
    for (const { name, state } of [atAlice, atPhone]) assert.deepEqual([name, state], ["me", "me"]);
  },
);

test("a number that is in use is drawn again", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const same = [0.5, 0.5];
  const random = {
    ...environment.random,
    fraction: () => same.shift() ?? environment.random.fraction(),
  };
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  // Nobody but the codes draws: a messenger that was not started.
  const { openMessenger } = await import("@asfaleia/client/messenger");
  const quiet = openMessenger({ profile: alice.profile, environment: { ...environment, random } });
  t.after(() => quiet.close());
  const one = await quiet.makeCode();
  const other = await quiet.makeCode();
  assert.equal(codeOf(one.code).number, "55000");
  assert.notEqual(codeOf(other.code).number, "55000");
  await bob.messenger.joinCode(one.code);
  await one.result;
});

test("of two who draw one number at the same time, one has it", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const { openMessenger } = await import("@asfaleia/client/messenger");
  const quiet = async (): Promise<Messenger> => {
    const draws = [0.5];
    const random = {
      ...environment.random,
      fraction: () => draws.shift() ?? environment.random.fraction(),
    };
    const { profile } = await newPerson(t, relay);
    const messenger = openMessenger({ profile, environment: { ...environment, random } });
    t.after(() => messenger.close());
    return messenger;
  };
  const offers = await Promise.all([(await quiet()).makeCode(), (await quiet()).makeCode()]);
  if (new Set(offers.map(({ code }) => codeOf(code).number)).size === 1) {
    // Both were shown it: who came second has it, and the first is told at once.
    await fails(Promise.race(offers.map(({ result }) => result)), "code-taken");
    return;
  }
  for (const { code, result } of offers) {
    const guest = await newPerson(t, relay);
    await Promise.all([result, guest.messenger.joinCode(code)]);
  }
});

test("somebody who was blocked stays so", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { id } = await alice.messenger.addCard(bob.messenger.card(), "bob");
  await alice.messenger.block(id);
  const { code, result } = await alice.messenger.makeCode();
  await bob.messenger.joinCode(code);
  assert.deepEqual([(await result).id, (await result).state], [id, "blocked"]);
});

test("several codes at a time do not hinder each other, and there are few", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const guests = [await newPerson(t, relay), await newPerson(t, relay)];
  const offers = await Promise.all([1, 2, 3, 4].map(() => alice.messenger.makeCode()));
  await fails(alice.messenger.makeCode(), "not-allowed");
  assert.equal(new Set(offers.map(({ code }) => codeOf(code).number)).size, 4);
  const joined = guests.map((guest, at) => guest.messenger.joinCode(offers[at]!.code));
  const names = await Promise.all([...joined, offers[0]!.result, offers[1]!.result]);
  assert.equal(names.length, 4);
  assert.deepEqual((await offers[0]!.result).identities, [guests[0]!.messenger.status().identity]);
  assert.deepEqual((await offers[1]!.result).identities, [guests[1]!.messenger.status().identity]);
  const open = offers.slice(2).map(({ result }) => fails(result, "closed"));
  await alice.messenger.close();
  await Promise.all(open);
  await fails(alice.messenger.makeCode(), "closed");
});

test("after ten minutes there is no such code", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const time = new PassingTime();
  const [alice, bob] = [
    await newPerson(t, relay, { environment: { ...environment, clock: time } }),
    await newPerson(t, relay),
  ];
  const { code, result } = await alice.messenger.makeCode();
  time.pass(TEN_MINUTES_MS - 5_000);
  await alice.messenger.idle();
  const look = await sender(t, relay, codeOf(code));
  assert.equal((await look.lookup()).length, 1);
  time.pass(5_000);
  await fails(result, "code-ended");
  while ((await look.lookup()).length > 0);
  await fails(bob.messenger.joinCode(code), "no-such-code");
});

test("a code that is taken back, by the signal or with the messenger, is gone", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const back = new AbortController();
  const { code, result } = await alice.messenger.makeCode({ signal: back.signal });
  const look = await sender(t, relay, codeOf(code));
  back.abort(new Error("changed my mind"));
  await assert.rejects(result, /changed my mind/);
  while ((await look.lookup()).length > 0);
  await fails(bob.messenger.joinCode(code), "no-such-code");
  await assert.rejects(alice.messenger.makeCode({ signal: back.signal }), /changed my mind/);
  await assert.rejects(alice.messenger.joinCode(code, { signal: back.signal }), /changed my mind/);

  const other = await alice.messenger.makeCode();
  const lookAgain = await sender(t, relay, codeOf(other.code));
  const ended = fails(other.result, "closed");
  await alice.messenger.close();
  await ended;
  while ((await lookAgain.lookup()).length > 0);
});

/** Calls when somebody sends for the n-th time on one of the links. */
function onSend(count: number, act: () => void): Environment {
  const dial: Dial = async (relay, options) => {
    const link = await environment.dial(relay, options);
    return {
      relay: link.relay,
      closed: link.closed,
      close: () => link.close(),
      authenticate: (signer) => link.authenticate(signer),
      get: (token) => link.get(token),
      subscribe: (token, window) => link.subscribe(token, window),
      ack: (token, ids) => link.ack(token, ids),
      publish: (token, slot, seconds, document) => link.publish(token, slot, seconds, document),
      lookup: (token, of) => link.lookup(token, of),
      async send(token, receiver, envelope) {
        const sent = await link.send(token, receiver, envelope);
        if (--count === 0) act();
        return sent;
      },
    };
  };
  return { ...environment, dial };
}

test("whoever gives up in the middle ends it for both", LIMIT, async (t) => {
  const relay = await newRelay(t);
  for (const [who, sends] of [
    ["guest", 1],
    ["guest", 2],
    ["inviter", 1],
    ["inviter", 2],
  ] as const) {
    const back = new AbortController();
    const leaver = await newPerson(t, relay, {
      environment: onSend(sends, () => back.abort(new Error("gave up"))),
    });
    const other = await newPerson(t, relay);
    const [alice, bob] = who === "guest" ? [other, leaver] : [leaver, other];
    const signal = { signal: back.signal };
    const { code, result } = await alice.messenger.makeCode(who === "inviter" ? signal : {});
    const joined = bob.messenger.joinCode(code, who === "guest" ? signal : {});
    const [gaveUp, left] = who === "guest" ? [joined, result] : [result, joined];
    await Promise.all([assert.rejects(gaveUp, /gave up/), fails(left, "code-wrong")]);
    for (const { messenger } of [alice, bob]) assert.equal(messenger.contacts().length, 1);
  }
});

test("a code outlives a relay that starts anew before anybody has used it", LIMIT, async (t) => {
  const key = await newRelayKey();
  const relay = await newRelay(t, { key });
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { code, result } = await alice.messenger.makeCode();
  const again = await restart(t, relay, key);
  const look = await sender(t, again, codeOf(code));
  while ((await look.lookup()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await bob.messenger.joinCode(code);
  assert.equal((await result).state, "contact");
});

test("a code can be of another relay than one's own", LIMIT, async (t) => {
  const [relay, other] = [await newRelay(t), await newRelay(t)];
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, other)];
  const { code, result } = await alice.messenger.makeCode();
  await fails(bob.messenger.joinCode(code), "no-such-code");
  assert.notEqual(relayKey(relay), relayKey(other));
  await Promise.all([result, bob.messenger.joinCode(code, { relay: relay.addresses[0]! })]);
  await bob.messenger.send(
    bob.messenger.contacts().find(({ state }) => state === "contact")!.id,
    "over there",
  );
  assert.equal((await alice.next("message")).message.text, "over there");
});
