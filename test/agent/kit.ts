/** A real agent, and a face at its socket that says what it is told, byte by byte. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { type Ended, jsonLines, Place, type Running, type RunOptions } from "../cli/kit.ts";

/** Far longer than anything here takes on a machine that is busy. */
const PATIENCE_MS = 60_000;

export interface Answer {
  readonly id: string | number | null;
  readonly result?: Record<string, unknown>;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: { readonly exit: number; readonly code?: string };
  };
}

interface Notification {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

type Line = Answer & Notification & { readonly jsonrpc: string };

/** One end of the agent's socket. */
export class RawFace {
  readonly socket: Socket;
  /** Everything that was said to it. */
  readonly lines: Line[] = [];
  readonly #closed: Promise<void>;
  readonly #watchers = new Set<() => void>();
  #rest = "";
  #last = 0;
  isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = promise;
    socket.setEncoding("utf8");
    socket.on("error", () => {});
    socket.on("data", (chunk: string) => this.#take(chunk));
    socket.on("close", () => {
      this.isClosed = true;
      resolve();
      this.#wake();
    });
  }

  static async at(path: string | undefined): Promise<RawFace> {
    assert.ok(path, "there is no socket");
    const socket = connect({ path });
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new RawFace(socket);
  }

  write(...lines: (string | Uint8Array)[]): void {
    for (const line of lines) {
      this.socket.write(line);
      this.socket.write("\n");
    }
  }

  /** Asks, and does not wait. @returns the id */
  ask(method: string, params: unknown = {}, id: string | number = ++this.#last): string | number {
    this.write(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return id;
  }

  answerTo(id: string | number | null): Promise<Answer> {
    return this.until(() =>
      this.lines.find((line) => line.id === id && (line.error ?? line.result) !== undefined),
    );
  }

  async call(method: string, params: unknown = {}): Promise<Answer> {
    return this.answerTo(this.ask(method, params));
  }

  /** A call that has to work. */
  async ok(method: string, params: unknown = {}): Promise<Record<string, unknown>> {
    const { result, error } = await this.call(method, params);
    assert.equal(error, undefined, `${method}: ${error?.message}`);
    return result as Record<string, unknown>;
  }

  /** The first event of which `is` is true, of those that came and those that come. */
  event(
    type: string,
    is: (event: Record<string, never>) => boolean = () => true,
  ): Promise<Record<string, never>> {
    return this.until(() => {
      const events = this.lines.filter(({ method }) => method === "event").map(({ params }) => params);
      return events.find((event) => event.type === type && is(event as never)) as never;
    });
  }

  said(method: string): Promise<Line> {
    return this.until(() => this.lines.find((line) => line.method === method));
  }

  /** Resolves when the agent has hung up. */
  async closed(): Promise<void> {
    await inTime(this.#closed, "the agent does not hang up");
  }

  /** Looks after every line, until something is found. */
  async until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      assert.equal(this.isClosed, false, `the agent has hung up: ${JSON.stringify(this.lines.at(-1))}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#watchers.add(resolve);
      await inTime(promise, `nothing comes: ${look}`);
      this.#watchers.delete(resolve);
    }
  }

  #take(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.lines.push(JSON.parse(line));
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#watchers]) wake();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

export async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(what)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Looks every few milliseconds, for what tells nobody that it has happened. */
export async function until(look: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await look()); ) {
    assert.ok(Date.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Somebody with a key that has no passphrase, whose verbs use an agent. */
export class Person extends Place {
  constructor(relay: string) {
    super();
    this.env = { ASFALEIA_RELAY: relay, ASFALEIA_AGENT: "on" };
    this.key("key");
  }

  get profile(): string {
    return `${this.asfaleiaHome}/default`;
  }

  async ok(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const ended = await this.run(args, options);
    assert.equal(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`);
    return ended;
  }

  async json(args: readonly string[], code = 0): Promise<Record<string, unknown>[]> {
    const ended = await this.run([...args, "--json"]);
    assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stderr}`);
    return jsonLines(ended.stdout);
  }

  async init(...more: string[]): Promise<this> {
    await this.ok(["init", "-i", "key", "--no-passphrase", "--publish", "off", ...more]);
    return this;
  }

  /** A profile that a passphrase protects. */
  async initLocked(passphrase: string): Promise<this> {
    await this.ok(["init", "-i", "key", "--passphrase", "--publish", "off"], {
      env: this.askpass(passphrase),
    });
    return this;
  }

  /** An askpass program that gives one answer. */
  askpass(answer: string): Record<string, string> {
    return {
      SSH_ASKPASS: this.write(
        `askpass-${answer}`,
        `#!/bin/sh\necho asked >> "$0.log"\necho ${answer}\n`,
        0o700,
      ),
      SSH_ASKPASS_REQUIRE: "force",
    };
  }

  /** An agent in the foreground, which this place ends. */
  async agent(args: readonly string[] = [], options: RunOptions = {}): Promise<Running> {
    const running = this.start(["agent", ...args], options);
    await running.says("listening");
    return running;
  }

  face(): Promise<RawFace> {
    return RawFace.at(this.sockets()[0]);
  }

  /** The process of the agent that runs. */
  async pid(): Promise<number> {
    using face = await this.face();
    return Number((await face.ok("agent.hello")).pid);
  }
}

/** Whether a process runs: one that has ended counts as dead, whether its parent has looked or not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
