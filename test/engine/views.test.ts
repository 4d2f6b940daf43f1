/** What faces read besides messages: contacts in full, where their keys were found, and files piece by piece. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { MessengerError } from "@asfaleia/client/messenger";
import { fingerprint } from "@asfaleia/identity";
import { newEd25519 } from "../kit/keys.ts";
import { introduce, newPerson, newRelay } from "./kit.ts";
import { soon } from "./puppet.ts";

const LIMIT = { timeout: 30_000 };
const PART_BYTES = 256_000;

test(
  "a contact shows its timer, its retention, and whether there is a card or was none to be found",
  LIMIT,
  async (t) => {
    const relay = await newRelay(t);
    const alice = await newPerson(t, relay);
    const bob = await newPerson(t, relay);
    const { aToB } = await introduce(alice, bob);
    const found = (): unknown => {
      const { timerMs, retentionMs, hasCard, lookups } = alice.messenger.contact("bob")!;
      return { timerMs, retentionMs, hasCard, lookups };
    };
    assert.deepEqual(found(), { timerMs: 0, retentionMs: undefined, hasCard: true, lookups: 0 });
    await alice.messenger.setTimer(aToB, 60_000);
    await alice.messenger.setRetention(aToB, 0);
    assert.deepEqual(found(), { timerMs: 60_000, retentionMs: 0, hasCard: true, lookups: 0 });
    assert.equal(alice.messenger.contact("me")?.hasCard, true);

    const [key, other] = [newEd25519().signer.publicKey, newEd25519().signer.publicKey];
    const added = await alice.messenger.addKeys([key], "carol");
    assert.deepEqual([added.hasCard, added.lookups], [false, 0]);
    await soon(() => alice.messenger.contact("carol")!.lookups >= 1, "not looked up");
    await alice.messenger.addKeys([other], "carol");
    // The least of both counts: there is one that was not looked for yet.
    const looked = alice.messenger.contact("carol")!;
    const counts = alice.profile.identities.ofContact(looked.id).map(({ lookups }) => lookups);
    assert.equal(looked.lookups, Math.min(...counts));
    assert.equal(looked.hasCard, false);
  },
);

test("sources are kept with a contact", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const { messenger } = await newPerson(t, relay);
  const { id, identities } = await messenger.addKeys([newEd25519().signer.publicKey], "carol");
  const source = { source: "github:carol", checkedAt: 5, fingerprints: identities };
  assert.deepEqual(messenger.sources(id), []);
  await messenger.setSource(id, { ...source, checkedAt: 4, fingerprints: [] });
  await messenger.setSource(id, source);
  assert.deepEqual(messenger.sources(id), [source]);
  const nonsense = [
    { ...source, source: "" },
    { ...source, source: "x".repeat(513) },
    { ...source, source: "\ud800" },
    { ...source, checkedAt: -1 },
    { ...source, checkedAt: 0.5 },
    { ...source, fingerprints: ["SHA256:x y"] },
    { ...source, fingerprints: Array.from({ length: 1_001 }, () => identities[0]!) },
  ];
  for (const wrong of nonsense) await assert.rejects(messenger.setSource(id, wrong), RangeError);
  await assert.rejects(messenger.setSource(999, source), MessengerError);
  for (let n = 1; n < 16; n++) await messenger.setSource(id, { ...source, source: `https://${n}.example` });
  await assert.rejects(messenger.setSource(id, { ...source, source: "one too many" }), RangeError);
  await messenger.setSource(id, { ...source, checkedAt: 6 });
  await messenger.removeSource(id, "github:carol");
  assert.equal(messenger.sources(id).length, 15);
});

test("keys and where they come from are kept together, or nothing is", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const { messenger, profile } = await newPerson(t, relay);
  const key = newEd25519().signer.publicKey;
  const source = { source: "github:carol", fingerprints: [fingerprint(key)] };
  const { put } = profile.sources;
  const broken = new Error("the process ends here");
  (profile.sources as { put: unknown }).put = () => {
    throw broken;
  };
  await assert.rejects(messenger.addKeys([key], "carol", source), broken);
  assert.equal(messenger.contact("carol"), undefined);
  (profile.sources as { put: unknown }).put = put;
  const { id } = await messenger.addKeys([key], "carol", source);
  const [kept] = messenger.sources(id);
  assert.deepEqual({ ...kept, checkedAt: 0 }, { ...source, checkedAt: 0 });
  const wrong = messenger.addKeys([newEd25519().signer.publicKey], "dave", { ...source, source: "" });
  await assert.rejects(wrong, RangeError);
  assert.equal(messenger.contact("dave"), undefined);
});

test("a file is read piece by piece, and only the parts that a piece is in", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay);
  const { aToB, bToA } = await introduce(alice, bob);
  const bytes = new Uint8Array(randomBytes(2 * PART_BYTES + 17));
  await alice.messenger.send(aToB, "look");
  await bob.next("message", ({ message }) => message.text === "look");
  const { file } = await alice.messenger.sendFile(aToB, {
    name: "a.bin",
    type: "application/octet-stream",
    bytes,
  });
  const id = file!.id;
  await bob.next("message", ({ message }) => message.file?.id === id);
  assert.throws(() => bob.messenger.fileChunk(bToA, id, 0, 1), { code: "not-allowed" });
  await bob.messenger.acceptFile(bToA, id);
  await bob.next("file", ({ file: { state } }) => state === "complete");

  const read: number[] = [];
  const { files } = bob.profile;
  const part = files.part.bind(files);
  files.part = (contact, of, index) => {
    read.push(index);
    return part(contact, of, index);
  };
  const pieces: [at: number, length: number, parts: number[]][] = [
    [0, 1, [0]],
    [0, PART_BYTES, [0]],
    [PART_BYTES - 1, 2, [0, 1]],
    [PART_BYTES, PART_BYTES, [1]],
    [5, 2 * PART_BYTES, [0, 1, 2]],
    [bytes.length - 1, 100, [2]],
    [bytes.length, 100, []],
    [bytes.length + 1, 100, []],
    [10 * PART_BYTES, 100, []],
    [7, 0, []],
  ];
  for (const [at, length, parts] of pieces) {
    read.length = 0;
    assert.deepEqual(bob.messenger.fileChunk(bToA, id, at, length), bytes.slice(at, at + length), `${at}`);
    assert.deepEqual(read, parts, `${at}, ${length}`);
  }
  assert.deepEqual(new Uint8Array(bob.messenger.fileBytes(bToA, id)), bytes);
  assert.deepEqual(alice.messenger.fileChunk(aToB, id, 3, 4), bytes.slice(3, 7));
  for (const [at, length] of [
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [0, Number.NaN],
  ] as const)
    assert.throws(() => bob.messenger.fileChunk(bToA, id, at, length), RangeError);
  assert.throws(() => bob.messenger.fileChunk(bToA, "00".repeat(16), 0, 1), { code: "no-such-message" });
});
