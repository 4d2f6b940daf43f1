/** A terminal that is written to line by line, and reads lines: its own editing and echo serve, no cursor is moved. */
import { createInterface, type Interface } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import { key } from "../keys/input.ts";
import type { State } from "../model/state.ts";
import type { Terminal, TerminalEvents } from "../runtime/terminal.ts";

const COLUMNS = 80;
const ROWS = 24;

export class PlainTerminal implements Terminal {
  readonly rows = ROWS;
  readonly #in: ReadStream;
  readonly #out: WriteStream;
  readonly #state: () => State;
  #lines: Interface | undefined;
  #events: TerminalEvents | undefined;

  /** @param state what a line is an answer to */
  constructor(input: ReadStream, output: WriteStream, state: () => State) {
    this.#in = input;
    this.#out = output;
    this.#state = state;
  }

  get columns(): number {
    return this.#out.columns || COLUMNS;
  }

  open(events: TerminalEvents): void {
    this.#events = events;
    this.#out.on("resize", this.#resized);
    this.#out.on("error", events.onGone);
    this.#read();
  }

  clear(): void {}

  write(text: string): void {
    this.#out.write(text);
  }

  /** The shell's own Ctrl+Z serves. */
  suspend(): void {}

  close(): void {
    this.#events = undefined;
    this.#out.off("resize", this.#resized);
    this.#lines?.close();
    this.#in.pause();
  }

  /** While somebody else asks at this terminal, a passphrase for instance, nothing is read here. */
  async aside<T>(ask: () => Promise<T>): Promise<T> {
    this.#lines?.removeAllListeners();
    this.#lines?.close();
    try {
      return await ask();
    } finally {
      if (this.#events !== undefined) this.#read();
    }
  }

  readonly #resized = (): void => this.#events?.onResize(this.columns, this.rows);

  #read(): void {
    const lines = createInterface({ input: this.#in, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on("line", (line) => this.#line(line));
    lines.on("close", () => this.#events?.onGone());
    this.#lines = lines;
  }

  #line(line: string): void {
    const events = this.#events;
    if (events === undefined) return;
    for (const input of inputsOf(line, this.#state())) {
      if (input === "clear") events.onInput(key("u", { ctrl: true }));
      else if (KEYS.has(input)) events.onInput(key(input));
      // A letter may be an answer; a line is taken as it stands.
      else if (input.length === 1) events.onInput({ type: "text", text: input });
      else events.onInput({ type: "paste", text: input, isCut: false });
    }
  }
}

const KEYS: ReadonlySet<string> = new Set(["enter", "escape", "up", "down"]);

/** What a line means, as keys of the chat on a screen. */
export function inputsOf(line: string, { overlay }: State): readonly string[] {
  const typed = line.trim() === "" ? [] : ["clear", line, "enter"];
  switch (overlay?.kind) {
    case undefined:
      return typed;
    case "text":
      return overlay.keys?.[line.trim()] === undefined ? ["escape", ...typed] : [line.trim()];
    case "confirm":
      return [/^y(es)?$/i.test(line.trim()) ? "y" : "n"];
    case "list": {
      if (/^\d{1,4}$/.test(line.trim())) {
        // What is pointed at need not be the first.
        const steps = Number(line) - 1 - overlay.index;
        return [...Array.from({ length: Math.abs(steps) }, () => (steps < 0 ? "up" : "down")), "enter"];
      }
      return line.trim() === "" ? ["escape"] : ["clear", line];
    }
    case "ask":
      if (line.trim() === "-") return ["escape"];
      return line.trim() === "" ? ["enter"] : ["clear", line, "enter"];
  }
}
