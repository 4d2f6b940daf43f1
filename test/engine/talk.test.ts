/** Two people talk: what is said arrives once, in order, and each knows how far it came. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { introduce, newPerson, newRelay } from "./kit.ts";

test("a text, its answer, and how far each came", async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { aToB, bToA } = await introduce(alice, bob);
  const hello = await alice.messenger.send(aToB, "Hello Bob");
  assert.equal((await bob.next("message")).message.text, "Hello Bob");
  await alice.next("state", ({ state }) => state === "delivered");
  assert.equal(alice.messenger.history(aToB).find(({ id }) => id === hello.id)?.state, "delivered");
  await bob.messenger.reply(bToA, hello.id, "Hello Alice");
  const answer = (await alice.next("message")).message;
  assert.deepEqual([answer.kind, answer.text, answer.replyTo], ["reply", "Hello Alice", hello.id]);
  await bob.next("state", ({ state }) => state === "delivered");
});

test("edits, reactions and deletions are seen on both sides", async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { aToB, bToA } = await introduce(alice, bob);
  const said = await alice.messenger.send(aToB, "Tuesday");
  await bob.next("message");
  await alice.messenger.edit(aToB, said.id, "Wednesday");
  const edited = (await bob.next("changed")).message;
  assert.deepEqual([edited.text, edited.edited], ["Wednesday", true]);
  await bob.messenger.react(bToA, said.id, "👍");
  const reacted = (await alice.next("changed", ({ message }) => message.reactions.length > 0)).message;
  assert.deepEqual(
    reacted.reactions.map(({ emoji }) => emoji),
    ["👍"],
  );
  await assert.rejects(bob.messenger.edit(bToA, said.id, "Thursday"), { code: "not-allowed" });
  await alice.messenger.delete(aToB, said.id);
  const deleted = (await bob.next("changed", ({ message }) => message.deleted)).message;
  assert.equal(deleted.text, "");
});

test("a stranger waits among the requests, and is answered when accepted", async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const aToB = (await alice.messenger.addCard(bob.messenger.card(), "bob")).id;
  const said = await alice.messenger.send(aToB, "You do not know me");
  const request = (await bob.next("request")).message;
  assert.equal(request.text, "You do not know me");
  await assert.rejects(bob.messenger.send(request.contact, "hm"), { code: "not-allowed" });
  await bob.messenger.accept(request.contact, "alice");
  await alice.next("state", ({ id, state }) => id === said.id && state === "delivered");
  await bob.messenger.send(request.contact, "Now I do");
  assert.equal((await alice.next("message")).message.text, "Now I do");
});

test("both write first, at once", async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { aToB, bToA } = await introduce(alice, bob);
  await Promise.all([alice.messenger.send(aToB, "from alice"), bob.messenger.send(bToA, "from bob")]);
  assert.equal((await bob.next("message")).message.text, "from alice");
  assert.equal((await alice.next("message")).message.text, "from bob");
  for (let round = 0; round < 3; round++) {
    await alice.messenger.send(aToB, `a${round}`);
    await bob.messenger.send(bToA, `b${round}`);
    assert.equal((await bob.next("message")).message.text, `a${round}`);
    assert.equal((await alice.next("message")).message.text, `b${round}`);
  }
});

test("a hundred messages each way keep their order", async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { aToB, bToA } = await introduce(alice, bob);
  const texts = Array.from({ length: 100 }, (_, index) => `message ${index}`);
  for (const text of texts) {
    await alice.messenger.send(aToB, text);
    await bob.messenger.send(bToA, text);
  }
  for (const person of [alice, bob]) {
    for (const _ of texts) await person.next("message");
  }
  const heard = (messages: readonly { isOwn: boolean; text: string }[]) =>
    messages.filter(({ isOwn }) => !isOwn).map(({ text }) => text);
  assert.deepEqual(heard(bob.messenger.history(bToA, { limit: 500 })), texts);
  assert.deepEqual(heard(alice.messenger.history(aToB, { limit: 500 })), texts);

  // Read from any line on, page by page, it is the same.
  const all = bob.messenger.history(bToA, { limit: 500 });
  const read = all.slice(0, 1);
  for (;;) {
    const page = bob.messenger.history(bToA, { limit: 30, after: read.at(-1)!.id });
    if (page.length === 0) break;
    assert.ok(page.length <= 30);
    read.push(...page);
  }
  assert.deepEqual(read, all);
  const { id } = all[7]!;
  assert.throws(() => bob.messenger.history(bToA, { before: id, after: id }), RangeError);
  assert.throws(() => bob.messenger.history(bToA, { after: "0".repeat(32) }), { code: "no-such-message" });
});

test("a session that one side has lost is begun anew, and what was said meanwhile arrives", async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { aToB, bToA } = await introduce(alice, bob);
  await alice.messenger.send(aToB, "before");
  await bob.next("message");
  await bob.messenger.send(bToA, "back");
  await alice.next("message");
  for (const device of bob.profile.devices.ofContact(bToA)) bob.profile.sessions.removeSession(device.id);
  await alice.messenger.send(aToB, "after");
  assert.equal((await bob.next("message", ({ message }) => message.text === "after")).message.text, "after");
  await bob.next("notice", ({ what }) => what === "session-reset");
  await bob.messenger.send(bToA, "answer");
  assert.equal(
    (await alice.next("message", ({ message }) => message.text === "answer")).message.text,
    "answer",
  );
});

test("a picture is offered, fetched, and whole", async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { aToB, bToA } = await introduce(alice, bob);
  const bytes = new Uint8Array(randomBytes(1_000_000));
  await alice.messenger.send(aToB, "look");
  await bob.next("message");
  const offer = await alice.messenger.sendFile(aToB, { name: "cat.png", type: "image/png", bytes });
  const { message } = await bob.next("message", ({ message: { kind } }) => kind === "file");
  assert.deepEqual([message.id, message.file?.name, message.file?.size], [offer.id, "cat.png", bytes.length]);
  await bob.messenger.acceptFile(bToA, message.file!.id);
  await bob.next("file", ({ file }) => file.state === "complete");
  assert.deepEqual(Buffer.compare(bob.messenger.fileBytes(bToA, message.file!.id), bytes), 0);
  await alice.next("file", ({ file }) => file.state === "complete");
});

test("found by the SSH key alone, once the card is published", async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const aToB = (await alice.messenger.addKeys([bob.signer.publicKey], "bob")).id;
  const said = await alice.messenger.send(aToB, "are you there?");
  assert.equal(alice.messenger.find(said.id).state, "queued");
  await bob.messenger.publish(bob.signer);
  assert.equal((await bob.next("request")).message.text, "are you there?");
});
