/** Questions at the terminal of the session, /dev/tty, wherever the standard streams lead. */
import { closeSync, openSync, writeSync } from "node:fs";
import { ReadStream, WriteStream } from "node:tty";
import { cleanText } from "./display.ts";
import { Interrupted } from "./exit.ts";

/** More than OpenSSH takes for a passphrase. */
const MAX_ANSWER_BYTES = 1024;

/** Whether there is a terminal to ask at. */
export function hasTerminal(): boolean {
  const fd = openTerminal();
  if (fd !== undefined) closeSync(fd);
  return fd !== undefined;
}

/**
 * Asks a question and shows what is typed.
 * @returns the answer, or null where there is no terminal, or the line was ended by Ctrl-D
 * @throws Interrupted on Ctrl-C; the signal's reason when it aborts
 */
export async function askLineAtTerminal(question: string, signal: AbortSignal): Promise<string | null> {
  const answer = await ask(question, true, signal);
  return answer === null ? null : new TextDecoder().decode(answer);
}

/**
 * Asks for a secret and shows nothing of it. The bytes are the caller's to wipe.
 * @returns as `askLineAtTerminal`
 * @throws as `askLineAtTerminal`
 */
export function askSecret(question: string, signal: AbortSignal): Promise<Uint8Array | null> {
  return ask(question, false, signal);
}

function openTerminal(): number | undefined {
  try {
    return openSync(process.platform === "win32" ? "\\\\.\\CON" : "/dev/tty", "r+");
  } catch {
    return undefined;
  }
}

async function ask(question: string, echo: boolean, signal: AbortSignal): Promise<Uint8Array | null> {
  signal.throwIfAborted();
  const fd = openTerminal();
  if (fd === undefined) return null;
  // Owns `fd` from here on. Raw mode is without echo and without signals from keys; Node ends it at every exit.
  const input = new ReadStream(fd);
  const line = new TypedLine();
  const shown = cleanText(question);
  let isTakenBack = false;
  try {
    input.setRawMode(true);
    writeSync(fd, shown);
    await typed(input, line, (text) => echo && writeSync(fd, text), signal);
    return line.ended === "given-up" ? null : line.take();
  } catch (error) {
    isTakenBack = signal.aborted;
    if (isTakenBack && !echo && line.hasBegun) await leftOff(input);
    throw error;
  } finally {
    line.wipe();
    input.setRawMode(false);
    writeSync(fd, isTakenBack ? erasure(shown) : "\n");
    input.destroy();
  }
}

/** A pause in which nobody types on, and the longest that one is waited for. */
const PAUSE_MS = 1000;
const LONGEST_MS = 10_000;

/**
 * Swallows the rest of a secret whose question was taken back while it was typed: the shell would show it, and keep it
 * in its history. Resolves at the end of its line, or when nobody types any more.
 */
function leftOff(input: ReadStream): Promise<void> {
  return new Promise((resolve) => {
    const longest = setTimeout(end, LONGEST_MS);
    const pause = setTimeout(end, PAUSE_MS);
    const line = new TypedLine();
    function end(): void {
      clearTimeout(longest);
      clearTimeout(pause);
      line.wipe();
      resolve();
    }
    input.on("data", (chunk: Buffer) => {
      pause.refresh();
      for (const byte of chunk) line.type(byte);
      chunk.fill(0);
      if (line.ended !== undefined) end();
    });
    input.once("error", end).once("end", end);
  });
}

/** Takes a question off the screen, where that can be done; else a new line begins below it. */
function erasure(question: string): string {
  const columns = columnsHere();
  if (columns === undefined || !process.env.TERM || process.env.TERM === "dumb") return "\n";
  const rows = question
    .split("\n")
    .reduce((sum, row) => sum + Math.max(1, Math.ceil(row.length / columns)), 0);
  return `${rows > 1 ? `\x1b[${rows - 1}A` : ""}\r\x1b[J`;
}

function columnsHere(): number | undefined {
  const fd = openTerminal();
  if (fd === undefined) return undefined;
  const output = new WriteStream(fd);
  const { columns } = output;
  output.destroy();
  return columns > 0 ? columns : undefined;
}

function typed(
  input: ReadStream,
  line: TypedLine,
  show: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => finish(() => reject(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    const finish = (settle: () => void) => {
      signal.removeEventListener("abort", onAbort);
      input.off("data", onData);
      settle();
    };
    const onData = (chunk: Buffer): void => {
      for (const byte of chunk) {
        show(line.type(byte));
        if (line.ended !== undefined) break;
      }
      chunk.fill(0);
      if (line.ended === "interrupted") finish(() => reject(new Interrupted("Ctrl-C")));
      else if (line.ended !== undefined) finish(resolve);
    };
    input.on("error", () => finish(() => reject(new Interrupted("the terminal is gone"))));
    input.on("end", () => finish(() => reject(new Interrupted("the terminal is gone"))));
    input.on("data", onData);
  });
}

const KEY = { interrupt: 0x03, end: 0x04, backspace: 0x08, kill: 0x15, quit: 0x1c, delete: 0x7f } as const;
const ERASE = "\b \b";

/** A line as it is typed, in a buffer of its own that can be wiped. */
export class TypedLine {
  readonly #bytes = new Uint8Array(MAX_ANSWER_BYTES);
  #length = 0;
  ended: "entered" | "given-up" | "interrupted" | undefined;

  /** Takes a byte from the keyboard. @returns what an echo shows */
  type(byte: number): string {
    if (byte === 0x0d || byte === 0x0a) this.ended = "entered";
    else if (byte === KEY.interrupt || byte === KEY.quit) this.ended = "interrupted";
    else if (byte === KEY.end) this.ended = this.#length === 0 ? "given-up" : undefined;
    else if (byte === KEY.backspace || byte === KEY.delete) return this.#erase();
    else if (byte === KEY.kill) return this.#eraseAll();
    else if (byte >= 0x20 && this.#length < this.#bytes.length) {
      this.#bytes[this.#length++] = byte;
      return byte < 0x80 ? String.fromCharCode(byte) : "";
    }
    return "";
  }

  get hasBegun(): boolean {
    return this.#length > 0;
  }

  /** A copy of what was typed. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  /** One character: in UTF-8 its last byte and all that continue it. */
  #erase(): string {
    if (this.#length === 0) return "";
    let byte = 0;
    do {
      byte = this.#bytes[--this.#length] ?? 0;
      this.#bytes[this.#length] = 0;
    } while ((byte & 0xc0) === 0x80 && this.#length > 0);
    return byte < 0x80 ? ERASE : "";
  }

  #eraseAll(): string {
    const shown = this.#bytes.subarray(0, this.#length).filter((byte) => byte < 0x80).length;
    this.wipe();
    return ERASE.repeat(shown);
  }
}
