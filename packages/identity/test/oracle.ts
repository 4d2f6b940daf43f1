import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Which key `ssh-keygen -t … -b …` draws. */
export interface KeyKind {
  readonly name: string;
  readonly type: "ed25519" | "rsa" | "ecdsa";
  readonly bits?: number;
}

/** One of each family and curve that a file can hold; RSA once, because drawing it is slow. */
export const KEY_KINDS: readonly KeyKind[] = [
  { name: "ed25519", type: "ed25519" },
  { name: "rsa-2048", type: "rsa", bits: 2048 },
  { name: "p256", type: "ecdsa", bits: 256 },
  { name: "p384", type: "ecdsa", bits: 384 },
  { name: "p521", type: "ecdsa", bits: 521 },
];

/** A reason to skip a test where `tools` are missing; under CI=true they must be there, so it is false. */
export function missing(...tools: string[]): string | false {
  const absent = tools.filter((tool) => spawnSync("which", [tool]).status !== 0);
  return absent.length === 0 || process.env.CI === "true" ? false : `not installed: ${absent.join(", ")}`;
}

/** What a tool prints on standard output. Throws with its complaint when it fails. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): string {
  const { input, env, cwd } = options;
  const result = spawnSync(command, args, {
    ...(input === undefined ? {} : { input }),
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, SSH_AUTH_SOCK: "", SSH_ASKPASS_REQUIRE: "never", ...env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status !== 0) {
    throw new Error(
      `${command} ${args[0]} failed: ${result.error?.message ?? ""}${result.stderr}${result.stdout}`,
    );
  }
  return result.stdout;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

/** A folder of keys and agents that is gone, agents included, when it is disposed of: `using oracle = new SshOracle()`. */
export class SshOracle implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "asfaleia-"));
  readonly #agents: ChildProcess[] = [];

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(this.path(name)));
  }

  readText(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** Writes a file that only its owner reads, as ssh-keygen and ssh-add demand, and returns its path. */
  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content, { mode: 0o600 });
    return this.path(name);
  }

  keygen(args: readonly string[], options: RunOptions = {}): string {
    return run("ssh-keygen", args, { cwd: this.folder, ...options });
  }

  /** Draws a key into `name` and `name.pub`. `more` are further options, as `-Z cipher` or `-m PEM`. */
  generate(name: string, kind: KeyKind, passphrase = "", more: readonly string[] = []): void {
    const bits = kind.bits === undefined ? [] : ["-b", String(kind.bits)];
    this.keygen([
      "-q",
      "-t",
      kind.type,
      ...bits,
      "-N",
      passphrase,
      "-C",
      `${name} of the test`,
      "-f",
      name,
      ...more,
    ]);
  }

  /** Starts an ssh-agent that holds the named private keys, and returns its socket path. */
  async agent(...keys: string[]): Promise<string> {
    const socket = this.path(`agent-${this.#agents.length}.sock`);
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "inherit"] });
    this.#agents.push(agent);
    // It names its socket once it listens.
    await once(agent.stdout, "data");
    for (const key of keys) run("ssh-add", ["-q", this.path(key)], { env: { SSH_AUTH_SOCK: socket } });
    return socket;
  }

  [Symbol.dispose](): void {
    // Not SIGTERM: the agent would remove its socket while rmSync walks the folder, which then silently stops half way.
    for (const agent of this.#agents) agent.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
