/** `asfaleia show`: draws the picture of a message in the terminal. */
import { randomInt } from "node:crypto";
import { parseArguments, wholeNumber } from "../arguments.ts";
import { needMessage } from "../contacts/find.ts";
import { columns, messageText } from "../conversation.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import type { Face, MessageView } from "../face/face.ts";
import { readFile } from "../face/files.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { print } from "../io.ts";
import { PictureError } from "../picture/error.ts";
import { MAX_PICTURE_FILE_BYTES } from "../picture/limits.ts";
import { colorDepth, knowsPlaceholders, type PictureWay, pictureWay } from "../picture/way.ts";
import { untilWhole } from "../talk/wholefile.ts";

export const help = `Usage: asfaleia show MSGID [--timeout S] [--home DIR] [--profile NAME]

Shows the picture of a message in the terminal: PNG, JPEG, or the first picture of a GIF. It is fetched where it is not
here yet, decoded within limits of time and memory, and drawn anew: nothing of the file itself reaches the terminal. By
kitty's graphics, iTerm2's inline images or sixels where the terminal is known to have them, else in blocks of colour;
ASFALEIA_PICTURES=kitty, iterm2, sixel, blocks or off decides otherwise. asfaleia save keeps the file.

MSGID is the beginning of a message's id, at least 4 of its digits (asfaleia history shows them).

  --timeout S      how long to wait for the picture, in seconds (default: 60); then it ends with 14
${FACE_HELP}

Examples:
  asfaleia show 3f2a9c1e
`;

const DEFAULT_SECONDS = 60;
const MAX_SECONDS = 1_000_000;
const USUAL_ROWS = 24;
/** For what stands above the picture, and the prompt below. */
const ROWS_AROUND = 4;
const MARGIN = "  ";
/** Few enough that old pictures are overwritten in time, and not those of other programs, which begin at 1. */
const [FIRST_ID, LAST_ID] = [0x61_00_00, 0x61_ff_ff];

const OPTIONS = { timeout: { type: "string" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [id, more] = positionals;
  if (more !== undefined) throw usage("one at a time");
  const { timeout } = values;
  const seconds = timeout === undefined ? DEFAULT_SECONDS : wholeNumber("timeout", timeout, 1, MAX_SECONDS);
  const way = wayHere();
  return withFace(values, signal, async ({ face }) => {
    const view = await needMessage(face, id);
    const bytes = await pictureBytes(face, signal, view, seconds * 1000);
    await print(`${messageText(view).trimEnd()}\n${await drawn(bytes, way, signal)}`);
    return EXIT.done;
  });
}

/** @throws Failure `usage` where no picture can be shown here */
function wayHere(): Exclude<PictureWay, "off"> {
  if (columns() === undefined)
    throw usage("a picture is shown at a terminal; asfaleia save MSGID writes the file");
  try {
    const way = pictureWay(process.env);
    if (way !== "off") return way;
  } catch (error) {
    throw error instanceof RangeError ? usage(error.message) : error;
  }
  throw usage("pictures are turned off here (ASFALEIA_PICTURES, TERM); asfaleia save MSGID writes the file");
}

/** @throws Failure, PictureError */
async function pictureBytes(
  face: Face,
  signal: AbortSignal,
  { id, contact, file, isOwn }: MessageView,
  ms: number,
): Promise<Uint8Array> {
  if (file === undefined) throw usage("this message brings no picture");
  // It would be fetched for nothing.
  if (file.size > MAX_PICTURE_FILE_BYTES) throw new PictureError("too-large");
  if (!isOwn && file.state !== "complete") {
    if (file.state !== "offered" && file.state !== "accepted")
      throw new Failure(EXIT.turnedDown, `the picture cannot be had: ${file.state}`);
    await face.call("outbox.start", {});
    await face.call("files.accept", { contact, file: file.id });
    await untilWhole(face, signal, id, ms, "asfaleia show");
  }
  return readFile(face, contact, file);
}

async function drawn(
  bytes: Uint8Array,
  way: Exclude<PictureWay, "off">,
  signal: AbortSignal,
): Promise<string> {
  const [{ drawPicture }, { printed }] = await Promise.all([
    import("../picture/draw.ts"),
    import("../picture/place.ts"),
  ]);
  const room = {
    columns: Math.max(1, (columns() ?? 0) - MARGIN.length - 1),
    rows: Math.max(1, (process.stdout.rows || USUAL_ROWS) - ROWS_AROUND),
  };
  const picture = await drawPicture(bytes, {
    way,
    room,
    depth: colorDepth(process.env),
    id: randomInt(FIRST_ID, LAST_ID + 1),
    placeholders: knowsPlaceholders(process.env),
    passthrough: Boolean(process.env.TMUX),
    signal,
  });
  return printed(picture, MARGIN);
}
