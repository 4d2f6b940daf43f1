/** The three standard streams. Results go to standard output, everything else to standard error. */

import { cleanText } from "./display.ts";
import { type Exit, Failure } from "./exit.ts";
import { currentPerson } from "./person.ts";

// A stream that nobody reads tells its writers by their callbacks; the event would only end the process.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

/** Errors that say only that whoever read standard output has gone. */
const unread = new WeakSet<object>();

/** Writes a result. Resolves when the system has taken it; rejects where nobody reads, or the disk is full. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) return resolve();
      if ("code" in error && error.code === "EPIPE") unread.add(error);
      reject(error);
    });
  });
}

/** Whether `print` has failed because nobody reads any more. */
export function isUnread(error: unknown): boolean {
  return typeof error === "object" && error !== null && unread.has(error);
}

/** Says something to the person: on standard error, or in the face that called. */
export function note(text: string): void {
  currentPerson().note(cleanText(text));
}

/** Says what went wrong. */
export function complain(text: string): void {
  note(`asfaleia: ${text}`);
}

export interface InputOptions {
  /** What else can be done where it is too long: the end of a sentence. */
  readonly instead?: string;
  /** Whether what has come is all that is wanted, at the end of a line that somebody has typed. */
  readonly isOver?: (text: string) => boolean;
}

/**
 * Reads standard input to its end.
 * @param limit the most bytes that are taken
 * @param exit what more than that ends with
 */
export async function readInput(
  limit: number,
  exit: Exit,
  what: string,
  { instead = "", isOver }: InputOptions = {},
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > limit) {
      process.stdin.destroy();
      throw new Failure(exit, `${what} is longer than ${limit} bytes${instead}`);
    }
    chunks.push(chunk);
    if (isOver?.(Buffer.concat(chunks).toString("utf8"))) break;
  }
  return new Uint8Array(Buffer.concat(chunks));
}
