/** A terminal that tests sit at: tmux with a screen of a given size, keys in, rows out. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { shellWord } from "./kit.ts";

const WAIT_MS = 60_000;
const LOOK_AGAIN_MS = 50;

export class Tmux implements AsyncDisposable {
  readonly #socket: string;

  /** @param socket a path for its own server */
  constructor(socket: string) {
    this.#socket = socket;
  }

  run(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync("tmux", ["-S", this.#socket, "-f", "/dev/null", ...args], {
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "", LANG: "C.UTF-8", LC_ALL: "C.UTF-8", SHELL: "/bin/sh" },
    });
    assert.equal(status, 0, `tmux ${args[0]}: ${stderr}`);
    return stdout;
  }

  /** Starts a command on a screen; what it ended with stands there behind it. */
  open(
    name: string,
    size: readonly [columns: number, rows: number],
    env: Record<string, string>,
    command: readonly string[],
  ): Screen {
    const variables = Object.entries(env).map(([key, value]) => `${key}=${shellWord(value)}`);
    const line = `env -i TERM=xterm-256color ${variables.join(" ")} ${command.map(shellWord).join(" ")}; echo "ended with $?"; exec sleep 600`;
    const [columns, rows] = size;
    this.run("new-session", "-d", "-s", name, "-x", String(columns), "-y", String(rows), line);
    return new Screen(this, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    spawnSync("tmux", ["-S", this.#socket, "kill-server"]);
  }
}

export class Screen {
  readonly #tmux: Tmux;
  readonly #name: string;

  constructor(tmux: Tmux, name: string) {
    this.#tmux = tmux;
    this.#name = name;
  }

  /** Keys by tmux's names, such as `Enter`, `C-k`, `M-Up`. */
  press(...keys: string[]): void {
    this.#tmux.run("send-keys", "-t", this.#name, ...keys);
  }

  /** Characters as they stand. */
  type(text: string): void {
    this.#tmux.run("send-keys", "-t", this.#name, "-l", text);
  }

  rows(): string[] {
    return this.#tmux.run("capture-pane", "-p", "-t", this.#name).split("\n").slice(0, -1);
  }

  /** Waits until the screen shows it. @returns its rows then */
  async shows(what: string | RegExp): Promise<string[]> {
    const end = performance.now() + WAIT_MS;
    for (;;) {
      const rows = this.rows();
      const text = rows.join("\n");
      if (typeof what === "string" ? text.includes(what) : what.test(text)) return rows;
      assert.ok(performance.now() < end, `it does not show ${what}:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Types a line and sends it, once it stands in the composer. */
  async say(line: string): Promise<void> {
    this.type(line);
    await this.shows(line.slice(-4));
    this.press("Enter");
  }

  resize(columns: number, rows: number): void {
    this.#tmux.run("resize-window", "-t", this.#name, "-x", String(columns), "-y", String(rows));
  }
}
