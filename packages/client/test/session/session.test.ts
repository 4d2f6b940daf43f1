/** Sessions: how they begin, what becomes of every kind of ciphertext, and that a stage is kept whole or not at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Bundle,
  type Encrypted,
  SessionError,
  type SessionErrorCode,
} from "../../src/session/session.ts";
import {
  hear,
  hears,
  KYBER_ID,
  kept,
  NOW,
  newPair,
  newParty,
  open,
  type Party,
  SIGNED_ID,
  say,
} from "./party.ts";

const DAY_MS = 86_400_000;

async function failsWith(code: SessionErrorCode, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => error instanceof SessionError && error.code === code);
}

/** Alice has begun a session with Bob, who has not heard of it. */
async function opened(
  bundleOf: (bob: Party) => Bundle = ({ bundle }) => bundle,
): Promise<[Party, Party, Encrypted]> {
  const alice = newParty();
  const bob = newParty();
  await open(alice, bob, bundleOf(bob));
  return [alice, bob, await say(alice, bob, "hello")];
}

test("everything is an opening until the answer, and nothing after it", async () => {
  const [alice, bob, first] = await opened();
  const second = await say(alice, bob, "are you there?");
  assert.deepEqual([first.isOpening, second.isOpening], [true, true]);
  assert.deepEqual(await hear(bob, alice, second), {
    kind: "ok",
    plaintext: new Uint8Array(Buffer.from("are you there?")),
    isNew: true,
  });
  const late = await hear(bob, alice, first);
  assert.equal(late.kind === "ok" && late.isNew, false);
  assert.equal(late.kind, "ok");
  const answer = await say(bob, alice, "yes");
  assert.equal(answer.isOpening, false);
  await hears(alice, bob, answer, "yes");
  assert.equal((await say(alice, bob, "good")).isOpening, false);
});

test("one-time prekeys are gone once they were used", async () => {
  const [alice, bob, first] = await opened((party) => party.oneTimeBundle(10));
  assert.deepEqual([bob.store.oneTime.size, bob.store.kyber.size], [1, 2]);
  await hears(bob, alice, first, "hello");
  assert.deepEqual([bob.store.oneTime.size, [...bob.store.kyber.keys()]], [0, [KYBER_ID]]);
  assert.equal(bob.store.kyberUses.size, 0);
  bob.store.sessions.clear();
  assert.deepEqual(await hear(bob, alice, first), { kind: "bad-prekey" });
});

test("a last-resort prekey opens a session only once by the same first message", async () => {
  const [alice, bob, first] = await opened();
  await hears(bob, alice, first, "hello");
  assert.equal(bob.store.kyberUses.size, 1);
  assert.deepEqual(await hear(bob, alice, first), { kind: "repeat" });
  bob.store.sessions.clear();
  bob.store.deviceKeys.clear();
  const before = bob.store.snapshot();
  assert.deepEqual(await hear(bob, alice, first), { kind: "repeat" });
  assert.deepEqual(bob.store.snapshot(), before);
  await open(alice, bob);
  await hears(bob, alice, await say(alice, bob, "anew"), "anew");
  assert.equal(bob.store.kyberUses.size, 2);
});

const PREKEYS = ["signed", "kyber", "oneTime"] as const;
for (const name of PREKEYS) {
  test(`an opening for a ${name} prekey that is not here`, async () => {
    const [alice, bob, first] = await opened((party) => party.oneTimeBundle(10));
    bob.store[name].clear();
    const before = bob.store.snapshot();
    assert.deepEqual(await hear(bob, alice, first), { kind: "bad-prekey" });
    assert.deepEqual(bob.store.snapshot(), before);
  });
}

test("an opening counts for the device key inside it, and for no other", async () => {
  const [alice, bob, { ciphertext }] = await opened();
  const eve = newParty();
  const stage = bob.sessions.stage();
  const untrusted = { kind: "untrusted" };
  assert.deepEqual(await stage.decryptOpening(eve.id, eve.key, ciphertext, NOW), untrusted);
  assert.deepEqual(await stage.decryptOpening(alice.id, eve.key, ciphertext, NOW), untrusted);
  assert.deepEqual(await stage.decryptOpening(eve.id, alice.key, ciphertext, NOW), untrusted);
  assert.deepEqual(await stage.decryptOpening(alice.id, alice.key.subarray(1), ciphertext, NOW), untrusted);
  assert.deepEqual(await stage.decryptOpening(alice.id, new Uint8Array(33), ciphertext, NOW), untrusted);
  assert.deepEqual(await stage.decryptOpening(alice.id, eve.key, Buffer.from("junk"), NOW), untrusted);
  stage.apply();
  assert.deepEqual([bob.store.sessions.size, bob.store.deviceKeys.size], [0, 0]);
});

test("a device whose key was seen is never another one", async () => {
  const [alice, bob, first] = await opened();
  bob.store.deviceKeys.set(alice.id, newParty().key);
  assert.deepEqual(await hear(bob, alice, first), { kind: "untrusted" });
  alice.store.deviceKeys.set(bob.id, newParty().key);
  await failsWith("untrusted", open(alice, bob));
});

test("what is for somebody else is unreadable", async () => {
  const [alice, bob, first] = await opened();
  const eve = newParty();
  assert.deepEqual(await hear(eve, alice, first), { kind: "unreadable" });
  await hears(bob, alice, first, "hello");
  assert.deepEqual(await hear(eve, bob, await say(bob, alice, "secret")), { kind: "no-session" });
  const [carol, dave] = await newPair();
  assert.deepEqual(await hear(dave, carol, await say(bob, alice, "secret")), { kind: "unreadable" });
});

test("an opening is no message, and a message no opening", async () => {
  const [alice, bob, first] = await opened();
  await hears(bob, alice, first, "hello");
  assert.deepEqual(await hear(bob, alice, { ...first, isOpening: false }), { kind: "unreadable" });
  const answer = await say(bob, alice, "hello");
  assert.deepEqual(await hear(alice, bob, { ...answer, isOpening: true }), { kind: "unreadable" });
});

const BAD_BUNDLES: Record<string, (bundle: Bundle) => Bundle> = {
  "a signed prekey with another's signature": (b) => ({
    ...b,
    signed: { ...b.signed, signature: b.kyber.signature },
  }),
  "a Kyber prekey with another's signature": (b) => ({
    ...b,
    kyber: { ...b.kyber, signature: b.signed.signature },
  }),
  "a Kyber prekey that is a Curve25519 key": (b) => ({ ...b, kyber: b.signed }),
  "a signed prekey of no type": (b) => ({ ...b, signed: { ...b.signed, key: new Uint8Array(33) } }),
  "a cut one-time prekey": (b) => ({ ...b, once: { id: 5, key: b.signed.key.subarray(0, 20) } }),
};
for (const [name, change] of Object.entries(BAD_BUNDLES)) {
  test(`nothing begins from ${name}`, async () => {
    const alice = newParty();
    const bob = newParty();
    const stage = alice.sessions.stage();
    await failsWith("bad-bundle", stage.open(bob.id, change(bob.bundle), NOW));
    assert.equal(stage.hasSession(bob.id), false);
    stage.apply();
    assert.deepEqual([alice.store.sessions.size, alice.store.deviceKeys.size], [0, 0]);
  });
}

test("nothing begins with a device by another's name", async () => {
  const [alice, bob, eve] = [newParty(), newParty(), newParty()];
  await failsWith(
    "untrusted",
    kept(alice, (stage) => stage.open(bob.id, eve.bundle, NOW)),
  );
});

test("without a session nothing is said, nor in one without an answer for 30 days", async () => {
  const [alice, bob] = await opened();
  const stage = alice.sessions.stage();
  await failsWith("no-session", stage.encrypt(newParty().id, Buffer.from("a"), NOW));
  assert.equal(stage.hasSession(bob.id, NOW + 29 * DAY_MS), true);
  assert.equal(stage.hasSession(bob.id, NOW + 31 * DAY_MS), false);
  assert.equal(stage.hasSession(bob.id), true);
  await failsWith("no-session", stage.encrypt(bob.id, Buffer.from("a"), NOW + 31 * DAY_MS));
  const [carol, dave] = await newPair();
  assert.equal(carol.sessions.stage().hasSession(dave.id, NOW + 365 * DAY_MS), true);
});

test("an archived session is read and not written", async () => {
  const [alice, bob] = await newPair();
  const underway = await say(bob, alice, "under way");
  const stage = alice.sessions.stage();
  stage.archive(bob.id);
  stage.archive(newParty().id);
  assert.equal(stage.hasSession(bob.id), false);
  await failsWith("no-session", stage.encrypt(bob.id, Buffer.from("a"), NOW));
  stage.apply();
  await open(alice, bob);
  assert.equal((await say(alice, bob, "anew")).isOpening, true);
  await hears(alice, bob, underway, "under way");
});

test("two who begin at the same time understand each other", async () => {
  const [alice, bob] = [newParty(), newParty()];
  await open(alice, bob);
  await open(bob, alice);
  const fromAlice = [await say(alice, bob, "a1"), await say(alice, bob, "a2")];
  const fromBob = [await say(bob, alice, "b1"), await say(bob, alice, "b2")];
  for (const [i, message] of fromBob.entries()) await hears(alice, bob, message, `b${i + 1}`);
  for (const [i, message] of fromAlice.entries()) await hears(bob, alice, message, `a${i + 1}`);
  for (let round = 0; round < 8; round++) {
    const crossing = [await say(alice, bob, "x"), await say(bob, alice, "y")] as const;
    assert.deepEqual([crossing[0].isOpening, crossing[1].isOpening], [false, false]);
    await hears(bob, alice, crossing[0], "x");
    await hears(alice, bob, crossing[1], "y");
    await hears(bob, alice, await say(alice, bob, "z"), "z");
  }
  const sizes = [alice.store.sessions.get(bob.id)!.length, bob.store.sessions.get(alice.id)!.length];
  for (const size of sizes) assert.ok(size < 16_384, `a record of ${size} bytes`);
});

/** Round trips during which a message was under way, and what became of it and of a repeat. */
async function turnsUntilRefused(): Promise<{ held: number; repeated: number }> {
  const kinds = { held: [] as string[], repeated: [] as string[] };
  for (let trips = 0; trips < 9; trips++) {
    const [alice, bob] = await newPair();
    const held = await say(alice, bob, "held");
    const repeated = await say(alice, bob, "repeated");
    await hears(bob, alice, repeated, "repeated");
    for (let trip = 0; trip < trips; trip++) {
      await hears(bob, alice, await say(alice, bob, "there"), "there");
      await hears(alice, bob, await say(bob, alice, "back"), "back");
    }
    kinds.held.push((await hear(bob, alice, held)).kind);
    kinds.repeated.push((await hear(bob, alice, repeated)).kind);
  }
  return { held: kinds.held.indexOf("unreadable"), repeated: kinds.repeated.lastIndexOf("repeat") + 1 };
}

test("a message may be under way for five round trips, and so long a repeat is told from damage", async () => {
  assert.deepEqual(await turnsUntilRefused(), { held: 6, repeated: 6 });
});

test("of more than 2,000 that are skipped at once the oldest look like repeats, though nobody has read them", async () => {
  const [alice, bob] = await newPair();
  const stage = alice.sessions.stage();
  const messages: Encrypted[] = [];
  for (let i = 0; i <= 2_010; i++) messages.push(await stage.encrypt(bob.id, Buffer.from("x"), NOW));
  stage.apply();
  await hears(bob, alice, messages.at(-1)!, "x");
  assert.deepEqual(await hear(bob, alice, messages[0]!), { kind: "repeat" });
  await hears(bob, alice, messages[20]!, "x");
});

test("a damaged message is never taken for another, and changes nothing", async () => {
  const [alice, bob] = await newPair();
  const message = await say(alice, bob, "hello");
  const before = bob.store.snapshot();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(message.ciphertext.length - 1),
      fc.integer({ min: 1, max: 255 }),
      async (at, bits) => {
        const ciphertext = new Uint8Array(message.ciphertext);
        ciphertext[at]! ^= bits;
        const { kind } = await hear(bob, alice, { ...message, ciphertext });
        // A counter that points back looks like a repeat: libsignal sees it before the MAC.
        assert.ok(kind === "unreadable" || kind === "repeat", kind);
        assert.deepEqual(bob.store.snapshot(), before);
      },
    ),
  );
  await hears(bob, alice, message, "hello");
});

test("a damaged opening says what was said, or nothing", async () => {
  const [alice, bob, first] = await opened();
  const before = bob.store.snapshot();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(first.ciphertext.length - 1),
      fc.integer({ min: 1, max: 255 }),
      async (at, bits) => {
        const ciphertext = new Uint8Array(first.ciphertext);
        ciphertext[at]! ^= bits;
        const stage = bob.sessions.stage();
        const outcome = await stage.decryptOpening(alice.id, alice.key, ciphertext, NOW);
        // The registration id is under no MAC.
        if (outcome.kind === "ok") assert.equal(Buffer.from(outcome.plaintext).toString(), "hello");
        else stage.apply();
        assert.deepEqual(bob.store.snapshot(), before);
      },
    ),
  );
  await hears(bob, alice, first, "hello");
});

test("any bytes are an outcome", async () => {
  const [alice, bob] = await newPair();
  const bytes = fc.tuple(fc.constantFrom(0x44, 0x33, 0), fc.uint8Array({ maxLength: 200 }));
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), async ([version, rest], isOpening) => {
      const ciphertext = new Uint8Array([version, ...rest]);
      assert.equal((await hear(bob, alice, { ciphertext, isOpening })).kind, "unreadable");
    }),
  );
});

test("a dropped stage leaves the store as it was, and all of it can be done again", async () => {
  const [alice, bob, first] = await opened((party) => party.oneTimeBundle(10));
  const before = { alice: alice.store.snapshot(), bob: bob.store.snapshot() };
  for (let round = 0; round < 3; round++) {
    const stage = bob.sessions.stage();
    assert.equal((await stage.decryptOpening(alice.id, alice.key, first.ciphertext, NOW)).kind, "ok");
    assert.equal((await stage.encrypt(alice.id, Buffer.from("answer"), NOW)).isOpening, false);
    assert.equal((await stage.decryptOpening(alice.id, alice.key, first.ciphertext, NOW)).kind, "repeat");
    assert.deepEqual(bob.store.snapshot(), before.bob);
    const other = alice.sessions.stage();
    await other.encrypt(bob.id, Buffer.from("more"), NOW);
    other.archive(bob.id);
    assert.deepEqual(alice.store.snapshot(), before.alice);
  }
  await hears(bob, alice, first, "hello");
});

test("a stage sees what it has done, over several devices", async () => {
  const [alice, bob, carol] = [newParty(), newParty(), newParty()];
  const stage = alice.sessions.stage();
  await Promise.all([stage.open(bob.id, bob.bundle, NOW), stage.open(carol.id, carol.bundle, NOW)]);
  const both = [bob, carol].map((to) => stage.encrypt(to.id, Buffer.from("all"), NOW));
  const [toBob, toCarol] = (await Promise.all(both)) as [Encrypted, Encrypted];
  assert.equal(alice.store.sessions.size, 0);
  stage.apply();
  await hears(bob, alice, toBob, "all");
  await hears(carol, alice, toCarol, "all");
});

test("encryptions side by side never share a message key", async () => {
  const [alice, bob] = await newPair();
  const texts = Array.from({ length: 20 }, (_, i) => `text ${i}`);
  const stage = alice.sessions.stage();
  const messages = await Promise.all(texts.map((text) => stage.encrypt(bob.id, Buffer.from(text), NOW)));
  stage.apply();
  for (const [i, message] of messages.entries()) await hears(bob, alice, message, texts[i]!);
});

test("of two stages over one session only one is applied", async () => {
  const [alice, bob] = await newPair();
  const [one, two] = [alice.sessions.stage(), alice.sessions.stage()];
  const first = await one.encrypt(bob.id, Buffer.from("one"), NOW);
  await two.encrypt(bob.id, Buffer.from("two"), NOW);
  one.apply();
  const after = alice.store.snapshot();
  assert.throws(
    () => two.apply(),
    (error) => error instanceof SessionError && error.code === "stale",
  );
  assert.deepEqual(alice.store.snapshot(), after);
  await hears(bob, alice, first, "one");
});

test("a stage is applied once, and not while it is at work", async () => {
  const [alice, bob] = await newPair();
  const stage = alice.sessions.stage();
  const message = stage.encrypt(bob.id, Buffer.from("a"), NOW);
  assert.throws(() => stage.apply(), /at work/);
  assert.throws(() => stage.archive(bob.id), /at work/);
  await message;
  stage.apply();
  assert.throws(() => stage.apply(), /applied already/);
  await assert.rejects(stage.encrypt(bob.id, Buffer.from("b"), NOW), /applied already/);
});

test("after an operation that failed the stage goes on", async () => {
  const [alice, bob] = await newPair();
  const stage = alice.sessions.stage();
  await failsWith("no-session", stage.encrypt(newParty().id, Buffer.from("a"), NOW));
  const message = await stage.encrypt(bob.id, Buffer.from("b"), NOW);
  stage.apply();
  await hears(bob, alice, message, "b");
});

test("what the store throws comes out as it is, and nothing is staged", async () => {
  const [alice, bob, first] = await opened();
  const broken = new RangeError("the disk is full");
  const signedPrekey = bob.store.signedPrekey;
  bob.store.signedPrekey = () => {
    throw broken;
  };
  const stage = bob.sessions.stage();
  await assert.rejects(stage.decryptOpening(alice.id, alice.key, first.ciphertext, NOW), broken);
  bob.store.signedPrekey = signedPrekey;
  assert.equal(stage.hasSession(alice.id), false);
  assert.equal((await stage.decryptOpening(alice.id, alice.key, first.ciphertext, NOW)).kind, "ok");
});

test("a damaged record is an error that names nobody", async () => {
  const [alice, bob] = await newPair();
  const message = await say(alice, bob, "a");
  bob.store.sessions.set(alice.id, Buffer.from("ff00ff", "hex"));
  bob.store.signed.set(SIGNED_ID, Buffer.from("ff00ff", "hex"));
  await failsWith("broken", hear(bob, alice, message));
  await failsWith("broken", say(bob, alice, "b"));
  const carol = newParty();
  await open(carol, bob);
  await failsWith("broken", hear(bob, carol, await say(carol, bob, "c")));
});
