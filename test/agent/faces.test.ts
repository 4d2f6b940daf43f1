/** Two faces of one agent show the same, live; and the verbs do through an agent what they do without one. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import * as v from "valibot";
import { TOLD } from "../../packages/app/test/internals.ts";
import { jsonLines, Place } from "../cli/kit.ts";
import { Person, type RawFace, until } from "./kit.ts";

let house: Place;
let alice: Person;
let bob: Person;

/** Two who know each other, each with an agent. */
before(async () => {
  house = new Place();
  const { address } = await house.relay();
  [alice, bob] = [new Person(address), new Person(address)];
  await Promise.all([alice.init("--name", "Alice"), bob.init("--name", "Bob")]);
  await Promise.all([alice.agent(), bob.agent()]);
  using ofAlice = await alice.face();
  using ofBob = await bob.face();
  const { card: cardOfAlice } = await ofAlice.ok("card.get");
  const { card: cardOfBob } = await ofBob.ok("card.get");
  await ofAlice.ok("contacts.add", { card: cardOfBob, as: "bob" });
  await ofBob.ok("contacts.add", { card: cardOfAlice, as: "alice" });
  for (const face of [ofAlice, ofBob]) await face.ok("settings.set", { name: "delays", value: "0" });
});
after(async () => {
  for (const place of [alice, bob, house]) await place?.[Symbol.asyncDispose]();
});

async function numberOf(face: RawFace, name: string): Promise<number> {
  return Number((await face.ok("contacts.get", { name })).id);
}

test("whatever one face does, and whatever comes, every other face hears, as the schema says", async () => {
  using one = await alice.face();
  using other = await alice.face();
  using third = await bob.face();
  for (const face of [one, other, third]) await face.ok("events.subscribe");
  const contact = await numberOf(one, "bob");
  const back = await numberOf(third, "alice");

  const said = await one.ok("messages.send", { contact, text: "See you at eight" });
  const isSaid = ({ message }: { message: { id: string } }) => message.id === said.id;
  for (const face of [one, other]) await face.event("said", isSaid as never);
  const arrived = await third.event("message", isSaid as never);
  assert.equal((arrived.message as unknown as { text: string }).text, "See you at eight");
  for (const face of [one, other])
    await face.event("state", ({ id, state }) => id === said.id && state !== "queued");

  const later = await one.ok("messages.send", { contact, text: "or at nine" });
  const ids = async (params: object) =>
    ((await one.ok("messages.history", { contact, ...params })) as unknown as { id: string }[]).map(
      ({ id }) => id,
    );
  assert.deepEqual(await ids({ after: said.id }), [later.id]);
  assert.deepEqual(await ids({ after: later.id }), []);
  assert.deepEqual((await ids({ before: later.id })).slice(-1), [said.id]);
  const { error } = await one.call("messages.history", { contact, before: said.id, after: said.id });
  assert.equal(error?.code, -32602);
  await third.event("message", ({ message }) => (message as unknown as { id: string }).id === later.id);

  await third.ok("messages.markRead", { contact: back, id: said.id });
  await third.event("read", ({ id }) => id === said.id);
  for (const face of [one, other])
    await face.event(
      "state",
      ({ id, state }) => id === said.id && (state === "delivered" || state === "read"),
    );

  await third.ok("messages.react", { contact: back, id: said.id, emoji: "👍" });
  const reacted = ({ message }: { message: { id: string; reactions: unknown[] } }) =>
    message.reactions.length > 0;
  for (const face of [one, other]) await face.event("changed", reacted as never);

  await one.ok("messages.edit", { contact, id: said.id, text: "See you at nine" });
  const isEdited = ({ message }: { message: { text: string } }) => message.text === "See you at nine";
  for (const face of [one, other, third]) await face.event("changed", isEdited as never);

  const answer = await third.ok("messages.reply", { contact: back, to: said.id, text: "Fine" });
  for (const face of [one, other])
    await face.event(
      "message",
      (({ message }: { message: { id: string } }) => message.id === answer.id) as never,
    );

  const bytes = randomBytes(300_000);
  const { upload } = await third.ok("files.begin", {
    contact: back,
    name: "cat.png",
    type: "image/png",
    size: bytes.length,
  });
  for (let at = 0; at < bytes.length; at += 150_000)
    await third.ok("files.put", { upload, bytes: bytes.subarray(at, at + 150_000).toString("base64") });
  const sent = await third.ok("files.send", { upload });
  const file = (sent.file as { id: string }).id;
  for (const face of [one, other])
    await face.event(
      "message",
      (({ message }: { message: { file?: { id: string } } }) => message.file?.id === file) as never,
    );
  await other.ok("files.accept", { contact, file });
  for (const face of [one, other])
    await face.event(
      "file",
      (({ file: { state } }: { file: { state: string } }) => state === "complete") as never,
    );
  const pieces: Buffer[] = [];
  for (let at = 0; ; at += pieces.at(-1)?.length ?? 0) {
    const piece = await one.ok("files.read", { contact, file, at });
    pieces.push(Buffer.from(String(piece.bytes), "base64"));
    if (pieces.at(-1)?.length === 0) break;
  }
  assert.deepEqual(Buffer.concat(pieces), bytes);

  await other.ok("contacts.rename", { contact, name: "robert" });
  await one.event("contacts");
  await other.ok("contacts.rename", { contact, name: "bob" });
  await one.ok("settings.set", { name: "receipts", value: "off" });
  await other.event("settings");
  await one.ok("settings.set", { name: "receipts", value: "on" });

  // What a face is told is what the documents say, and both were told the same, in the same order.
  await one.ok("agent.hello");
  await other.ok("agent.hello");
  const told = [one, other].map((face) => face.lines.filter(({ method }) => method === "event"));
  for (const { params } of told.flat())
    assert.equal(v.is(TOLD.event.params, params), true, JSON.stringify(params));
  assert.deepEqual(told[0], told[1]);

  await other.ok("events.unsubscribe");
  const before = other.lines.length;
  const last = await one.ok("messages.send", { contact, text: "unheard" });
  await one.event("said", (({ message }: { message: { id: string } }) => message.id === last.id) as never);
  await other.ok("agent.hello");
  assert.equal(other.lines.length, before + 1);
});

test("send, listen, reply, react, edit, delete and status do the same through an agent", async () => {
  const [first, ...states] = await alice.json(["send", "bob", "first"]);
  assert.equal([first, ...states].at(-1)?.state, "at-relay");
  const listening = bob.start(["listen", "--json"]);
  await listening.says(/"text":"first"/);
  await bob.ok(["reply", String(first?.id).slice(0, 8), "an answer"]);
  await listening.says(/"type":"message"[^\n]*"text":"an answer"/);
  const hearing = alice.start(["listen", "--json"]);
  await hearing.says(/"text":"an answer"/);
  hearing.process.kill("SIGINT");
  const heard = jsonLines((await hearing.ended).stdout);
  const answer = heard.find(({ kind, text }) => kind === "reply" && text === "an answer");
  assert.equal(answer?.replyTo, first?.id);
  await alice.ok(["react", String(answer?.id), "👍"]);
  await listening.says(/"type":"changed"[^\n]*"emoji":"👍"/);
  await alice.ok(["edit", String(first?.id), "first, edited"]);
  await listening.says(/"text":"first, edited"/);
  await alice.ok(["delete", String(first?.id)]);
  await listening.says(/"type":"changed"[^\n]*"deleted":true/);
  listening.process.kill("SIGINT");
  assert.equal((await listening.ended).code, 130);
  const { stdout } = await alice.ok(["rpc", "messages.find", JSON.stringify({ id: first?.id })]);
  assert.equal(JSON.parse(stdout).deleted, true);
  const refused = await alice.run(["rpc", "messages.find", '{"id":"zz"}']);
  assert.deepEqual(
    [refused.code, refused.stderr],
    [2, "asfaleia: the parameter id is not as docs/rpc.md says\n"],
  );
});

test("a file goes through two agents byte for byte, and is saved by the one who listens", async () => {
  const bytes = randomBytes(400_000);
  alice.write("dog.png", bytes);
  const listening = bob.start(["listen", "--json", "--save", "in", "--timeout", "60"]);
  const sending = await alice.run([
    "send",
    "bob",
    "--file",
    "dog.png",
    "--wait",
    "delivered",
    "--timeout",
    "50",
  ]);
  assert.equal(sending.code, 0, sending.stderr);
  await listening.says(/"saved":"[^"]*dog\.png"/);
  listening.process.kill("SIGINT");
  await listening.ended;
  assert.deepEqual(readFileSync(bob.path("in", "dog.png")), bytes);
});

test("device list, settings and export are those of the profile that the agent has", async () => {
  const [status] = await alice.json(["status"]);
  const devices = await alice.json(["device", "list"]);
  assert.deepEqual(
    devices.map(({ id, state }) => [id, state]),
    [[status?.device, "confirmed"]],
  );
  await alice.ok(["config", "--with", "bob", "retention", "30d"]);
  const [retention] = await alice.json(["config", "--with", "bob"]);
  assert.deepEqual(retention, { type: "setting", key: "retention", value: "30d" });
  const { stdout } = await alice.ok(["export"]);
  assert.deepEqual([jsonLines(stdout)[0]?.what, jsonLines(stdout).at(-1)?.type], ["export", "end"]);
});

test("whoever stops the agent ends what listens elsewhere, with a word", async () => {
  const listening = bob.start(["listen"]);
  using face = await bob.face();
  await face.ok("events.subscribe");
  const events = bob.start(["rpc", "events"]);
  await until(async () => {
    await face.ok("settings.set", { name: "receipts", value: "on" });
    return events.stdout !== "";
  }, "no event is printed");
  await alice.ok(["send", "bob", "are you there?"]);
  await listening.says("are you there?");
  await events.says("are you there?");
  await bob.ok(["agent", "stop"]);
  for (const running of [listening, events]) {
    const { code, stderr } = await running.ended;
    assert.deepEqual([code, stderr], [1, "asfaleia: the agent was stopped\n"]);
  }
  assert.deepEqual((await face.said("closing")).params, { message: "the agent was stopped", exit: 1 });
  await face.closed();
  // Its socket is gone, the profile is free, and it is told that none runs.
  assert.deepEqual(bob.sockets(), []);
  await bob.ok(["status", "--no-agent"]);
  assert.equal((await bob.run(["agent", "stop"])).code, 6);
});
