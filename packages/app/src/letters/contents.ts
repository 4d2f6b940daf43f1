/** What goes into letters: the text and the file of a command line, each a letter. */
import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { isLetterName, LARGEST_LETTER_BYTES } from "@asfaleia/identity/letter";
import { EXIT, type Failure, failureOf, usage } from "../exit.ts";
import { note, readInput } from "../io.ts";
import { safeName } from "./filename.ts";
import { TEXT_TYPE, typeOf } from "./mediatype.ts";

/** The body of one letter. */
export interface Content {
  readonly type: string;
  readonly name?: string;
  readonly body: Uint8Array;
}

/**
 * Reads what is to be sent. Where neither a text nor a file is named, the text comes from standard input.
 * @param file a path, or `-` for standard input
 * @throws Failure `usage`
 */
export async function readContents(text: string | undefined, file: string | undefined): Promise<Content[]> {
  const contents: Content[] = [];
  if (text !== undefined) contents.push(textContent(new TextEncoder().encode(text)));
  if (file !== undefined) contents.push(await fileContent(file));
  if (contents.length === 0) {
    if (process.stdin.isTTY) note("Write the letter; Ctrl-D at the beginning of a line ends it.");
    contents.push(textContent(await readInput(LARGEST_LETTER_BYTES, EXIT.usage, "the text")));
  }
  return contents;
}

function textContent(body: Uint8Array): Content {
  if (body.length === 0) throw usage("there is nothing to send");
  if (!isUtf8(body))
    throw usage("the text is not UTF-8; send it as a file: --file PATH, or --file - for standard input");
  return { type: TEXT_TYPE, body };
}

async function fileContent(path: string): Promise<Content> {
  if (path === "-") {
    const body = await readInput(LARGEST_LETTER_BYTES, EXIT.usage, "the file");
    return { type: typeOf("", isUtf8(body)), body };
  }
  const body = await readFile(path);
  const own = basename(path);
  // A letter refuses the names that would trouble its reader, such as those with a leading dot.
  const name = isLetterName(own) ? own : safeName(own, "file");
  return { type: typeOf(name, isUtf8(body)), name, body };
}

async function readFile(path: string): Promise<Uint8Array> {
  const file = await open(path, "r").catch((error) => {
    throw usage(failureOf(error).message);
  });
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw usage(`${path} is a folder`);
    const room = new Uint8Array(LARGEST_LETTER_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(room, length, room.length - length);
      length += bytesRead;
      if (bytesRead === 0) return room.slice(0, length);
      if (length === room.length) throw tooLong(path, Math.max(stat.size, length));
    }
  } finally {
    await file.close();
  }
}

function tooLong(path: string, size: number): Failure {
  return usage(`${path} has ${size} bytes; a letter holds fewer than ${LARGEST_LETTER_BYTES}`);
}
