/** Two people, a relay, and everything they say to each other from the command line: real processes throughout. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { after, before, test } from "node:test";
import { type Ended, jsonLines, LAUNCHER, Place, type RunOptions } from "./kit.ts";

let house: Place;
let relay: string;

before(async () => {
  house = new Place();
  relay = (await house.relay()).address;
});
after(() => house[Symbol.asyncDispose]());

/** Somebody with a key that has no passphrase; `key` and `key.pub` are in the folder. */
class Person extends Place {
  constructor() {
    super();
    this.env = { ASFALEIA_RELAY: relay };
    this.key("key");
  }

  get profile(): string {
    return `${this.asfaleiaHome}/default`;
  }

  /** Runs a verb that has to work. */
  async ok(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const ended = await this.run(args, options);
    assert.equal(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`);
    return ended;
  }

  async init(...more: string[]): Promise<this> {
    await this.ok(["init", "-i", "key", "--no-passphrase", ...more]);
    return this;
  }

  /** Receipts and copies go at once, so that nobody has to wait for them. */
  async hurries(): Promise<void> {
    await this.ok(["config", "delays", "0"]);
  }

  async card(): Promise<string> {
    return (await this.ok(["card"])).stdout;
  }

  async json(args: readonly string[], code = 0): Promise<Record<string, unknown>[]> {
    const ended = await this.run([...args, "--json"]);
    assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stderr}`);
    return jsonLines(ended.stdout);
  }

  /** What `listen` shows until so many messages have come. */
  async hears(messages: number, ...more: string[]): Promise<Record<string, unknown>[]> {
    const lines = await this.json(["listen", "--count", String(messages), "--timeout", "20", ...more]);
    return lines.filter(({ type }) => type === "message" || type === "request");
  }
}

/** Two who know each other by their cards. */
async function friends(): Promise<{ alice: Person; bob: Person; [Symbol.asyncDispose](): Promise<void> }> {
  const alice = new Person();
  const bob = new Person();
  await Promise.all([alice.init("--name", "Alice"), bob.init("--name", "Bob")]);
  alice.write("bob.card", await bob.card());
  bob.write("alice.card", await alice.card());
  await Promise.all([
    alice.ok(["add", "bob.card", "--as", "bob"]),
    bob.ok(["add", "alice.card", "--as", "alice"]),
  ]);
  return {
    alice,
    bob,
    async [Symbol.asyncDispose]() {
      await Promise.all([alice[Symbol.asyncDispose](), bob[Symbol.asyncDispose]()]);
    },
  };
}

/** Of the database. */
const PAGE_BYTES = 4096;
/** One page in so many is altered at a time. */
const STEP = 8;

test("init makes a profile for its owner only, says who it is, and is not made twice", async () => {
  await using alice = new Person();
  const { stdout } = await alice.ok(["init", "-i", "key", "--no-passphrase"]);
  const { stdout: whoami } = await alice.ok(["whoami", "-i", "key", "--json"]);
  const [mine] = jsonLines(whoami);
  assert.ok(stdout.includes(String(mine?.fingerprint)));
  assert.match(
    stdout,
    /^protected by {2}the SSH key, whose file has no passphrase: whoever gets both reads/m,
  );
  assert.equal(statSync(alice.profile).mode & 0o777, 0o700);
  for (const name of readdirSync(alice.profile)) {
    assert.equal(statSync(`${alice.profile}/${name}`).mode & 0o077, 0, name);
  }
  const again = await alice.run(["init", "-i", "key", "--no-passphrase"]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /a profile here already/);
  const other = await alice.run(["init", "-i", "key", "--profile", "../x", "--no-passphrase"]);
  assert.equal(other.code, 2);
});

test("an init that the disk had no room for leaves nothing behind, and can be made again", async () => {
  await using alice = new Person();
  // A limit on the size of files stands in for the full disk.
  const small = `ulimit -f 64; exec "$0" "$@"`;
  const words = ["init", "-i", alice.path("key"), "--no-passphrase"];
  const failed = spawnSync("sh", ["-c", small, process.execPath, LAUNCHER, ...words], {
    env: alice.environment(),
    encoding: "utf8",
  });
  assert.equal(failed.status, 1, failed.stderr);
  assert.equal(existsSync(alice.profile), false);
  await alice.init();
});

test("whoever reads no further than they want hears no complaint", async () => {
  await using alice = await new Person().init();
  for (let n = 0; n < 3; n++) await alice.ok(["send", "me", `${n} `.repeat(30_000).slice(0, 60_000)]);
  const ended = spawnSync(
    "sh",
    ["-c", `("$0" "$@"; echo "code $?" >&2) | head -c 1`, process.execPath, LAUNCHER, "history", "me"],
    { env: alice.environment(), encoding: "utf8" },
  );
  assert.equal(ended.stderr, "code 1\n");
});

test("a message arrives once, in both histories, and is found by its words", async () => {
  await using pair = await friends();
  const { alice, bob } = pair;
  await bob.hurries();
  const [queued, ...states] = await alice.json(["send", "bob", "See you at eight"]);
  assert.deepEqual([queued?.type, queued?.with, queued?.state].slice(0, 2), ["state", "bob"]);
  assert.equal([queued, ...states].at(-1)?.state, "at-relay");

  const [heard] = await bob.hears(1);
  assert.deepEqual(
    [heard?.type, heard?.with, heard?.own, heard?.kind, heard?.text, heard?.id],
    ["message", "alice", false, "text", "See you at eight", queued?.id],
  );
  const [aliceKey] = jsonLines((await alice.ok(["whoami", "-i", "key", "--json"])).stdout);
  assert.equal(heard?.from, aliceKey?.fingerprint);
  assert.match(String(heard?.at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  // Shown once, and not again.
  assert.equal((await bob.run(["listen", "--timeout", "1", "--json"])).code, 6);

  const [found] = await bob.json(["search", "eight", "see"]);
  assert.equal(found?.id, heard?.id);
  assert.equal((await bob.run(["search", "nine"])).code, 6);

  // His receipt has left with the message shown; she hears of it.
  await bob.ok(["send", "alice", "Good", "--wait", "at-relay"]);
  await alice.hears(1);
  const [line] = await alice.json(["status", String(queued?.id).slice(0, 8)]);
  assert.equal(line?.state, "delivered");
  const texts = (await alice.json(["history", "bob"]))
    .filter(({ kind }) => kind === "text")
    .map(({ text }) => text);
  assert.deepEqual(texts, ["See you at eight", "Good"]);
});

test("reply, reaction, edit and deletion reach the other side", async () => {
  await using pair = await friends();
  const { alice, bob } = pair;
  const [first] = await alice.json(["send", "bob", "first"]);
  const [second] = await alice.json(["send", "bob", "second"]);
  await bob.hears(2);
  const [, short] = /^([0-9a-f]{8})/.exec(String(first?.id)) ?? [];
  await bob.ok(["reply", String(short), "an answer"]);
  await bob.ok(["react", String(first?.id), "👍"]);
  const [answer] = await alice.hears(1);
  assert.deepEqual([answer?.kind, answer?.text, answer?.replyTo], ["reply", "an answer", first?.id]);

  await alice.ok(["edit", String(first?.id), "first, edited"]);
  await alice.ok(["delete", String(second?.id)]);
  const listening = bob.start(["listen", "--json"]);
  await listening.says(/"type":"changed"[^\n]*"deleted":true/);
  listening.process.kill("SIGINT");
  await listening.ended;
  const history = (await bob.json(["history", "alice"])).filter(({ kind }) => kind !== "notice");
  const by = (id: unknown) => history.find((line) => line.id === id);
  assert.deepEqual([by(first?.id)?.text, by(first?.id)?.edited], ["first, edited", true]);
  assert.deepEqual([by(second?.id)?.text, by(second?.id)?.deleted], ["", true]);
  const shown = (await alice.json(["history", "bob"])).find(({ id }) => id === first?.id);
  const [bobKey] = jsonLines((await bob.ok(["whoami", "-i", "key", "--json"])).stdout);
  assert.deepEqual(shown?.reactions, [{ by: bobKey?.fingerprint, emoji: "👍" }]);
  // Nobody changes what others have said.
  const foreign = await bob.run(["edit", String(first?.id), "mine now"]);
  assert.equal(foreign.code, 2, foreign.stderr);
});

test("a file arrives byte for byte, under a safe name, while both listen", async () => {
  await using pair = await friends();
  const { alice, bob } = pair;
  const bytes = randomBytes(700_000);
  alice.write("cat.png", bytes);
  // A file waits until somebody has answered: so first a word each way.
  await alice.ok(["send", "bob", "hello"]);
  await bob.hears(1);
  await bob.ok(["send", "alice", "hello"]);
  await alice.hears(1);

  const listening = bob.start(["listen", "--json", "--save", "in", "--timeout", "60"]);
  const sending = await alice.run([
    "send",
    "bob",
    "--file",
    "cat.png",
    "--wait",
    "delivered",
    "--timeout",
    "50",
    "--json",
  ]);
  assert.equal(sending.code, 0, sending.stderr + sending.stdout);
  await listening.says(/"saved":/);
  listening.process.kill("SIGINT");
  assert.equal((await listening.ended).code, 130);
  assert.deepEqual(readFileSync(bob.path("in", "cat.png")), bytes);
  assert.equal(statSync(bob.path("in", "cat.png")).mode & 0o777, 0o600);
});

test("somebody unknown waits among the requests until they are accepted", async () => {
  await using alice = await new Person().init();
  await using carol = await new Person().init();
  alice.write("carol.card", await carol.card());
  await alice.ok(["add", "carol.card"]);
  await alice.ok(["send", "carol", "Do you know me?"]);
  const [request] = await carol.hears(1);
  assert.deepEqual([request?.type, request?.text], ["request", "Do you know me?"]);
  const refused = await carol.run(["send", String(request?.with), "no"]);
  assert.deepEqual([refused.code, /accept it first/.test(refused.stderr)], [2, true]);
  const [listed] = await carol.json(["requests"]);
  assert.equal(listed?.id, request?.id);
  const [contact] = await carol.json(["requests", "accept", String(request?.contact), "--as", "alice"]);
  assert.deepEqual([contact?.name, contact?.state], ["alice", "contact"]);
  assert.equal((await carol.run(["requests"])).code, 6);
  await carol.ok(["send", "alice", "Now I do"]);
  assert.equal((await alice.hears(1))[0]?.text, "Now I do");
  await carol.ok(["block", "alice"]);
  const blocked = await carol.run(["send", "alice", "x"]);
  assert.deepEqual([blocked.code, /is blocked/.test(blocked.stderr)], [2, true]);
  await carol.ok(["unblock", "alice"]);
});

test("a bare key whose card is at the relay gets a message; one without a card waits, and says how a letter goes", async () => {
  await using alice = await new Person().init();
  await using bob = await new Person().init();
  await alice.ok(["send", readFileSync(bob.path("key.pub"), "utf8").trim(), "found you"]);
  assert.equal((await bob.hears(1))[0]?.text, "found you");

  await using dave = new Person();
  alice.write("dave.pub", readFileSync(dave.path("key.pub")));
  const { code, stderr, stdout } = await alice.run(["send", "dave.pub", "are you there?", "--json"]);
  assert.equal(code, 10, stderr);
  assert.match(stderr, /send --letter/);
  const [line] = jsonLines(stdout);
  assert.equal(line?.state, "queued");
  assert.equal((await alice.run(["status", String(line?.id)])).code, 10);
  const waited = await alice.run(["send", "dave.pub", "still?", "--wait", "at-relay", "--timeout", "1"]);
  assert.equal(waited.code, 14);
});

test("keys in authorized_keys form are one contact; names that are missed are guessed", async () => {
  await using alice = await new Person().init("--publish", "off");
  await using other = new Person();
  other.key("second");
  const keys = ["key", "second"].map((name) => readFileSync(other.path(`${name}.pub`), "utf8")).join("");
  const { stdout } = await alice.ok(["add", "-", "--as", "robert"], { input: keys });
  assert.equal(stdout.match(/SHA256:/g)?.length, 2);
  assert.match(stdout, /\+--\[ED25519 256\]--\+/);
  const [contact] = await alice.json(["contacts"]).then((all) => all.filter(({ name }) => name === "robert"));
  assert.equal((contact as { identities?: unknown[] } | undefined)?.identities?.length, 2);
  const missed = await alice.run(["history", "rober"]);
  assert.deepEqual([missed.code, /did you mean "robert"/.test(missed.stderr)], [2, true]);
  const digits = (await alice.ok(["verify", "robert", "--confirm"])).stdout.replace(/\s/g, "");
  assert.match(digits, /^[0-9]{60}$/);
  const [verified] = await alice
    .json(["contacts"])
    .then((all) => all.filter(({ name }) => name === "robert"));
  assert.equal(verified?.verified, true);
});

test("a profile that is in use ends a second verb with 7 and the number of the process", async () => {
  await using pair = await friends();
  const { alice } = pair;
  const listening = alice.start(["listen", "--json"]);
  await listening.says(/"up":true/);
  const { code, stderr } = await alice.run(["history", "bob"]);
  assert.equal(code, 7);
  assert.equal(stderr, `asfaleia: the profile is in use by process ${listening.process.pid}\n`);
  listening.process.kill("SIGKILL");
  await listening.ended;
  assert.notEqual((await alice.run(["history", "bob"])).code, 7);
});

test("a passphrase from an askpass program opens the profile, another one ends with 5", async () => {
  await using alice = new Person();
  const askpass = (word: string) => ({
    SSH_ASKPASS: alice.write(`askpass-${word}`, `#!/bin/sh\necho ${word}\n`, 0o700),
    SSH_ASKPASS_REQUIRE: "force",
  });
  const silent = await alice.run(["init", "-i", "key"]);
  assert.deepEqual([silent.code, /--no-passphrase/.test(silent.stderr)], [2, true]);
  assert.equal(existsSync(alice.profile), false);
  const made = await alice.run(["init", "-i", "key", "--passphrase"], { env: askpass("right") });
  assert.equal(made.code, 0, made.stderr);
  const wrong = await alice.run(["status"], { env: askpass("wrong") });
  assert.deepEqual([wrong.code, wrong.stderr], [5, "asfaleia: this does not unlock the profile\n"]);
  const [status] = jsonLines((await alice.run(["status", "--json"], { env: askpass("right") })).stdout);
  assert.equal(status?.protection, "passphrase");
  const nobody = await alice.run(["status"]);
  assert.equal(nobody.code, 5);
});

test("an SSH key with a passphrase protects the profile by itself", async () => {
  await using alice = new Person();
  alice.key("locked", { passphrase: "secret" });
  const env = {
    SSH_ASKPASS: alice.write("askpass", `#!/bin/sh\necho x >> ${alice.path("asked")}\necho secret\n`, 0o700),
    SSH_ASKPASS_REQUIRE: "force",
  };
  const { stdout } = await alice.ok(["init", "-i", "locked"], { env });
  assert.equal(readFileSync(alice.path("asked"), "utf8"), "x\n", "it is asked for once");
  assert.match(stdout, /^protected by {2}the SSH key, whose file has a passphrase$/m);
  await alice.ok(["contacts"], { env });
  assert.equal((await alice.run(["contacts"])).code, 5);
});

test("a damaged profile is told, and what can be read of it is exported", async () => {
  await using pair = await friends();
  const { alice } = pair;
  await alice.ok(["send", "bob", "worth keeping"]);
  await alice.ok(["export", "--out", "whole.jsonl"]);
  assert.equal(statSync(alice.path("whole.jsonl")).mode & 0o777, 0o600);
  assert.match(readFileSync(alice.path("whole.jsonl"), "utf8"), /worth keeping/);
  const file = `${alice.profile}/profile.db`;
  const bytes = readFileSync(file);
  // Which pages hold what is sqlite's affair: a few at a time, until something is missed and not all is lost.
  let lines: Record<string, unknown>[] = [];
  for (let first = 3; first < 3 + STEP && lines.length === 0; first++) {
    const altered = Buffer.from(bytes);
    for (let at = first * PAGE_BYTES; at < altered.length; at += STEP * PAGE_BYTES) altered[at + 100]! ^= 1;
    alice.write("asfaleia/default/profile.db", altered);
    rmSync(alice.path("rest.jsonl"), { force: true });
    const { code, stderr } = await alice.run(["export", "--out", "rest.jsonl"]);
    if (code === 0) continue;
    assert.deepEqual([code, /damaged/.test(stderr)], [7, true]);
    lines = jsonLines(readFileSync(alice.path("rest.jsonl"), "utf8"));
  }
  assert.deepEqual([lines[0]?.type, lines.at(-1)?.type], ["asfaleia", "end"]);
  assert.equal(lines.filter(({ type }) => type === "asfaleia").length, 1);

  alice.write("asfaleia/default/profile.db", bytes.subarray(0, bytes.length - PAGE_BYTES));
  const broken = await alice.run(["contacts"]);
  assert.deepEqual([broken.code, /damaged/.test(broken.stderr)], [7, true]);
});

test("a backup restores contacts and history as a new device", async () => {
  await using pair = await friends();
  const { alice } = pair;
  await alice.ok(["send", "bob", "remember this"]);
  await alice.ok(["backup", "all.age", "--to", "key.pub"]);
  assert.doesNotMatch(readFileSync(alice.path("all.age"), "latin1"), /remember this/);
  assert.equal((await alice.run(["backup", "all.age", "--to", "key.pub"])).code, 2);
  await alice.ok(["restore", "all.age", "-i", "key", "--no-passphrase", "--profile", "second"]);
  const [line] = (await alice.json(["history", "bob", "--profile", "second"])).filter(
    ({ kind }) => kind === "text",
  );
  assert.equal(line?.text, "remember this");
  const [old] = await alice.json(["status"]);
  const [fresh] = await alice.json(["status", "--profile", "second"]);
  assert.notEqual(old?.device, fresh?.device);
});

const ROUNDS = 10;

/** Two profiles of one person listen for a moment, one after the other, until something is so. */
async function inTurns(person: Person, isSo: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    if (await isSo()) return;
    await person.run(["listen", "--timeout", "1"]);
    await person.run(["listen", "--timeout", "1", "--profile", "second"]);
  }
  assert.ok(await isSo(), `not so after ${ROUNDS} rounds`);
}

test("a second installation of one key is confirmed on the first, and both show what is said from then on", async () => {
  await using pair = await friends();
  const { alice } = pair;
  await alice.hurries();
  const made = await alice.ok(["init", "-i", "key", "--no-passphrase", "--profile", "second"]);
  const [, device = ""] = /device confirm (\S+)/.exec(made.stderr) ?? [];
  assert.equal((await alice.run(["send", "bob", "too early", "--profile", "second"])).code, 2);
  await alice.ok(["config", "delays", "0", "--profile", "second"]);
  const first = () => alice.json(["device", "list"]);
  const second = () => alice.json(["status", "--profile", "second"]);
  // Neither runs all the time: each in turn says what it has to say, until the other has heard it.
  await inTurns(alice, async () => (await first()).some(({ id }) => id === device));
  await alice.ok(["device", "confirm", device.slice(0, 8)]);
  await inTurns(alice, async () => (await second())[0]?.confirmed === true);
  await alice.ok(["send", "bob", "by the first"]);
  await inTurns(alice, async () => (await alice.run(["search", "first", "--profile", "second"])).code === 0);
  const [copy] = await alice.json(["search", "first", "--profile", "second"]);
  assert.deepEqual([copy?.text, copy?.own, copy?.with], ["by the first", true, "bob"]);
  const devices = await alice.json(["device", "list"]);
  assert.deepEqual(devices.map(({ id, state }) => [id, state]).at(1), [device, "confirmed"]);
});

test("--ephemeral leaves nothing on the disk, prints its card, and is written to", async () => {
  await using alice = await new Person().init();
  await using ghost = new Person();
  const listening = ghost.start([
    "init",
    "--ephemeral",
    "-i",
    "key",
    "--json",
    "--count",
    "1",
    "--timeout",
    "30",
  ]);
  await listening.says(/"type":"card"/);
  await listening.says(/"up":true/);
  const [line] = jsonLines(listening.stdout);
  alice.write("ghost.card", String(line?.card));
  await alice.ok(["send", "ghost.card", "boo"]);
  const { code, stdout } = await listening.ended;
  assert.equal(code, 0);
  assert.ok(jsonLines(stdout).some(({ type, text }) => type === "request" && text === "boo"));
  assert.equal(existsSync(ghost.asfaleiaHome), false);

  // Another key: the first one's device is gone, and a new one would have to be confirmed by it.
  ghost.key("second");
  ghost.write("alice.card", await alice.card());
  const sent = await ghost.run(["send", "--ephemeral", "-i", "second", "alice.card", "from nowhere"]);
  assert.equal(sent.code, 0, sent.stderr);
  assert.equal((await alice.hears(1))[0]?.text, "from nowhere");
  assert.equal(existsSync(ghost.asfaleiaHome), false);
});

test("settings of the profile and of a conversation are shown, changed and checked", async () => {
  await using pair = await friends();
  const { alice } = pair;
  await alice.ok(["config", "receipts", "on"]);
  assert.equal((await alice.ok(["config", "receipts"])).stdout, "on\n");
  assert.equal((await alice.run(["config", "receipts", "perhaps"])).code, 2);
  assert.equal((await alice.run(["config", "nonsense"])).code, 2);
  await alice.ok(["config", "--with", "bob", "retention", "30d"]);
  const lines = await alice.json(["config", "--with", "bob"]);
  assert.deepEqual(lines, [
    { type: "setting", key: "retention", value: "30d" },
    { type: "setting", key: "timer", value: "off" },
  ]);
});

test("wipe asks, and leaves nothing of the profile", async () => {
  await using alice = await new Person().init();
  const asked = await alice.run(["wipe"]);
  assert.equal(asked.code, 2);
  assert.equal(existsSync(alice.profile), true);
  await alice.ok(["wipe", "--yes"]);
  assert.equal(existsSync(alice.profile), false);
  const gone = await alice.run(["contacts"]);
  assert.deepEqual([gone.code, /asfaleia init makes one/.test(gone.stderr)], [2, true]);
});

test("Ctrl-C leaves everything kept", async () => {
  await using pair = await friends();
  const { alice } = pair;
  const sending = alice.start(["send", "bob", "hold on", "--wait", "delivered", "--timeout", "60", "--json"]);
  await sending.says(/"at-relay"/);
  sending.process.kill("SIGINT");
  const { code, stdout } = await sending.ended;
  assert.equal(code, 130);
  const [line] = jsonLines(stdout);
  assert.equal((await alice.run(["status", String(line?.id)])).code, 11);
});

test("what others say drives no terminal", async () => {
  await using pair = await friends();
  const { alice, bob } = pair;
  await alice.ok(["send", "bob", "\u001b[2Jbold \u202egnirts\r* bob: verified"]);
  const { stdout } = await bob.run(["listen", "--count", "1", "--timeout", "20"]);
  assert.match(stdout, /^ {2}<U\+001B>\[2Jbold <U\+202E>gnirts<U\+000D>\* bob: verified$/m);
  assert.doesNotMatch(stdout, /[\u001b\u202e\r]/);
});

test("a note to oneself is kept", async () => {
  await using alice = await new Person().init();
  await alice.ok(["send", "me", "buy milk"]);
  assert.equal((await alice.json(["history", "me"]))[0]?.text, "buy milk");
});
