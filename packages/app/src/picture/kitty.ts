/** The graphics protocol of kitty, which Ghostty, WezTerm and Konsole know too. Pixels go zlib-packed, never as a file of others. */
import { deflateSync } from "node:zlib";
import { throughTmux } from "../tmux.ts";
import { type Pixels, resized, type Size } from "./pixels.ts";
import { atTopLeft, blanks, type Cells, type Drawn, MAX_PLACE, pixelsOf, USUAL_CELL } from "./place.ts";

/** The protocol's largest piece of base64. */
const MAX_PIECE = 4096;
/** An id has to fit the colour by which placeholders name it. */
export const MAX_PICTURE_ID = 0xff_ff_ff;
const PLACEHOLDER = "\u{10eeee}";
/** The numbers 0, 1, 2 … of rows and columns (the protocol's rowcolumn-diacritics). */
const NUMBERS = [
  0x305, 0x30d, 0x30e, 0x310, 0x312, 0x33d, 0x33e, 0x33f, 0x346, 0x34a, 0x34b, 0x34c, 0x350, 0x351, 0x352,
  0x357, 0x35b, 0x363, 0x364, 0x365, 0x366, 0x367, 0x368, 0x369, 0x36a, 0x36b, 0x36c, 0x36d, 0x36e, 0x36f,
  0x483, 0x484, 0x485, 0x486, 0x487, 0x592, 0x593, 0x594, 0x595, 0x597, 0x598, 0x599, 0x59c, 0x59d, 0x59e,
  0x59f, 0x5a0, 0x5a1, 0x5a8, 0x5a9, 0x5ab, 0x5ac, 0x5af, 0x5c4, 0x610, 0x611, 0x612, 0x613, 0x614, 0x615,
  0x616, 0x617, 0x657, 0x658,
].map((code) => String.fromCodePoint(code));

export interface KittyOptions {
  /** 1 to `MAX_PICTURE_ID`, the caller's to choose; the same id takes the place of the picture before. */
  readonly id: number;
  /** Pixels of a cell. */
  readonly cell?: Size;
  /** Text stands for the picture: it scrolls, is overdrawn and redrawn like any text. kitty and Ghostty know it. */
  readonly placeholders?: boolean;
  /** Through tmux with `allow-passthrough on`; goes with placeholders only, since tmux does not know where a picture is. */
  readonly passthrough?: boolean;
}

/** @throws RangeError where the id or the place is none */
export function kittyPicture(pixels: Pixels, place: Cells, options: KittyOptions): Drawn {
  const { id, cell = USUAL_CELL, placeholders = false, passthrough = false } = options;
  checkId(id);
  if (place.rows > MAX_PLACE.rows || place.rows < 1 || place.columns < 1)
    throw new RangeError("no such place");
  const most = pixelsOf(place, cell);
  // What would be scaled up is scaled by the terminal.
  const sent = resized(pixels, {
    width: Math.min(pixels.width, most.width),
    height: Math.min(pixels.height, most.height),
  });
  const head = `a=T,q=2,i=${id},f=32,o=z,s=${sent.width},v=${sent.height},c=${place.columns},r=${place.rows}`;
  const data = deflateSync(sent.rgba).toString("base64");
  if (!placeholders) {
    const drawing = commands(`${head},C=1`, data).join("");
    return { ...place, lines: blanks(place), before: "", over: atTopLeft(place, drawing) };
  }
  const before = commands(`${head},U=1`, data).map((command) =>
    passthrough ? throughTmux(command) : command,
  );
  return { ...place, lines: placeholderLines(place, id), before: before.join(""), over: "" };
}

/** Takes a picture and its memory away from the terminal. */
export function kittyDelete(id: number, passthrough = false): string {
  checkId(id);
  const command = `\x1b_Ga=d,d=I,i=${id},q=2\x1b\\`;
  return passthrough ? throughTmux(command) : command;
}

function commands(head: string, data: string): string[] {
  const made: string[] = [];
  for (let at = 0; at < data.length; at += MAX_PIECE) {
    const more = at + MAX_PIECE < data.length ? 1 : 0;
    made.push(`\x1b_G${at === 0 ? `${head},` : ""}m=${more};${data.slice(at, at + MAX_PIECE)}\x1b\\`);
  }
  return made;
}

/** The colour names the picture; the first cell of a row its row and column, those behind it follow from it. */
function placeholderLines({ columns, rows }: Cells, id: number): string[] {
  const color = `\x1b[38;2;${id >> 16};${(id >> 8) & 255};${id & 255}m`;
  return Array.from(
    { length: rows },
    (_, row) =>
      `${color}${PLACEHOLDER}${NUMBERS[row]}${NUMBERS[0]}${PLACEHOLDER.repeat(columns - 1)}\x1b[39m`,
  );
}

function checkId(id: number): void {
  if (!Number.isInteger(id) || id < 1 || id > MAX_PICTURE_ID) throw new RangeError("no such picture id");
}
