/** What a relay gets to see of two people who meet by a spoken code. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "@asfaleia/identity";
import { PACKET_BYTES, rendezvousSeed } from "../../packages/client/test/code/internals.ts";
import { devicePublicKey, ENVELOPE_SIZES, mailboxSigner } from "../../packages/client/test/internals.ts";
import { codeOf, fails, relayKey, wrongWords } from "./codekit.ts";
import { newRelay, type Person } from "./kit.ts";
import type { Seen } from "./recorder.ts";
import { Watch } from "./watched.ts";

const LIMIT = { timeout: 60_000 };
const SECOND_MS = 1_000;

/** All ways in which the SSH key, the device and the name of somebody could be written. */
function tracesOf({ signer, profile }: Person, name: string): Buffer[] {
  const { deviceKey, id } = profile.own.get()!;
  const device = Buffer.from(devicePublicKey(deviceKey));
  const blob = Buffer.from(signer.publicKey.blob);
  const texts = [blob.toString("base64"), fingerprint(signer.publicKey), device.toString("base64"), id, name];
  return [blob, blob.subarray(-32), device.subarray(1), ...texts.map((text) => Buffer.from(text))];
}

/** The connections that had to do with the code, each of one kind. */
function kindOf({ read, sent, lookedUp, published, keys }: Seen, rendezvous: string): string {
  assert.equal(new Set(keys).size, 1, "a connection under one key");
  if (keys[0] === rendezvous) return read.length > 0 && published.length > 0 ? "inviter" : "odd";
  if (published.length > 0) return "odd";
  if (lookedUp.length > 0) return sent.every(({ mailbox }) => mailbox === rendezvous) ? "guest" : "odd";
  return sent.length > 0 ? "answers" : "mailbox";
}

test("it sees a number, keys drawn for the code, and no SSH key, name or card", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const watch = new Watch(t, relay);
  const [alice, bob] = [await watch.person("alice"), await watch.person("bob")];
  const names = { alice: "Alice Liddell of Oxford", bob: "Bob the Builder of Things" };
  alice.profile.settings.set("name", names.alice);
  bob.profile.settings.set("name", names.bob);
  await watch.quiet([alice, bob], SECOND_MS);
  const before = watch.recorder.connections.length;

  const { code, result } = await alice.messenger.makeCode();
  const joined = bob.messenger.joinCode(code);
  const [atAlice, atBob] = await Promise.all([result, joined]);
  assert.deepEqual([atAlice.name, atBob.name], [names.bob, names.alice]);
  const own = [alice, bob].flatMap(({ profile }) => profile.mailboxes.all());
  const isOwn = new Set(own.map((mailbox) => mailbox.fingerprint));
  const connections = watch.recorder.connections
    .slice(before)
    .filter(({ keys }) => !isOwn.has(keys[0] ?? ""));
  const { number, words } = codeOf(code);
  const rendezvous = fingerprint(mailboxSigner(rendezvousSeed(relayKey(relay), number)).publicKey);
  assert.deepEqual(connections.map((seen) => kindOf(seen, rendezvous)).sort(), [
    "answers",
    "guest",
    "inviter",
    "mailbox",
  ]);
  const others = connections.map(({ keys }) => keys[0]).filter((key) => key !== rendezvous);
  assert.equal(new Set(others).size, 3, "one key for each connection");
  const sent = connections.flatMap((seen) => seen.sent.map(({ bytes }) => bytes.length));
  assert.deepEqual(sent, new Array(6).fill(PACKET_BYTES));
  assert.ok(ENVELOPE_SIZES.some((size) => size === PACKET_BYTES));

  await alice.messenger.send(atAlice.id, "hello");
  await bob.messenger.send(atBob.id, "hello");
  await watch.quiet([alice, bob], SECOND_MS);
  const all = watch.recorder.everything();
  for (const trace of [...tracesOf(alice, names.alice), ...tracesOf(bob, names.bob)])
    assert.ok(!all.includes(trace), "a trace of a person");
  for (const word of words) assert.ok(!all.includes(word), "a word of the code");
});

test("a guess that fails looks like one that holds until nothing follows", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const watch = new Watch(t, relay);
  const [alice, bob] = [await watch.person("alice"), await watch.person("bob")];
  await watch.quiet([alice, bob], SECOND_MS);
  const before = watch.mark;
  const shapes = async (isRight: boolean): Promise<string[]> => {
    const from = watch.mark;
    const { code, result } = await alice.messenger.makeCode();
    const { number, words } = isRight ? codeOf(code) : wrongWords(code);
    const joined = bob.messenger.joinCode([number, ...words].join("-"));
    await (isRight
      ? Promise.all([result, joined])
      : Promise.all([fails(result, "code-wrong"), fails(joined, "code-wrong")]));
    const seen = watch.recorder.envelopes.slice(from);
    return seen.map(({ bytes, by }) => `${by} ${Buffer.from(bytes.subarray(0, 3)).toString("hex")}`);
  };
  const right = await shapes(true);
  const wrong = await shapes(false);
  assert.ok(before < watch.mark);
  assert.equal(wrong.length, 4);
  assert.deepEqual(wrong, right.slice(0, 4));
});
