/** Runs the real command, bin/asfaleia.js, as a process of its own, with a home of its own. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openLink } from "@asfaleia/client";
import { fileSigner, parsePrivateKey, publicKeyBase64, publicKeyFromText } from "@asfaleia/identity";
import { sealLetter } from "@asfaleia/identity/letter";
import { parseAddress } from "@asfaleia/protocol";

export const LAUNCHER = fileURLToPath(new URL("../../packages/app/bin/asfaleia.js", import.meta.url));
const BIN_FOLDER = dirname(LAUNCHER);

/** The Nodes of this machine: the one that runs the tests, and the system's where that is older than 24. */
export const NODES: readonly { name: string; path: string }[] = [
  { name: "Node 24", path: process.execPath },
  ...olderNode(),
];

function olderNode(): { name: string; path: string }[] {
  const path = "/usr/bin/node";
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  const major = Number(/^v(\d+)\./.exec(stdout ?? "")?.[1]);
  return major >= 18 && major < 24 ? [{ name: `Node ${major}`, path }] : [];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  /** Standard input; closed at once where it is left out. */
  readonly input?: string | Uint8Array;
  readonly node?: string;
  readonly launcher?: string;
}

/** Far more than any command takes that ends by itself. */
const PATIENCE_MS = 60_000;

/** A process whose output is collected. */
export class Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";

  constructor(process: ChildProcess) {
    this.process = process;
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    this.ended = promise;
    process.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      this.stdout += chunk;
    });
    process.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.stderr += chunk;
    });
    process.stdin?.on("error", () => {});
    process.on("error", reject);
    process.on("close", (code, signal) =>
      resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }),
    );
  }

  /** Resolves when standard output (or, where told, standard error) holds a text; rejects when the process ends without. */
  async says(text: string | RegExp, stream: "stdout" | "stderr" = "stdout"): Promise<void> {
    const found = () => (typeof text === "string" ? this[stream].includes(text) : text.test(this[stream]));
    while (!found()) {
      const more = once(this.process[stream]!, "data");
      const over = this.ended.then((end) => {
        if (!found()) throw new Error(`ended without saying ${text}: ${JSON.stringify(end)}`);
      });
      await Promise.race([more, over]);
      more.catch(() => {});
    }
  }
}

/** A temporary home: HOME, ASFALEIA_HOME and a folder for files, no ssh-agent, no terminal. */
export class Place implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "asfaleia-cli-"));
  readonly home = join(this.folder, "home");
  readonly asfaleiaHome = join(this.folder, "asfaleia");
  /** XDG_RUNTIME_DIR, where agents have their sockets. */
  readonly runtime = join(this.folder, "run");
  readonly #started: Running[] = [];
  /** For every process started from here. */
  env: Record<string, string> = {};

  constructor() {
    mkdirSync(join(this.home, ".ssh"), { recursive: true, mode: 0o700 });
    mkdirSync(this.runtime, { mode: 0o700 });
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  ssh(name: string): string {
    return join(this.home, ".ssh", name);
  }

  write(name: string, content: string | Uint8Array, mode = 0o600): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
    return path;
  }

  /** Draws a key with ssh-keygen. @returns the path of the private file */
  key(name: string, options: { type?: string; bits?: number; passphrase?: string } = {}): string {
    const path = name.startsWith("/") ? name : this.path(name);
    const bits = options.bits === undefined ? [] : ["-b", String(options.bits)];
    const args = ["-q", "-t", options.type ?? "ed25519", ...bits, "-N", options.passphrase ?? ""];
    execFileSync("ssh-keygen", [...args, "-C", `${name.split("/").at(-1)}@test`, "-f", path]);
    return path;
  }

  /** The environment of a process: nothing of ours but PATH. */
  environment(env: Record<string, string> = {}): Record<string, string> {
    return {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      HOME: this.home,
      ASFALEIA_HOME: this.asfaleiaHome,
      LANG: "C.UTF-8",
      XDG_RUNTIME_DIR: this.runtime,
      // What a test starts, it ends: those about agents say so.
      ASFALEIA_AGENT: "off",
      ...this.env,
      ...env,
    };
  }

  /** Starts asfaleia in a session of its own, so that there is no terminal even where the tests have one. */
  start(args: readonly string[], options: RunOptions = {}): Running {
    const { env, input, node = process.execPath, launcher = LAUNCHER } = options;
    const child = spawn(node, [launcher, ...args], {
      env: this.environment(env),
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      cwd: this.folder,
    });
    const running = new Running(child);
    this.#started.push(running);
    child.stdin.end(input);
    return running;
  }

  /** Runs asfaleia to its end. What does not end is killed, so that a test of it fails instead of waiting. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const { process, ended } = this.start(args, options);
    const limit = setTimeout(() => process.kill("SIGKILL"), PATIENCE_MS);
    try {
      return await ended;
    } finally {
      clearTimeout(limit);
    }
  }

  /** Starts asfaleia at a pseudo-terminal; its whole screen is standard output, and standard input its keyboard. */
  atTerminal(args: readonly string[], options: Pick<RunOptions, "env"> = {}): Running {
    return this.shellAtTerminal([process.execPath, LAUNCHER, ...args].map(shellWord).join(" "), options);
  }

  shellAtTerminal(command: string, options: Pick<RunOptions, "env"> = {}): Running {
    const child = spawn("script", ["-qefc", command, "/dev/null"], {
      env: { ...this.environment(options.env), TERM: "xterm", SHELL: "/bin/sh" },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      cwd: this.folder,
    });
    const running = new Running(child);
    this.#started.push(running);
    return running;
  }

  /** Starts a relay on a free port of loopback. @returns its address, pinned, once it is ready */
  async relay(
    args: readonly string[] = [],
    options: RunOptions = {},
  ): Promise<{ address: string; running: Running }> {
    const running = this.start(["relay", "--listen", "127.0.0.1:0", ...args], options);
    await running.says(/^ready$/m);
    const address = /^listening (asfaleia:\/\/\S+)$/m.exec(running.stdout)?.[1];
    if (address === undefined) throw new Error(`no address in: ${running.stdout}`);
    return { address, running };
  }

  /** The sockets of agents that run, or ran, for profiles of this place. */
  sockets(): string[] {
    const folders = [join(this.runtime, "asfaleia"), this.path(`asfaleia-${process.getuid?.()}`)];
    return folders.flatMap((folder) =>
      existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Agents that verbs have started are in sessions of their own.
    await Promise.all(this.sockets().map(endAgent));
    for (const { process } of this.#started) {
      // Its session is its process group: whatever it has started goes with it.
      if (process.exitCode === null && process.signalCode === null && process.pid) {
        try {
          globalThis.process.kill(-process.pid, "SIGKILL");
        } catch {
          process.kill("SIGKILL");
        }
      }
    }
    await Promise.allSettled(this.#started.map(({ ended }) => ended));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How long an agent may take to end before it is killed. */
const AGENT_PATIENCE_MS = 5000;

/** Ends the agent behind a socket, if there is one, and waits until it has hung up. */
function endAgent(path: string): Promise<void> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ path });
    const limit = setTimeout(() => {
      const pid = Number(/"pid":(\d+)/.exec(text)?.[1]);
      if (pid > 1) process.kill(pid, "SIGKILL");
      socket.destroy();
    }, AGENT_PATIENCE_MS);
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(limit);
      resolve();
    });
    for (const [id, method] of ["agent.hello", "agent.stop"].entries())
      socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params: {} })}\n`);
  });
}

/** An installed package `asfaleia` whose code is `main`, launcher and all. @returns its launcher */
export function fakeInstall(place: Place, main: string): string {
  const home = place.path("installed", "node_modules", "asfaleia");
  place.write("installed/node_modules/asfaleia/dist/main.js", main);
  place.write("installed/node_modules/asfaleia/package.json", '{"type":"module","version":"0.0.0"}');
  execFileSync("cp", ["-r", BIN_FOLDER, join(home, "bin")]);
  return join(home, "bin", "asfaleia.js");
}

export function shellWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The lines of `--json`. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** An anonymous letter to the holder of a key. @param publicFile a .pub file */
export function letterTo(
  publicFile: string,
  fields: { type?: string; name?: string; body: string | Uint8Array },
): Promise<Uint8Array> {
  const { type = "text/plain; charset=utf-8", name, body } = fields;
  const { key } = publicKeyFromText(readFileSync(publicFile, "utf8"));
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return sealLetter({ to: key, type, name, body: bytes, now: new Date() });
}

/** Puts bytes into the mailbox of a key, under a key of nobody's. */
export async function deliver(relay: string, publicFile: string, ...envelopes: Uint8Array[]): Promise<void> {
  const { key } = publicKeyFromText(readFileSync(publicFile, "utf8"));
  const { privateKey } = generateKeyPairSync("ed25519");
  const stranger = parsePrivateKey(Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" })));
  const link = await openLink(parseAddress(relay));
  const token = await link.authenticate(fileSigner(stranger));
  for (const envelope of envelopes) await link.send(token, publicKeyBase64(key), envelope);
  link.close();
}
