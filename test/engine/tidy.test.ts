/** A long history that is over at once goes piece by piece, and all of it: disappeared, kept no longer, or with its contact. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Profile } from "@asfaleia/client/messenger";
import { message } from "../../packages/client/test/profile/samples.ts";
import { newEd25519 } from "../kit/keys.ts";
import { newPerson, newRelay, type Person, until } from "./kit.ts";

const LIMIT = { timeout: 30_000 };
/** More than go in one transaction. */
const MANY = 1_200;

/** Runs with that many messages of one conversation, each as told. */
async function withHistory(
  t: Parameters<typeof newRelay>[0],
  each: Parameters<typeof message>[1],
): Promise<{ readonly alice: Person; readonly of: number; readonly most: () => number }> {
  const relay = await newRelay(t);
  const { profile, messenger, signer } = await newPerson(t, relay);
  const { id: of } = await messenger.addKeys([newEd25519().signer.publicKey], "carol");
  await messenger.close();
  profile.transaction(() => {
    for (let n = 1; n <= MANY; n++) profile.messages.add(message(of, { n, ...each }));
  });
  const most = countLargest(profile, of);
  return { alice: await newPerson(t, relay, { profile, signer }), of, most };
}

/** The most messages that one transaction has removed. */
function countLargest(profile: Profile, of: number): () => number {
  let largest = 0;
  const { transaction } = profile;
  const count = (): number => profile.messages.last(of, MANY).length;
  (profile as { transaction: unknown }).transaction = <T>(work: () => T): T => {
    const before = count();
    const result = transaction(work);
    largest = Math.max(largest, before - count());
    return result;
  };
  return () => largest;
}

test("messages that disappear at once", LIMIT, async (t) => {
  const { alice, most } = await withHistory(t, { kind: "notice", until: 1_000 });
  await until(() => alice.profile.messages.nextExpiry() === undefined);
  await until(() => alice.events.filter(({ type }) => type === "changed").length === MANY);
  assert.ok(most() > 0 && most() <= 500, `${most()} in one transaction`);
});

test("messages that are kept no longer", LIMIT, async (t) => {
  const { alice, of, most } = await withHistory(t, { arrivedAt: 1_000 });
  await alice.messenger.setRetention(of, 86_400_000);
  await alice.messenger.close();
  const again = await newPerson(t, await newRelay(t), { profile: alice.profile, signer: alice.signer });
  await until(() => again.profile.messages.last(of, 1).length === 0);
  assert.ok(most() > 0 && most() <= 500, `${most()} in one transaction`);
});

test("a contact with all that was said", LIMIT, async (t) => {
  const { alice, of, most } = await withHistory(t, { kind: "notice" });
  await alice.messenger.removeContact(of);
  assert.equal(alice.messenger.contact("carol"), undefined);
  assert.deepEqual(alice.profile.messages.last(of, 1), []);
  assert.ok(most() > 0 && most() <= 500, `${most()} in one transaction`);
  const { id } = alice.messenger.contacts()[0]!;
  await assert.rejects(alice.messenger.removeContact(id), { code: "not-allowed" });
});
