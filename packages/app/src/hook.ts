/** Programs of the user's that are told of messages (`on-message`, `notify`): started without a shell, one message each. */
import { type ChildProcess, spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { jsonLine } from "./display.ts";
import { usage } from "./exit.ts";

/** Programs that run at the same time; they are started in the order of the messages. */
export const MAX_HOOKS_AT_ONCE = 4;
/** Messages that wait; those beyond are dropped and counted. */
export const MAX_HOOKS_WAITING = 256;
/** How long a program may run before it is killed with all that it started. */
export const MAX_HOOK_MS = 30_000;
/** What of the environment a program gets: enough to find others, its home, and the desktop to notify. */
const PASSED_ON = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"],
  ...["XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"],
  ...["SystemRoot", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP"],
];

/** What became of the messages. */
export interface HookCounts {
  readonly started: number;
  /** Ended with another code than 0, were killed, or could not be started. */
  readonly failed: number;
  readonly killed: number;
  /** Came while too many waited, or after the end. */
  readonly dropped: number;
}

export interface HookOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly maxMs?: number;
  /** Called once whenever messages begin to be dropped, and not again before all that waited has run. */
  readonly onOverflow?: () => void;
}

/**
 * The path of a program as a setting holds it.
 * @throws Failure with what is wrong: it is no absolute path to a file that the user can run and nobody else can change
 */
export async function checkHook(path: string): Promise<string> {
  if (!isAbsolute(path)) throw usage("a hook is the whole path of a program, without arguments");
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw usage("there is no such program; a hook has no arguments");
  if (process.platform === "win32") return path;
  if ((found.mode & 0o111) === 0) throw usage("the program cannot be run: chmod +x");
  const isOwn = found.uid === 0 || found.uid === process.getuid?.();
  if (!isOwn || (found.mode & 0o022) !== 0) throw usage("the program can be changed by others: chmod go-w");
  return path;
}

/** Runs a program for every message. Errors of the program are counted, and disturb nothing. */
export class Hook {
  readonly #path: string;
  readonly #options: HookOptions;
  readonly #waiting: string[] = [];
  readonly #running = new Map<ChildProcess, NodeJS.Timeout>();
  readonly #counts = { started: 0, failed: 0, killed: 0, dropped: 0 };
  #overflowed = false;
  #ended = false;
  #onIdle: (() => void)[] = [];

  /** @param path as `checkHook` returned it */
  constructor(path: string, options: HookOptions = {}) {
    this.#path = path;
    this.#options = options;
  }

  get counts(): HookCounts {
    return { ...this.#counts };
  }

  /** Gives a message to the program, as one line of JSON on its standard input, now or when its turn comes. */
  tell(message: unknown): void {
    if (this.#ended || this.#waiting.length >= MAX_HOOKS_WAITING) {
      this.#drop();
      return;
    }
    this.#waiting.push(jsonLine(message));
    this.#next();
  }

  /** Until nothing runs or waits. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Drops what waits, and kills what runs. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#counts.dropped += this.#waiting.splice(0).length;
    for (const child of this.#running.keys()) this.#kill(child);
    await this.idle();
  }

  #drop(): void {
    this.#counts.dropped++;
    if (this.#overflowed) return;
    this.#overflowed = true;
    this.#options.onOverflow?.();
  }

  #next(): void {
    while (this.#running.size < MAX_HOOKS_AT_ONCE && this.#waiting.length > 0)
      this.#start(this.#waiting.shift()!);
    if (!this.#isIdle()) return;
    this.#overflowed = false;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #isIdle(): boolean {
    return this.#running.size === 0 && this.#waiting.length === 0;
  }

  #start(line: string): void {
    this.#counts.started++;
    let child: ChildProcess;
    try {
      child = this.#spawn();
    } catch {
      this.#counts.failed++;
      return;
    }
    const timer = setTimeout(() => this.#kill(child), this.#options.maxMs ?? MAX_HOOK_MS);
    this.#running.set(child, timer);
    const finish = (isFine: boolean) => {
      if (!this.#running.delete(child)) return;
      clearTimeout(timer);
      if (!isFine) this.#counts.failed++;
      this.#next();
    };
    child.on("error", () => finish(false));
    child.on("exit", (code) => finish(code === 0));
    // A program need not read what it is told.
    child.stdin?.on("error", () => {});
    child.stdin?.end(line);
  }

  #spawn(): ChildProcess {
    return spawn(this.#path, [], {
      stdio: ["pipe", "ignore", "ignore"],
      env: environment(this.#options.env ?? process.env),
      cwd: "/",
      // A group of its own, so that what it starts can be ended with it.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  }

  #kill(child: ChildProcess): void {
    this.#counts.killed++;
    try {
      if (process.platform === "win32" || child.pid === undefined) child.kill("SIGKILL");
      else process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself meanwhile.
    }
  }
}

function environment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}
