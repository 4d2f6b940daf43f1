/** What goes into letters: the text and the file of a command line, each a letter. */
import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { EXIT, type Failure, failureOf, usage } from "../exit.ts";
import { note, readInput } from "../io.ts";
import { safeName } from "./filename.ts";
import { TEXT_TYPE, typeOf } from "./mediatype.ts";

/** The body of one letter, or of one message. */
export interface Content {
  readonly isFile: boolean;
  readonly type: string;
  readonly name?: string;
  readonly body: Uint8Array;
}

/**
 * Reads what is to be sent as letters. Where neither a text nor a file is named, the text comes from standard input.
 * @param file a path, or `-` for standard input
 * @param name what the receiver sees as its name; the last part of the path where it is left out
 * @throws Failure `usage`
 */
export async function readContents(
  text: string | undefined,
  file: string | undefined,
  name: string | undefined,
): Promise<Content[]> {
  const { LARGEST_LETTER_BYTES } = await import("@asfaleia/identity/letter");
  return read(text, file, name, { bytes: LARGEST_LETTER_BYTES, what: "a letter" });
}

/** The same for messages, whose files may be larger. @throws Failure `usage` */
export function readMessages(
  text: string | undefined,
  file: string | undefined,
  name: string | undefined,
): Promise<Content[]> {
  return read(text, file, name, { bytes: LARGEST_FILE_BYTES, what: "a message" });
}

/** Of a message (docs/messaging.md, "Files"). */
const LARGEST_FILE_BYTES = 100 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

interface Limit {
  readonly bytes: number;
  readonly what: string;
}

async function read(
  text: string | undefined,
  file: string | undefined,
  name: string | undefined,
  limit: Limit,
): Promise<Content[]> {
  if (name !== undefined && file === undefined)
    throw usage("--name is the name of a file: it goes with --file");
  const contents: Content[] = [];
  if (text !== undefined) contents.push(textContent(new TextEncoder().encode(text)));
  if (file !== undefined) contents.push(await fileContent(file, name, limit));
  if (contents.length === 0) contents.push(textContent(await readText(limit.what.replace("a ", "the "))));
  return contents;
}

/** Longer than any that is taken, by a letter or by the messenger: those say by how much. */
const LARGEST_TEXT_BYTES = 262_144;

/** A text from standard input. @throws Failure `usage` */
async function readText(what: string): Promise<Uint8Array> {
  if (process.stdin.isTTY) note(`Write ${what}; Ctrl-D at the beginning of a line ends it.`);
  return readInput(LARGEST_TEXT_BYTES, EXIT.usage, "the text", { instead: "; send it as a file" });
}

/** The text of a reply or an edit: the word itself, or standard input. @throws Failure `usage` */
export async function readOneText(text: string | undefined): Promise<string> {
  const body = text === undefined ? await readText("the message") : new TextEncoder().encode(text);
  return Buffer.from(textContent(body).body).toString("utf8");
}

function textContent(body: Uint8Array): Content {
  if (body.length === 0) throw usage("there is nothing to send");
  if (!isUtf8(body))
    throw usage("the text is not UTF-8; send it as a file: --file PATH, or --file - for standard input");
  return { isFile: false, type: TEXT_TYPE, body };
}

async function fileContent(path: string, called: string | undefined, limit: Limit): Promise<Content> {
  const body =
    path === "-" ? await readInput(limit.bytes, EXIT.usage, "the file") : await readFile(path, limit);
  const own = called ?? (path === "-" ? undefined : basename(path));
  if (own === undefined) return { isFile: true, type: typeOf("", isUtf8(body)), body };
  // A letter refuses the names that would trouble its reader, such as those with a leading dot.
  const { isLetterName } = await import("@asfaleia/identity/letter");
  const name = isLetterName(own) ? own : safeName(own, "file");
  return { isFile: true, type: typeOf(name, isUtf8(body)), name, body };
}

async function readFile(path: string, limit: Limit): Promise<Uint8Array> {
  const file = await open(path, "r").catch((error) => {
    throw usage(failureOf(error).message);
  });
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw usage(`${path} is a folder`);
    if (stat.size > limit.bytes) throw tooLong(path, stat.size, limit);
    const chunks: Uint8Array[] = [];
    for (let length = 0; ; ) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead === 0) return new Uint8Array(Buffer.concat(chunks));
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
      if (length > limit.bytes) throw tooLong(path, length, limit);
    }
  } finally {
    await file.close();
  }
}

function tooLong(path: string, size: number, { bytes, what }: Limit): Failure {
  return usage(`${path} has ${size} bytes; ${what} holds fewer than ${bytes}`);
}
