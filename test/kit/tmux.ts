/** A real terminal for tests: tmux with a socket of its own, keys in, screens out. Nobody is attached to it. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

export class Tmux implements AsyncDisposable {
  readonly #socket: string;
  readonly #recorded: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(socket: string, env: Readonly<Record<string, string>>) {
    this.#socket = socket;
    this.#recorded = join(dirname(socket), "tmux.bytes");
    this.#env = env;
  }

  /** Starts a program at a screen of a fixed size. What it says from then on is recorded. */
  static async open(program: readonly string[], options: TmuxOptions): Promise<Tmux> {
    const { folder, columns, rows, cwd = folder } = options;
    // Its own shell is what tmux starts programs with: another one might take something out of the environment.
    const tmux = new Tmux(join(folder, "tmux"), { SHELL: "/bin/sh", ...options.env });
    process.once("exit", tmux.#end);
    await tmux.#tell(
      ...["start-server", ";"],
      ...["set-option", "-g", "default-terminal", TERM, ";"],
      ...["set-option", "-g", "status", "off", ";"],
      ...["set-option", "-g", "history-limit", "0", ";"],
      // What the program said last can still be read when it has ended.
      ...["set-option", "-g", "remain-on-exit", "on", ";"],
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
    await this.#tell("kill-server").catch(() => {});
    process.off("exit", this.#end);
  }

  /** Where a test ends without disposing. */
  readonly #end = (): void => {
    spawnSync("tmux", ["-S", this.#socket, "kill-server"], { stdio: "ignore" });
  };

  #tell(...words: readonly string[]): Promise<{ stdout: string }> {
    // `-u`: UTF-8 whatever the locale of the tests is.
    return run("tmux", ["-u", "-f", "/dev/null", "-S", this.#socket, ...words], { env: this.#env });
  }
}
