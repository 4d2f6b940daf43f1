/** How agents begin and end where things go wrong: killed at any moment, two at once, the folder gone under them. */
import assert from "node:assert/strict";
import { chmodSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { runAgent } from "../../packages/app/test/internals.ts";
import { missing } from "../../packages/identity/test/oracle.ts";
import { Place } from "../cli/kit.ts";
import { inTime, isAlive, Person, until } from "./kit.ts";

/** `ROUNDS=50` takes some minutes. */
const ROUNDS = Number(process.env.ROUNDS ?? 4);

let house: Place;
let relay: string;
let alice: Person;

before(async () => {
  house = new Place();
  relay = (await house.relay()).address;
  alice = await new Person(relay).init();
});
after(async () => {
  await alice[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

test("of two agents that start at once one listens, and the other ends with 7 and leaves it alone", async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const both = [alice.start(["agent"]), alice.start(["agent"])];
    const first = await Promise.race(both.map(async (one) => ((await one.ended).code === 7 ? one : one)));
    const [winner] = both.filter((one) => one !== first);
    assert.ok(winner);
    const { code, stderr } = await first.ended;
    assert.deepEqual(
      [code, /^asfaleia: the profile is in use by process \d+\n$/.test(stderr)],
      [7, true],
      stderr,
    );
    await winner.says("listening");
    assert.equal(await alice.pid(), winner.process.pid);
    assert.equal(alice.sockets().length, 1);
    winner.process.kill("SIGTERM");
    assert.equal((await winner.ended).code, 0);
    assert.deepEqual(alice.sockets(), []);
  }
});

test("verbs that need an agent at once all get the same one", async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const all = await Promise.all([1, 2, 3].map((nth) => alice.run(["send", "me", `${round}.${nth}`])));
    for (const { code, stderr } of all) assert.equal(code, 0, stderr);
    await alice.ok(["agent", "stop"]);
  }
  const { stdout } = await alice.ok(["history", "me", "--limit", "500"]);
  for (let round = 0; round < ROUNDS; round++)
    for (const nth of [1, 2, 3]) assert.equal(stdout.split(`${round}.${nth}`).length, 2, `${round}.${nth}`);
  await alice.ok(["agent", "stop"]);
});

test("killed at any moment, an agent leaves nothing that the next one minds", async () => {
  const measured = performance.now();
  const whole = await alice.agent();
  const takes = performance.now() - measured;
  whole.process.kill("SIGKILL");
  await whole.ended;
  for (let round = 1; round <= 2 * ROUNDS; round++) {
    const agent = alice.start(["agent"]);
    // All through its start, and somewhat longer.
    await sleep((1.2 * takes * round) / (2 * ROUNDS));
    agent.process.kill("SIGKILL");
    await agent.ended;
  }
  await alice.ok(["send", "me", "after all of them"]);
  assert.match((await alice.ok(["history", "me"])).stdout, /after all of them/);
  assert.equal(alice.sockets().length, 1);
  await alice.ok(["agent", "stop"]);
  assert.deepEqual(alice.sockets(), []);
});

test("an agent that was asked to end while it was loaded ends", async () => {
  const named = process.env.XDG_RUNTIME_DIR;
  process.env.XDG_RUNTIME_DIR = alice.runtime;
  const running = runAgent({
    where: { home: alice.asfaleiaHome, name: "default", folder: alice.profile },
    values: {},
    idleMs: undefined,
    waitMs: 1000,
    signal: AbortSignal.abort(new Error("SIGTERM")),
    onListening: () => assert.fail("it goes on"),
  });
  if (named === undefined) delete process.env.XDG_RUNTIME_DIR;
  else process.env.XDG_RUNTIME_DIR = named;
  await inTime(running, "it goes on");
  assert.deepEqual(alice.sockets(), []);
});

test("SIGTERM, SIGINT and SIGHUP end it with 0; calls that are under way are answered or hung up on, with a word", async () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    const agent = await alice.agent();
    using face = await alice.face();
    await face.ok("agent.hello");
    const [{ id: me } = { id: 0 }] = (await face.ok("contacts.list")) as unknown as { id: number }[];
    for (let nth = 0; nth < 60; nth++)
      face.ask("messages.send", { contact: me, text: `${signal} ${nth}` }, nth);
    for (let nth = 100; nth < 160; nth++) face.ask("outbox.quiet", { ms: 600_000 }, nth);
    const last = await face.answerTo(0);
    agent.process.kill(signal);
    assert.deepEqual((await face.said("closing")).params, { message: "the agent was stopped", exit: 1 });
    await face.closed();
    const { code, stderr } = await agent.ended;
    assert.deepEqual([code, stderr], [0, ""], signal);
    assert.deepEqual(alice.sockets(), []);
    // What was answered is kept.
    const kept = face.lines.flatMap(({ result }) =>
      result?.text === undefined ? [] : [String(result.text)],
    );
    assert.ok(kept.includes(String(last.result?.text)));
    const { stdout } = await alice.ok(["history", "me", "--limit", "500", "--no-agent"]);
    for (const text of kept) assert.ok(stdout.includes(text), text);
  }
});

test("the end of a login, which ends agent and faces at once, leaves nothing and loses nothing", async () => {
  const agent = await alice.agent();
  const listening = alice.start(["rpc", "events"]);
  using face = await alice.face();
  await until(async () => {
    await face.ok("settings.set", { name: "receipts", value: "on" });
    return listening.stdout !== "";
  }, "nobody listens");
  for (const { process } of [listening, agent]) process.kill("SIGTERM");
  rmSync(`${alice.runtime}/asfaleia`, { recursive: true, force: true });
  assert.equal((await agent.ended).code, 0);
  // Whichever of the two came first.
  assert.ok([1, 143].includes(Number((await listening.ended).code)));
  await alice.ok(["status", "--no-agent"]);
});

test("an agent whose profile is removed ends with 7 and says so, and one of the profile that comes after lives", async () => {
  await using bob = await new Person(relay).init();
  const agent = await bob.agent();
  using face = await bob.face();
  await face.ok("agent.hello");
  rmSync(bob.profile, { recursive: true });
  assert.deepEqual((await face.said("closing")).params, {
    message: "the folder of the profile is gone",
    exit: 7,
  });
  const { code, stderr } = await agent.ended;
  assert.deepEqual([code, stderr], [7, "asfaleia: the folder of the profile is gone\n"]);
  assert.deepEqual(bob.sockets(), []);

  await bob.init();
  await bob.ok(["send", "me", "anew"]);
  // Locked, it notices too.
  await bob.ok(["agent", "stop"]);
  rmSync(bob.profile, { recursive: true });
  await bob.initLocked("secret");
  const locked = await bob.agent();
  renameSync(bob.profile, `${bob.profile}-moved`);
  assert.equal((await locked.ended).code, 7);
});

test("an agent that finds another socket in its place ends, and leaves that where it is", async () => {
  const agent = await alice.agent();
  const [path = ""] = alice.sockets();
  const server = createServer();
  const beside = alice.path("other.sock");
  await new Promise<void>((resolve) => server.listen(beside, resolve));
  renameSync(beside, path);
  const { ino } = statSync(path);
  assert.equal((await agent.ended).code, 0);
  assert.equal(statSync(path).ino, ino);
  server.close();
  rmSync(path, { force: true });
});

test("a verb that comes while an agent ends starts another one", async () => {
  const agent = await alice.agent();
  const [path = ""] = alice.sockets();
  agent.process.kill("SIGTERM");
  await agent.ended;
  // As a connection ends that nobody has taken any more.
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  chmodSync(path, 0o600);
  await alice.ok(["status"]);
  server.close();
  await alice.ok(["status"]);
  await alice.ok(["agent", "stop"]);
});

test("agent stop ends while the agent is stopped, by Ctrl-C", { skip: missing("script") }, async () => {
  const agent = await alice.agent();
  process.kill(Number(agent.process.pid), "SIGSTOP");
  const stopping = alice.start(["agent", "stop"]);
  await sleep(300);
  stopping.process.kill("SIGINT");
  assert.equal((await stopping.ended).code, 130);
  process.kill(Number(agent.process.pid), "SIGCONT");
  await alice.ok(["agent", "stop"]);
  await agent.ended;
});

test("a relay of its own that does not end keeps no agent from ending", async () => {
  await using carol = new Person("here=127.0.0.1:0");
  const port = 20_000 + (process.pid % 20_000);
  carol.env = { ASFALEIA_AGENT: "on" };
  await carol.ok([
    "init",
    "-i",
    "key",
    "--no-passphrase",
    "--publish",
    "off",
    "--relay",
    `here=127.0.0.1:${port}`,
  ]);
  const agent = await carol.agent();
  const relayPid = await relayOf(Number(agent.process.pid));
  process.kill(relayPid, "SIGSTOP");
  agent.process.kill("SIGTERM");
  assert.equal((await inTime(agent.ended, "it waits for its relay")).code, 0);
  await until(() => !isAlive(relayPid), "the relay lives on");
});

/** The relay that an agent has started: a child by itself is not one before it has become that program. */
async function relayOf(agent: number): Promise<number> {
  let found: number | undefined;
  await until(() => {
    const children = readFileSync(`/proc/${agent}/task/${agent}/children`, "utf8").split(" ").map(Number);
    found = children.find(
      (pid) => pid > 1 && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--attached"),
    );
    return found !== undefined;
  }, "it runs no relay");
  return Number(found);
}
