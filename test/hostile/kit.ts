/** The real relay as a process of its own, started as an operator starts it, and what is seen of it from outside. */

import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, portIn, soon } from "../../packages/relay/test/kit.ts";
import { LAUNCHER, Running } from "../cli/kit.ts";

const NODE = process.execPath;
const FINGERPRINT = /#(SHA256:\S+)$/m;

export interface StartOptions {
  /** A command that starts the relay in its stead, and is in front of it, such as strace. It has to become the relay. */
  readonly under?: readonly string[];
  /** `127.0.0.1:0` unless told. */
  readonly listen?: readonly string[];
}

/** A relay in a process of its own. It is gone, and its folder with it, when it is disposed of. */
export class RelayProcess implements AsyncDisposable {
  readonly folder: string;
  readonly running: Running;

  private constructor(folder: string, running: Running) {
    this.folder = folder;
    this.running = running;
  }

  /** @param args flags of `asfaleia relay` besides --key and --listen */
  static async start(args: readonly string[] = [], options: StartOptions = {}): Promise<RelayProcess> {
    const folder = mkdtempSync(join(tmpdir(), "asfaleia-hostile-"));
    mkdirSync(join(folder, "home"));
    const key = join(folder, "relay_key");
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(key, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
    const [command = NODE, ...front] = [...(options.under ?? []), NODE];
    const listen = (options.listen ?? ["127.0.0.1:0"]).flatMap((at) => ["--listen", at]);
    const child = spawn(command, [...front, LAUNCHER, "relay", "--key", key, ...listen, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: join(folder, "home") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const relay = new RelayProcess(folder, new Running(child));
    try {
      await soon(relay.running.says(/^ready$/m), "the relay did not get ready");
    } catch (error) {
      await relay[Symbol.asyncDispose]();
      throw error;
    }
    return relay;
  }

  get pid(): number {
    return this.running.process.pid as number;
  }

  get port(): number {
    return portIn(this.running.stdout);
  }

  get fingerprint(): string {
    return FINGERPRINT.exec(this.running.stdout)?.[1] ?? "";
  }

  /** What the operator has seen of it since it was ready. */
  get logs(): string {
    const { stdout, stderr } = this.running;
    return stderr + stdout.slice(stdout.indexOf("ready\n") + "ready\n".length);
  }

  get isAlive(): boolean {
    const { exitCode, signalCode } = this.running.process;
    return exitCode === null && signalCode === null;
  }

  plain(): Promise<Client> {
    return Client.plain({ port: this.port });
  }

  tls(): Promise<Client> {
    return Client.tls(this.port);
  }

  /** Resident memory, in bytes. */
  get resident(): number {
    return this.#status("VmRSS") * 1024;
  }

  /** The most resident memory there ever was, in bytes. */
  get residentPeak(): number {
    return this.#status("VmHWM") * 1024;
  }

  /** How many files and sockets it has open. */
  get openFiles(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** The command line of the process as it runs now, behind the launcher. */
  get commandLine(): readonly string[] {
    return readFileSync(`/proc/${this.pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  }

  /** Stops the process while `look` looks at it. */
  async still<T>(look: () => T): Promise<T> {
    process.kill(this.pid, "SIGSTOP");
    try {
      while (!/^State:\s+T/m.test(readFileSync(`/proc/${this.pid}/status`, "utf8"))) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      return look();
    } finally {
      process.kill(this.pid, "SIGCONT");
    }
  }

  /** SIGTERM, and the end that follows. */
  async stop(): Promise<Awaited<Running["ended"]>> {
    process.kill(this.pid, "SIGTERM");
    return soon(this.running.ended, "the relay did not stop");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isAlive) this.running.process.kill("SIGKILL");
    await this.running.ended.catch(() => {});
    rmSync(this.folder, { recursive: true, force: true });
  }

  #status(name: string): number {
    const found = new RegExp(`^${name}:\\s+([0-9]+)`, "m").exec(
      readFileSync(`/proc/${this.pid}/status`, "utf8"),
    );
    return Number(found?.[1] ?? Number.NaN);
  }
}

/** Base64 of bytes that look like what is sealed, and are nobody's marker. */
export function noise(bytes: number): string {
  return randomBytes(bytes).toString("base64");
}

/** Where a file of this repository lies. */
export function repositoryPath(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** Waits for an event of a socket, but not for ever. */
export function event(emitter: NodeJS.EventEmitter, name: string): Promise<unknown[]> {
  return soon(once(emitter, name), `no ${name}`);
}
