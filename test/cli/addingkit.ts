/** People who meet by the command line: real processes, each with an agent that the verbs start. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type Ended, jsonLines, Place, type Running, type RunOptions } from "./kit.ts";

/** Far longer than anything here takes on a machine that is busy. */
const PATIENCE_MS = 60_000;

/** Somebody with a key that has no passphrase; `key` and `key.pub` are in the folder. */
export class Person extends Place {
  constructor(relay: string) {
    super();
    this.env = { ASFALEIA_RELAY: relay, ASFALEIA_AGENT: "on" };
    this.key("key");
  }

  get publicKey(): string {
    return readFileSync(this.path("key.pub"), "utf8").trim();
  }

  /** Runs a verb that has to work. */
  async ok(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const ended = await this.run(args, options);
    assert.equal(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`);
    return ended;
  }

  /** Runs a verb that has to fail. @returns what it says */
  async fails(code: number, says: RegExp, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const ended = await this.run(args, options);
    assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
    assert.match(ended.stderr, says);
    return ended;
  }

  async json(args: readonly string[], options: RunOptions = {}): Promise<Record<string, unknown>[]> {
    return jsonLines((await this.ok([...args, "--json"], options)).stdout);
  }

  /** A profile whose receipts and lookups do not wait. */
  async init(...more: string[]): Promise<this> {
    await this.ok(["init", "-i", "key", "--no-passphrase", ...more]);
    await this.ok(["config", "delays", "0"]);
    return this;
  }

  async card(): Promise<string> {
    return (await this.ok(["card"])).stdout;
  }

  /** Names of contacts, without `me`. */
  async contacts(): Promise<unknown[]> {
    const all = await this.json(["contacts"]);
    return all.filter(({ state }) => state !== "me").map(({ name }) => name);
  }

  async invite(...more: string[]): Promise<string> {
    const [line] = await this.json(["invite", ...more]);
    assert.equal(line?.published, true);
    return String(line?.link);
  }

  /** `asfaleia invite --code`, once it has said the code. */
  async offersCode(...more: string[]): Promise<{ code: string; running: Running }> {
    const running = this.start(["invite", "--code", ...more]);
    await running.says("\n");
    return { code: running.stdout.trim(), running };
  }

  /** The next message that nobody has seen. */
  async hears(): Promise<Record<string, unknown>> {
    const lines = await this.json(["listen", "--count", "1", "--timeout", "60"]);
    const line = lines.find(({ type }) => type === "message");
    assert.ok(line, JSON.stringify(lines));
    return line;
  }

  /** The first message of somebody unknown. */
  async request(): Promise<Record<string, unknown>> {
    let found: Record<string, unknown> | undefined;
    await until(async () => {
      [found] = jsonLines((await this.run(["requests", "--json"])).stdout);
      return found !== undefined;
    }, "somebody unknown has written");
    return found ?? {};
  }

  async says(to: string, text: string): Promise<void> {
    await this.ok(["send", to, text, "--wait", "at-relay", "--timeout", "30"]);
  }
}

/** Makes people, and ends them all at once. */
export class People implements AsyncDisposable {
  readonly #all: Person[] = [];
  readonly #relay: () => string;

  constructor(relay: () => string) {
    this.#relay = relay;
  }

  add(relay = this.#relay()): Person {
    const person = new Person(relay);
    this.#all.push(person);
    return person;
  }

  /** With a profile each. */
  named(...names: string[]): Promise<Person[]> {
    return Promise.all(names.map((name) => this.add().init("--name", name)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((person) => person[Symbol.asyncDispose]()));
  }
}

/** Each says something that the other hears, under the names they have for each other. */
export async function talk(alice: Person, bob: Person, names: { alice: string; bob: string }): Promise<void> {
  await alice.says(names.bob, "from Alice");
  const heard = await bob.hears();
  assert.deepEqual([heard.with, heard.text], [names.alice, "from Alice"]);
  await bob.says(names.alice, "from Bob");
  const answer = await alice.hears();
  assert.deepEqual([answer.with, answer.text], [names.bob, "from Bob"]);
}

/** Alice knows Bob, and he hears of her as of somebody unknown, takes her and answers. */
export async function talkAfterRequest(alice: Person, bob: Person, bobsName: string): Promise<void> {
  await alice.says(bobsName, "who is there?");
  const request = await bob.request();
  assert.equal(request.text, "who is there?");
  await bob.ok(["requests", "accept", String(request.contact), "--as", "alice"]);
  await bob.says("alice", "it is me");
  const answer = await alice.hears();
  assert.deepEqual([answer.with, answer.text], [bobsName, "it is me"]);
}

/** Looks again and again, for what tells nobody that it has happened. */
export async function until(look: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await look()); )
    assert.ok(Date.now() < deadline, `never: ${what}`);
}
