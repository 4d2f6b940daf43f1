/** Mallory, a contact of Bob's on whose side nothing cleans anything, and Bob's programs with every byte that they write. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { type MessageView, readCardText, writeCardText } from "@asfaleia/client/messenger";
import type { Relay } from "@asfaleia/relay";
import xterm from "@xterm/headless";
import { Person, type RawFace } from "../agent/kit.ts";
import { LAUNCHER, Place, type Running, shellWord } from "../cli/kit.ts";
import { newPerson, type Person as Somebody } from "../engine/kit.ts";
import { NASTIES } from "../kit/nasties.ts";

/** Far longer than anything here takes on a machine that is busy. */
const PATIENCE_MS = 60_000;

/** Where a hostile contact and Bob meet. */
export class Stage implements AsyncDisposable {
  readonly relay: string;
  readonly bob: Person;
  readonly mallory: Somebody;
  /** The number of the contact, at Mallory's. */
  readonly toBob: number;
  readonly #house: Place;
  readonly #agent: Running;
  readonly #ends: (() => unknown)[];

  private constructor(
    house: Place,
    relay: string,
    bob: Person,
    agent: Running,
    mallory: Somebody,
    toBob: number,
    ends: (() => unknown)[],
  ) {
    this.#house = house;
    this.relay = relay;
    this.bob = bob;
    this.#agent = agent;
    this.mallory = mallory;
    this.toBob = toBob;
    this.#ends = ends;
  }

  /**
   * @param name what Bob calls Mallory
   * @param env of Bob's agent
   */
  static async open(name = "mallory", env: Record<string, string> = {}): Promise<Stage> {
    const house = new Place();
    const { address } = await house.relay(["--rate", "1000000"]);
    const bob = await new Person(address).init("--name", "Bob");
    const agent = await bob.agent([], { env });
    const ends: (() => unknown)[] = [];
    const mallory = await newPerson(untilTheEnd(ends), { addresses: [address] } as unknown as Relay);
    using face = await bob.face();
    await face.ok("settings.set", { name: "delays", value: "0" });
    const { card } = await face.ok("card.get");
    await face.ok("contacts.add", { card: writeCardText(mallory.messenger.card()), as: name });
    const { id } = await mallory.messenger.addCard(readCardText(String(card))!, "bob");
    return new Stage(house, address, bob, agent, mallory, id, ends);
  }

  /** Mallory, as Bob's agent numbers contacts. */
  async atBobs(face: RawFace, name = "mallory"): Promise<number> {
    return Number((await face.ok("contacts.get", { name })).id);
  }

  async says(text: string): Promise<MessageView> {
    return this.mallory.messenger.send(this.toBob, text);
  }

  /** A file that is offered; undefined where the rules of the format take no such name or type. */
  async offers(
    name: string,
    type = "image/png",
    bytes: Uint8Array = new Uint8Array([1, 2, 3]),
  ): Promise<MessageView | undefined> {
    try {
      return await this.mallory.messenger.sendFile(this.toBob, { name, type, bytes });
    } catch (error) {
      assert.match((error as Error).message, /name or type/);
      return undefined;
    }
  }

  /** Resolves when Bob has what Mallory said last, and with it all before; rejects when his agent ends. */
  async heard(last: MessageView): Promise<void> {
    const heard = this.mallory.next(
      "state",
      ({ id, state }) => id === last.id && (state === "delivered" || state === "read"),
    );
    const over = this.#agent.ended.then(({ code, signal }) => {
      throw new Error(`the agent has ended: ${code ?? signal}`);
    });
    await Promise.race([heard, over]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    await this.bob[Symbol.asyncDispose]();
    await this.#house[Symbol.asyncDispose]();
  }
}

/** As much of a test's context as people take, for what several tests share. */
function untilTheEnd(ends: (() => unknown)[]): TestContext {
  return { after: (end: () => unknown) => ends.push(end) } as unknown as TestContext;
}

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Record<string, string>;
}

/** A program at a pseudo-terminal, and every byte that it has written there. */
export class Pty implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly #pieces: Buffer[] = [];
  readonly #ended: Promise<number | null>;
  readonly #watchers = new Set<() => void>();
  isOver = false;
  /** Told of every piece as it comes. */
  onBytes: (bytes: Buffer) => void = () => {};

  constructor(place: Place, args: readonly string[], { columns = 80, rows = 24, env = {} }: PtyOptions = {}) {
    const command = [process.execPath, LAUNCHER, ...args].map(shellWord).join(" ");
    const sized = `stty rows ${rows} cols ${columns}; exec ${command}`;
    this.process = spawn("script", ["-qefc", sized, "/dev/null"], {
      env: { ...place.environment(env), TERM: "xterm-256color", SHELL: "/bin/sh" },
      stdio: ["pipe", "pipe", "inherit"],
      detached: true,
      cwd: place.folder,
    });
    const { promise, resolve } = Promise.withResolvers<number | null>();
    this.#ended = promise;
    this.process.stdin?.on("error", () => {});
    this.process.stdout?.on("data", (piece: Buffer) => {
      this.#pieces.push(piece);
      this.onBytes(piece);
      for (const wake of this.#watchers) wake();
    });
    this.process.on("close", (code) => {
      this.isOver = true;
      resolve(code);
      for (const wake of this.#watchers) wake();
    });
  }

  /** Everything that reached the terminal. */
  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  get text(): string {
    return this.bytes.toString("utf8");
  }

  types(keys: string): void {
    this.process.stdin?.write(keys);
  }

  /** Looks whenever something was written, until it is so. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!isSo()) {
      if (this.isOver) throw new Error(`${what}: it has ended: ${this.text.slice(-500)}`);
      if (performance.now() > end) throw new Error(`${what}: ${JSON.stringify(this.text.slice(-2_000))}`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.#watchers.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, 20);
        this.#watchers.add(wake);
      });
    }
  }

  says(text: string): Promise<void> {
    return this.until(() => this.text.includes(text), `says ${text}`);
  }

  /** Its exit code. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isOver && this.process.pid) {
      try {
        process.kill(-this.process.pid, "SIGKILL");
      } catch {
        this.process.kill("SIGKILL");
      }
    }
    await this.#ended;
  }
}

/** Texts as a messenger takes them: one of each kind, between words that are found again. */
export const TEXTS: readonly string[] = Object.values(NASTIES).map(
  (text, nth) => `evil ${nth} ${text.toWellFormed()} live`,
);

/** The chat on a pseudo-terminal, and a terminal emulator that shows what comes out of it. */
export class Chat implements AsyncDisposable {
  readonly pty: Pty;
  readonly xterm: InstanceType<typeof xterm.Terminal>;

  constructor(place: Place, { columns = 80, rows = 24, env = {} }: PtyOptions = {}) {
    this.xterm = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.pty = new Pty(place, [], { columns, rows, env: { ASFALEIA_DOWNLOADS: place.path("in"), ...env } });
    this.pty.onBytes = (bytes) => this.xterm.write(bytes);
  }

  /** What is on the screen, right blanks cut off. */
  screen(): string[] {
    const buffer = this.xterm.buffer.active;
    return Array.from({ length: this.xterm.rows }, (_, row) =>
      (buffer.getLine(row)?.translateToString(true) ?? "").trimEnd(),
    );
  }

  /** What stands in one cell. */
  cell(row: number, column: number): string {
    return this.xterm.buffer.active.getLine(row)?.getCell(column)?.getChars() ?? "";
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!isSo()) {
      const shown = this.screen().join("\n");
      assert.ok(!this.pty.isOver && performance.now() < end, `${what}\n${shown}`);
      await new Promise<void>((resolve) => this.xterm.write("", () => setTimeout(resolve, 5)));
    }
  }

  shows(what: string | RegExp): Promise<void> {
    return this.until(() => {
      const text = this.screen().join("\n");
      return typeof what === "string" ? text.includes(what) : what.test(text);
    }, `shows ${what}`);
  }

  types(keys: string): void {
    this.pty.types(keys);
  }

  /** How long a letter takes to the screen and back, in milliseconds; it is taken out again. */
  async echo(letter = "q"): Promise<number> {
    const shown = `› ${letter}`;
    const start = performance.now();
    this.types(letter);
    await this.until(() => this.screen().some((row) => row.includes(shown)), "no echo");
    const took = performance.now() - start;
    this.types("\x7f");
    await this.until(() => !this.screen().some((row) => row.includes(shown)), "it stays");
    return took;
  }

  /** The process of the chat: what `script` has started. */
  get pid(): number {
    const parent = this.pty.process.pid ?? 0;
    const [child] = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ");
    return Number(child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pty[Symbol.asyncDispose]();
    this.xterm.dispose();
  }
}

/** Memory of a process, in MiB: now, and the most that it ever had. */
export function memoryOf(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const of = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { now: of("VmRSS"), most: of("VmHWM") };
}
