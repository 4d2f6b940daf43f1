/**
 * The chat on a terminal, as its user sees it: from the start of the process to the first letter that is echoed, with 100,000
 * messages of history, and from a key to its echo while 50 messages a second arrive: `npm run bench:tui`. Everything is real:
 * a relay, an agent with a profile on disk, another messenger that writes, and a pseudo-terminal (script of util-linux).
 */
import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createProfile, initProfile, openMessenger, type Profile } from "@asfaleia/client/messenger";
import { parseAddress } from "@asfaleia/protocol";
import type { Order } from "./engine-client.ts";
import { drawSigner } from "./load.ts";

const HISTORY = Number(process.env.HISTORY ?? 100_000);
const STARTS = Number(process.env.STARTS ?? 10);
const KEYS = Number(process.env.KEYS ?? 300);
const EVERY_MS = 20;
const PAUSE_MS = 40;
const [COLUMNS, ROWS] = [200, 50];
const PATIENCE_MS = 15_000;
const CONDITIONS = ["--conditions=asfaleia-source"];
const LAUNCHER = join(import.meta.dirname, "..", "packages", "app", "bin", "asfaleia.js");
/** What no message holds, so that an echo is told from everything else. */
const LETTERS = [..."αβγδεζηθικλμνξοπρστυφχψωабвгдежзиклмнопрстуфхцчшщэюя"];

const folder = await mkdtemp(join(tmpdir(), "asfaleia-bench-"));
const runtime = join(folder, "run");
mkdirSync(runtime, { mode: 0o700 });
mkdirSync(join(folder, "home"), { mode: 0o700 });
const env = {
  ...process.env,
  ASFALEIA_HOME: join(folder, "home"),
  XDG_RUNTIME_DIR: runtime,
  XDG_CACHE_HOME: join(folder, "cache"),
  TERM: "xterm-256color",
  LANG: "C.UTF-8",
  SHELL: "/bin/sh",
};

/** The chat at a pseudo-terminal. */
class Screen {
  readonly #child: ChildProcess;
  readonly beganAt = performance.now();
  #out = "";
  #wake: () => void = () => {};

  constructor() {
    const command = `stty rows ${ROWS} cols ${COLUMNS}; exec '${process.execPath}' '${LAUNCHER}'`;
    this.#child = spawn("script", ["-qefc", command, "/dev/null"], {
      env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#out += text;
      this.#wake();
    });
  }

  type(text: string): void {
    this.#out = "";
    this.#child.stdin?.write(text);
  }

  /** Milliseconds until all of these are in what has been written since the last key. */
  async shows(...texts: readonly string[]): Promise<number> {
    const begin = performance.now();
    while (!texts.every((text) => this.#out.includes(text))) {
      if (performance.now() - begin > PATIENCE_MS)
        throw new Error(`it does not show ${texts.join(", ")}: ${JSON.stringify(this.#out.slice(-500))}`);
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        new Promise((resolve) => setTimeout(resolve, 100)),
      ]);
    }
    return performance.now() - begin;
  }

  async end(): Promise<void> {
    this.#child.stdin?.write("\x03\x03\x03");
    await once(this.#child, "exit");
  }
}

const relay = fork(new URL("relay-process.ts", import.meta.url), { execArgv: CONDITIONS });
const [{ address }] = (await once(relay, "message")) as [{ address: string }];
const bob = fork(new URL("engine-client.ts", import.meta.url), { execArgv: CONDITIONS });
let asked = 0;
try {
  report("machine", `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, Node ${process.version}`);
  await prepare();
  // It starts the agent, and the caches of compiled code are filled.
  const first = new Screen();
  await first.shows("›", `message ${HISTORY - 1}`);
  await first.end();
  await starts();
  await echoes("nothing arrives", 0);
  await echoes(`${1000 / EVERY_MS} messages a second arrive`, EVERY_MS);
  report("load of the machine at the end", loadavg()[0]?.toFixed(1) ?? "unknown");
} finally {
  execFileSync(process.execPath, [LAUNCHER, "agent", "stop"], { env, stdio: "ignore" });
  bob.kill("SIGKILL");
  relay.kill("SIGKILL");
  await rm(folder, { recursive: true, maxRetries: 10, retryDelay: 100 });
}

async function starts(): Promise<void> {
  const shown: number[] = [];
  const usable: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const screen = new Screen();
    await screen.shows("›", `message ${HISTORY - 1}`);
    shown.push(performance.now() - screen.beganAt);
    screen.type("ω");
    await screen.shows("ω");
    usable.push(performance.now() - screen.beganAt);
    await screen.end();
  }
  report(`start to the newest of ${HISTORY} messages`, quantiles(shown));
  report("start to the echo of the first key", quantiles(usable));
}

async function echoes(when: string, everyMs: number): Promise<void> {
  const screen = new Screen();
  await screen.shows("›", "message");
  const count = Math.ceil((KEYS * (PAUSE_MS + 10) + 2_000) / Math.max(1, everyMs));
  const sending = everyMs === 0 ? Promise.resolve() : ask({ do: "send", count, everyMs });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const delays: number[] = [];
  for (let key = 0; key < KEYS; key++) {
    const letter = LETTERS[key % LETTERS.length] as string;
    if (key > 0 && key % LETTERS.length === 0) {
      screen.type("\x15");
      await screen.shows("Write, /");
    }
    screen.type(letter);
    delays.push(await screen.shows(letter));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())));
  }
  report(`key to echo while ${when}`, quantiles(delays));
  await screen.end();
  await sending;
}

/** Alice's profile with a long conversation, and a Bob who writes. */
async function prepare(): Promise<void> {
  const bobCard = await ask<string>({ do: "init", folder: join(folder, "bob"), relay: address });
  const profile = await createProfile(join(folder, "home", "default"), { kind: "none" });
  const environment = {
    clock: { now: Date.now, after: () => () => {} },
    random: { bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)), fraction: Math.random },
    dial: () => Promise.reject(new Error("nothing is dialled here")),
  };
  await initProfile({ profile, environment, signer: drawSigner(), relays: [parseAddress(address)] });
  const messenger = openMessenger({ profile, environment });
  const { id } = await messenger.addCard(Buffer.from(bobCard, "base64"), "bob");
  fill(profile, id);
  const card = Buffer.from(messenger.card()).toString("base64");
  await messenger.close();
  profile.close();
  await ask({ do: "meet", card });
  await ask({ do: "start" });
}

function fill(profile: Profile, contact: number): void {
  const begin = Date.now() - HISTORY * 60_000;
  profile.transaction(() => {
    for (let index = 0; index < HISTORY; index++) {
      const id = Buffer.alloc(16);
      id.writeUInt32BE(index);
      const text = `message ${index}`;
      const at = begin + index * 60_000;
      profile.messages.add({
        contact,
        id,
        sender: "somebody",
        isOwn: index % 2 === 0,
        n: index + 1,
        at,
        arrivedAt: at,
        until: undefined,
        readAt: at,
        kind: "text",
        body: textBody(text),
        text,
        editedAt: undefined,
        isDeleted: false,
      });
    }
  });
}

/** `{ text }` in CBOR, of less than 24 characters. */
function textBody(text: string): Buffer {
  return Buffer.concat([
    Buffer.from([0xa1, 0x64]),
    Buffer.from("text"),
    Buffer.from([0x60 + text.length]),
    Buffer.from(text),
  ]);
}

function ask<T>(order: Order): Promise<T> {
  const number = ++asked;
  bob.send({ number, order });
  return new Promise((resolve) => {
    const onMessage = (message: { number: number; answer: T }): void => {
      if (message.number !== number) return;
      bob.off("message", onMessage);
      resolve(message.answer);
    };
    bob.on("message", onMessage);
  });
}

function quantiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, at most ${at(1)} ms (${values.length})`;
}

function report(what: string, figure: string): void {
  console.log(`${what}: ${figure}`);
}
