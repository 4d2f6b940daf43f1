/** `asfaleia save`: fetches the file of a message. */

import { parseArguments, wholeNumber } from "../arguments.ts";
import { needMessage } from "../contacts/find.ts";
import { cleanLine, jsonLine } from "../display.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import type { Face } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { print } from "../io.ts";
import { Folder } from "../letters/folder.ts";
import { fileFacts } from "../lines.ts";
import { SavedFiles } from "../talk/savedfiles.ts";
import { untilWhole } from "../talk/wholefile.ts";

export const help = `Usage: asfaleia save MSGID [DIR] [--timeout S] [--json] [--home DIR] [--profile NAME]

Accepts the file of a message, waits until all of it is here, and saves it in DIR (default: where you are) under a safe
name, mode 0600, nothing overwritten. What has come stays where the time is up: the next time goes on from there. The
other side must be running too.

  --timeout S      how long to wait, in seconds (default: 600); then it ends with 14
  --json           one line of JSON: type "file", with, contact, file (id, name, type, size, state, done), saved
${FACE_HELP}

Examples:
  asfaleia save 3f2a9c1e ~/pictures
`;

const DEFAULT_SECONDS = 600;
const MAX_SECONDS = 1_000_000;

const OPTIONS = { json: { type: "boolean" }, timeout: { type: "string" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [id, place = ".", more] = positionals;
  if (more !== undefined) throw usage("one at a time");
  const { timeout } = values;
  const seconds = timeout === undefined ? DEFAULT_SECONDS : wholeNumber("timeout", timeout, 1, MAX_SECONDS);
  return withFace(values, signal, async ({ face }) => {
    const { id: message, file, isOwn } = await needMessage(face, id);
    if (file === undefined || isOwn) throw usage("this message brings no file");
    const folder = await Folder.open(place);
    const path = await fetched(face, signal, message, new SavedFiles(face, folder), seconds * 1000);
    const view = await face.call("messages.find", { id: message });
    const facts = {
      type: "file",
      with: view.with,
      contact: view.contact,
      file: view.file && fileFacts(view.file),
    };
    await print(values.json ? jsonLine({ ...facts, saved: path }) : `saved: ${cleanLine(path)}\n`);
    return EXIT.done;
  });
}

async function fetched(
  face: Face,
  signal: AbortSignal,
  message: string,
  files: SavedFiles,
  ms: number,
): Promise<string> {
  const find = () => face.call("messages.find", { id: message });
  await face.call("outbox.start", {});
  const before = await files.take(await find());
  if (before !== undefined) return before;
  await untilWhole(face, signal, message, ms, "asfaleia save");
  const path = await files.take(await find());
  if (path === undefined) throw new Failure(EXIT.turnedDown, "the file cannot be had any more");
  return path;
}
