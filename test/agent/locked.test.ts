/** A profile that is locked: who is asked, how often, and what comes of it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { missing } from "../../packages/identity/test/oracle.ts";
import { Place } from "../cli/kit.ts";
import { isAlive, Person, type RawFace, until } from "./kit.ts";

const options = { skip: missing("script") };
const QUESTION = "passphrase for the profile 'default'";

let house: Place;
let relay: string;
/** Protected by the passphrase `secret`. */
let alice: Person;

before(async () => {
  house = new Place();
  relay = (await house.relay()).address;
  alice = await new Person(relay).initLocked("secret");
});
after(async () => {
  await alice[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

test("the passphrase is asked for once, by whoever comes first, and not again", options, async () => {
  const sending = alice.atTerminal(["send", "me", "buy milk"]);
  await sending.says(QUESTION);
  sending.process.stdin?.write("secret\r");
  const { code, stdout } = await sending.ended;
  assert.equal(code, 0, stdout);
  assert.equal(stdout.split(QUESTION).length, 2);
  assert.doesNotMatch(stdout, /secret/);
  // Nobody is there to be asked, and nobody is.
  const history = await alice.run(["history", "me"]);
  assert.deepEqual([history.code, /buy milk/.test(history.stdout)], [0, true]);
  await alice.ok(["agent", "stop"]);
});

test(
  "three wrong passphrases end with 5; Ctrl-C with 130; and the agent waits for the next one",
  options,
  async () => {
    const guessing = alice.atTerminal(["status"]);
    for (let tries = 1; tries <= 3; tries++) {
      await guessing.says(new RegExp(`(?:${QUESTION}[\\s\\S]*){${tries}}`));
      guessing.process.stdin?.write("wrong\r");
    }
    const guessed = await guessing.ended;
    assert.equal(guessed.code, 5);
    assert.equal(guessed.stdout.split("This passphrase does not open the profile.").length, 3);
    assert.match(guessed.stdout, /asfaleia: this does not unlock the profile/);
    const pid = await alice.pid();

    const leaving = alice.atTerminal(["status"]);
    await leaving.says(QUESTION);
    leaving.process.stdin?.write("\u0003");
    assert.equal((await leaving.ended).code, 130);

    // Killed at the question.
    const dying = alice.atTerminal(["status"]);
    await dying.says(QUESTION);
    process.kill(-Number(dying.process.pid), "SIGKILL");
    await dying.ended;

    const nobody = await alice.run(["status"]);
    assert.equal(nobody.code, 5);
    assert.match(
      nobody.stderr,
      /^asfaleia: the passphrase is needed: run this at a terminal, or name an askpass program/,
    );

    const fine = alice.atTerminal(["status"]);
    await fine.says(QUESTION);
    fine.process.stdin?.write("secret\r");
    assert.equal((await fine.ended).code, 0);
    assert.equal(await alice.pid(), pid, "it is the same agent");
    await alice.ok(["agent", "stop"]);
    await until(() => !isAlive(pid), "the agent lives on");
  },
);

/** Asked by somebody who can still be asked. */
const state = async (face: RawFace): Promise<unknown> =>
  (await face.ok("agent.hello", { canAsk: true })).state;

/** What a face says to the question with this id. */
const said = (id: unknown, answer: string | null): string =>
  JSON.stringify({ jsonrpc: "2.0", id, result: { answer } });

test("whoever comes is asked at once; the first right answer lets all in, and takes the other questions back", async () => {
  await alice.agent();
  using one = await alice.face();
  using other = await alice.face();
  using third = await alice.face();
  for (const face of [one, other, third]) await face.ok("agent.hello", { canAsk: true });
  const calls = [one, other, third].map((face) => face.ask("agent.unlock"));
  const [first, second, last] = await Promise.all([one, other, third].map((face) => face.said("ask.secret")));
  assert.equal(first?.params.question, "Enter passphrase for the profile 'default': ");
  // A wrong answer is that face's business: it can try again, and the others are still asked.
  one.write(said(first?.id, "wrong"));
  const refused = (await one.answerTo(calls[0] ?? null)).error;
  assert.deepEqual(
    [refused?.data, refused?.message],
    [{ exit: 5, code: "wrong-key" }, "this does not unlock the profile"],
  );
  const again = one.ask("agent.unlock");
  const asked = await one.until(() => one.lines.filter(({ method }) => method === "ask.secret")[1]);
  // Before it is open nothing else is answered.
  const locked = (await one.call("status.get")).error;
  assert.deepEqual([locked?.code, locked?.message], [3, "the profile is locked: agent.unlock opens it"]);
  other.write(said(second?.id, "secret"));
  assert.deepEqual((await other.answerTo(calls[1] ?? null)).result, {});
  assert.deepEqual((await one.answerTo(again)).result, {});
  assert.deepEqual((await third.answerTo(calls[2] ?? null)).result, {});
  for (const [face, question] of [
    [one, asked.id],
    [third, last?.id],
  ] as const) {
    const back = face.lines.findIndex(({ method }) => method === "call.cancel");
    assert.deepEqual(face.lines[back]?.params, { id: question });
    // In this order, so that the question is gone before anything is said.
    assert.ok(back < face.lines.findLastIndex(({ result }) => result !== undefined));
  }
  assert.equal(other.lines.filter(({ method }) => method === "call.cancel").length, 0);
  // A late answer is none.
  third.write(said(last?.id, "late"));
  assert.equal((await third.ok("agent.hello")).state, "open");
  await alice.ok(["agent", "stop"]);
});

test("one face is asked one question at a time, and a question that nobody wants answered is taken back", async () => {
  await alice.agent();
  using face = await alice.face();
  await face.ok("agent.hello", { canAsk: true });
  const questions = () => face.lines.filter(({ method }) => method === "ask.secret");
  const [first, second] = [face.ask("agent.unlock"), face.ask("agent.unlock")];
  const { id } = await face.said("ask.secret");
  assert.equal(await state(face), "locked");
  assert.equal(questions().length, 1);
  face.write(JSON.stringify({ jsonrpc: "2.0", method: "call.cancel", params: { id: first } }));
  assert.equal((await face.answerTo(first)).error?.code, 4);
  assert.deepEqual((await face.said("call.cancel")).params, { id });
  // The other call is next.
  const next = await face.until(() => questions()[1]);
  // What is said to the question that was taken back opens nothing.
  face.write(said(id, "secret"));
  assert.equal(await state(face), "locked");
  face.write(said(next.id, "secret"));
  assert.deepEqual((await face.answerTo(second)).result, {});
  await alice.ok(["agent", "stop"]);
});

test("whoever cannot be asked gets 5 at once, whoever else is being asked", options, async () => {
  const asked = alice.atTerminal(["status"]);
  await asked.says(QUESTION);
  const nobody = await alice.run(["status"]);
  assert.deepEqual(
    [nobody.code, nobody.stderr.startsWith("asfaleia: the passphrase is needed: run this at a terminal")],
    [5, true],
  );
  asked.process.stdin?.write("secret\r");
  assert.equal((await asked.ended).code, 0);
  await alice.ok(["agent", "stop"]);
});

test("what is no answer leaves the profile locked, and the agent alive", async () => {
  const agent = await alice.agent();
  const answers = [
    { error: { code: 1, message: "no" } },
    { error: { code: 4, message: "interrupted" } },
    { result: {} },
    { result: { answer: 7 } },
    { result: { answer: null } },
    { result: { answer: "" } },
    { result: { answer: "x".repeat(5000) } },
  ];
  for (const answer of answers) {
    using face = await alice.face();
    await face.ok("agent.hello", { canAsk: true });
    const call = face.ask("agent.unlock");
    const { id } = await face.said("ask.secret");
    face.write(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
    const { error } = await face.answerTo(call);
    assert.ok(error?.code === 4 || error?.data?.exit === 5, JSON.stringify({ answer, error }));
    assert.equal((await face.ok("agent.hello")).state, "locked");
  }
  // Who says no hello, or says that nobody is there, is not asked.
  using mute = await alice.face();
  assert.equal((await mute.call("agent.unlock")).error?.data?.exit, 5);
  assert.equal(agent.process.exitCode, null);
  await alice.ok(["agent", "stop"]);
});

test("an askpass program answers in the place of a terminal", async () => {
  const wrong = await alice.run(["status"], { env: alice.askpass("wrong") });
  assert.deepEqual([wrong.code, wrong.stderr], [5, "asfaleia: this does not unlock the profile\n"]);
  const env = alice.askpass("secret");
  const log = `${env.SSH_ASKPASS}.log`;
  const before = readFileSync(log, "utf8");
  await alice.ok(["status"], { env });
  await alice.ok(["contacts"], { env });
  assert.equal(readFileSync(log, "utf8"), `${before}asked\n`);
  await alice.ok(["agent", "stop"]);
});

test("an SSH key with a passphrase unlocks the profile, from any folder", options, async () => {
  await using bob = new Person(relay);
  bob.key("locked", { passphrase: "opens" });
  await bob.ok(["init", "-i", "locked", "--publish", "off"], { env: bob.askpass("opens") });
  const nobody = await bob.run(["contacts"]);
  assert.deepEqual([nobody.code, /needs its passphrase/.test(nobody.stderr)], [5, true]);
  await bob.ok(["agent", "stop"]);
  // It starts the agent, which lives elsewhere: -i is meant from here.
  const opening = bob.atTerminal(["contacts", "-i", "locked"]);
  await opening.says("Enter passphrase for key");
  opening.process.stdin?.write("opens\r");
  const { code, stdout } = await opening.ended;
  assert.equal(code, 0, stdout);
  await bob.ok(["contacts"]);
});

test("nothing secret is among the arguments, in the environment or in the texts of an agent", async () => {
  const { stderr, stdout } = await alice.ok(["send", "me", "w0rds"], { env: alice.askpass("secret") });
  const pid = await alice.pid();
  const shown = readFileSync(`/proc/${pid}/cmdline`, "utf8") + readFileSync(`/proc/${pid}/environ`, "utf8");
  assert.doesNotMatch(shown.replaceAll(alice.askpass("secret").SSH_ASKPASS ?? "", ""), /secret|w0rds/);
  assert.doesNotMatch(stderr + stdout, /secret|w0rds/);
  assert.ok(existsSync(alice.profile));
  await alice.ok(["agent", "stop"]);
});
