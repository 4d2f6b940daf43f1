/** A real terminal for tests: tmux with a socket of its own, keys in, screens out. Nobody is attached to it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface TmuxOptions {
  /** Where the socket and what is recorded lie; its path has to be short, as all paths of sockets. */
  readonly folder: string;
  readonly columns: number;
  readonly rows: number;
  /** All that the program has, but for what is added here and by tmux: SHELL, TERM, TMUX and TMUX_PANE. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** tmux tells nobody of a change of its screen: it is looked at so often, */
const LOOK_EVERY_MS = 40;
/** and for so long, which is far more than anything takes on a machine that has nothing else to do. */
const PATIENCE_MS = 60_000;
const TERM = "tmux-256color";
const SETTINGS = [
  `set-option -g default-terminal ${TERM}`,
  "set-option -g status off",
  "set-option -g history-limit 0",
  // What the program said last can still be read when it has ended.
  "set-option -g remain-on-exit on",
  "",
].join("\n");

/** So often it is asked whether a server answers that was just started. */
const KNOCK_EVERY_MS = 5;

export class Tmux implements AsyncDisposable {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #server: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#env = env;
    writeFileSync(join(folder, "tmux.conf"), SETTINGS);
    // `-D`, not a daemon: a server whose end can be waited for. `kill-server` answers before the server is gone, and
    // who comes in between is taken by the old one and lost with it.
    this.#server = spawn("tmux", ["-D", "-f", join(folder, "tmux.conf"), ...this.#at], {
      env: this.#env,
      stdio: "ignore",
    });
    this.#ended = once(this.#server, "exit");
    process.once("exit", this.#kill);
  }

  /** Starts a program at a screen of a fixed size. What it says from then on is recorded. */
  static async open(program: readonly string[], options: TmuxOptions): Promise<Tmux> {
    const { folder, columns, rows, cwd = folder } = options;
    // Its own shell is what tmux starts programs with: another one might take something out of the environment.
    const tmux = new Tmux(mkdtempSync(join(folder, "t")), { SHELL: "/bin/sh", ...options.env });
    await tmux.#listening();
    await tmux.#tell(
      ...["new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", cwd],
      ...["-e", `TERM=${TERM}`, "--", ...program],
    );
    await tmux.#tell("pipe-pane", `cat >> ${tmux.#recorded}`);
    return tmux;
  }

  /** Presses keys, by tmux's names: `Enter`, `Escape`, `Up`, `C-u`, `M-1`, `PageUp`, `F1`. */
  async keys(...names: readonly string[]): Promise<void> {
    await this.#tell("send-keys", "--", ...names);
  }

  /** Types a text, character by character. */
  async type(text: string): Promise<void> {
    // An argument that ends in `;` would end the command.
    await this.#tell("send-keys", "-l", "--", text.replace(/;$/, "\\;"));
  }

  /** Hands bytes to the program as a keyboard's: hex digits, two a byte. */
  async bytesIn(...hex: readonly string[]): Promise<void> {
    await this.#tell("send-keys", "-H", "--", ...hex);
  }

  /** The rows of the screen as they are now, without the blanks at their ends. */
  async screen(): Promise<string[]> {
    const { stdout } = await this.#tell("capture-pane", "-p");
    return stdout.replace(/\n$/, "").split("\n");
  }

  /**
   * Waits until the screen is as wanted.
   * @param what for the error, which shows the last screen
   * @param wanted an expression is tried on the rows, joined with line feeds
   * @returns the rows
   */
  async until(
    what: string,
    wanted: RegExp | ((rows: readonly string[]) => boolean),
    patienceMs = PATIENCE_MS,
  ): Promise<string[]> {
    const isIt = (rows: readonly string[]) =>
      wanted instanceof RegExp ? wanted.test(rows.join("\n")) : wanted(rows);
    const end = performance.now() + patienceMs;
    for (;;) {
      const rows = await this.screen();
      if (isIt(rows)) return rows;
      if (performance.now() > end) throw new Error(`${what}: not on the screen\n${rows.join("\n")}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** What tmux knows of the terminal, such as `#{alternate_on}` (tmux(1), "FORMATS"). */
  async tells(format: string): Promise<string> {
    return (await this.#tell("display-message", "-p", format)).stdout.trim();
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tell("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** Everything that the program has written to its terminal so far, raw. */
  bytes(): Buffer {
    return existsSync(this.#recorded) ? readFileSync(this.#recorded) : Buffer.alloc(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.#ended;
    process.off("exit", this.#kill);
  }

  /** The programs at its terminals are hung up on. Also called where a test ends without disposing. */
  readonly #kill = (): void => {
    this.#server.kill("SIGTERM");
  };

  get #at(): readonly string[] {
    return ["-S", join(this.#folder, "s")];
  }

  get #recorded(): string {
    return join(this.#folder, "bytes");
  }

  async #listening(): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!(await this.#tell("show-options", "-g", "status").catch(() => undefined))) {
      const { exitCode, signalCode } = this.#server;
      if (exitCode !== null || signalCode !== null || performance.now() > end)
        throw new Error(`tmux does not answer: ${signalCode ?? exitCode ?? "still starting"}`);
      await pause(KNOCK_EVERY_MS);
    }
  }

  #tell(...words: readonly string[]): Promise<{ stdout: string }> {
    // `-u`: UTF-8 whatever the locale of the tests is. `-N`: no server but ours.
    return run("tmux", ["-u", "-N", ...this.#at, ...words], { env: this.#env });
  }
}
