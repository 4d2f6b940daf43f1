/** The terminal that the user sits at: keys in, screens out, and everything as it was before, however it ends. */
import { writeSync } from "node:fs";
import type { ReadStream, WriteStream } from "node:tty";
import { KeyDecoder } from "../keys/decoder.ts";
import type { Input } from "../keys/input.ts";
import { CLEAR_SCREEN, enterModes, leaveModes } from "./modes.ts";

/** The stream may be closed already when the terminal is given back. */
const STDOUT = 1;

export interface TerminalEvents {
  onInput(input: Input): void;
  /** Whether a chord with Alt means something. */
  isKnown(chord: string): boolean;
  onResize(columns: number, rows: number): void;
  /** The screen has to be drawn anew: all of it. */
  onRepaint(): void;
  /** Nobody is there any more. */
  onGone(): void;
}

/** What the loop needs of a terminal. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  open(events: TerminalEvents): void;
  /** Clears the screen. */
  clear(): void;
  /** Writes beside the frames: a bell, a notification, a picture. It moves no cursor. */
  write(text: string): void;
  /** Gives the terminal back, stops, and takes it again when the user comes back. */
  suspend(): void;
  close(): void;
}

export class TtyTerminal implements Terminal {
  readonly out: WriteStream;
  readonly #in: ReadStream;
  readonly #hasMouse: boolean;
  readonly #decoder = new KeyDecoder((chord) => this.#events?.isKnown(chord) === true);
  #events: TerminalEvents | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOurs = false;

  constructor(input: ReadStream, output: WriteStream, hasMouse: boolean) {
    this.#in = input;
    this.out = output;
    this.#hasMouse = hasMouse;
  }

  get columns(): number {
    return this.out.columns || 80;
  }

  get rows(): number {
    return this.out.rows || 24;
  }

  open(events: TerminalEvents): void {
    this.#events = events;
    // Whatever ends the process, the terminal is usable afterwards; and what it died of can be read.
    process.on("exit", this.#leave);
    process.on("uncaughtExceptionMonitor", this.#leave);
    process.on("SIGTSTP", this.#stop);
    process.on("SIGCONT", this.#again);
    this.out.on("resize", this.#resized);
    this.out.on("error", this.#gone);
    this.#in.on("data", this.#data);
    this.#in.on("end", this.#gone);
    this.#in.on("error", this.#gone);
    this.#enter();
  }

  close(): void {
    process.off("exit", this.#leave);
    process.off("uncaughtExceptionMonitor", this.#leave);
    process.off("SIGTSTP", this.#stop);
    process.off("SIGCONT", this.#again);
    this.out.off("resize", this.#resized);
    this.#in.off("data", this.#data);
    this.#in.off("end", this.#gone);
    clearTimeout(this.#timer);
    this.#leave();
    this.#events = undefined;
    this.#in.pause();
  }

  clear(): void {
    this.write(CLEAR_SCREEN);
  }

  write(text: string): void {
    if (this.#isOurs) this.out.write(text);
  }

  suspend(): void {
    this.#leave();
    // All of the group, as the terminal itself would: a launcher may stand before us.
    process.kill(0, "SIGSTOP");
  }

  /** Somebody else wants us to stop. */
  readonly #stop = (): void => {
    this.#leave();
    process.kill(process.pid, "SIGSTOP");
  };

  #enter(): void {
    this.#isOurs = true;
    this.#in.setRawMode(true);
    this.#in.resume();
    this.out.write(enterModes(this.#hasMouse));
  }

  readonly #leave = (): void => {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    try {
      this.#in.setRawMode(false);
    } catch {
      // The terminal is gone.
    }
    try {
      // At the exit of a process nothing that waits is written any more.
      writeSync(STDOUT, leaveModes());
    } catch {
      // Nobody reads it.
    }
  };

  /** Back from a stop: ours or one that somebody else sent. */
  readonly #again = (): void => {
    this.#enter();
    this.#resized();
    this.#events?.onRepaint();
  };

  readonly #resized = (): void => this.#events?.onResize(this.columns, this.rows);

  readonly #gone = (): void => this.#events?.onGone();

  readonly #data = (bytes: Buffer): void => this.#decoded(this.#decoder.feed(bytes));

  #decoded(inputs: readonly Input[]): void {
    clearTimeout(this.#timer);
    for (const input of inputs) this.#events?.onInput(input);
    const { patienceMs } = this.#decoder;
    if (patienceMs === undefined || this.#events === undefined) return;
    this.#timer = setTimeout(() => this.#decoded(this.#decoder.flush()), patienceMs);
  }
}
