/** Text in cells of a terminal: how wide it is, and where it is broken. Texts must have been cleaned (display.ts). */
import stringWidth from "./stringwidth.ts";

const PLAIN = /^[\x20-\x7e]*$/;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export interface Grapheme {
  readonly segment: string;
  readonly index: number;
}

/** What a person takes for one character; what is made of more than this, nobody does. */
const MAX_GRAPHEME_CELLS = 8;

export function* graphemes(text: string): Iterable<Grapheme> {
  for (const { segment, index } of segmenter.segment(text)) {
    if (segment.length <= MAX_GRAPHEME_CELLS || cells(segment) <= MAX_GRAPHEME_CELLS)
      yield { segment, index };
    else yield* characters(segment, index);
  }
}

/** Consonants can be joined without an end. Each with the marks behind it. */
function* characters(text: string, start: number): Iterable<Grapheme> {
  for (const { 0: segment, index } of text.matchAll(/\P{M}\p{M}*|\p{M}+/gu))
    yield { segment, index: start + index };
}

/** What several characters of one cell and more may be joined by: marks, Thai's and Lao's AM, and signs that stand in front. */
const JOINED =
  /[\p{M}\p{Emoji_Modifier}\u0e33\u0eb3\u0d4e\u{111c2}\u{111c3}\u{113d1}\u{1193f}\u{11941}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}]/u;
/** Of these terminals know what they look like together. */
const ONE = /^\p{RGI_Emoji}$|\p{Script=Hangul}/v;

/**
 * How many cells a text takes, on a terminal where it takes most: many go by characters where others go by graphemes, and
 * what is thought too narrow is cut off at the edge.
 */
export function cells(text: string): number {
  if (text.length <= 2 && isOne(text)) return characterCells(text);
  if (!JOINED.test(text)) return stringWidth(text);
  let sum = 0;
  for (const { segment } of segmenter.segment(text)) sum += graphemeCells(segment);
  return sum;
}

function graphemeCells(segment: string): number {
  if (isOne(segment)) return characterCells(segment);
  const width = stringWidth(segment);
  if (ONE.test(segment)) return width;
  let sum = 0;
  for (const character of segment) sum += characterCells(character);
  return Math.max(width, sum);
}

/** More than any language has letters. */
const MAX_KNOWN = 8_192;
const known = new Map<string, number>();

/** The library takes texts apart again that are taken apart already, which is slow where there are many. */
function characterCells(character: string): number {
  const size = known.get(character) ?? stringWidth(character);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(character, size);
  return size;
}

function isOne(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

/** A row of a longer text: which of its characters (UTF-16) stand on it. A blank that is broken at stands on none. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Narrower than this nothing is wrapped; a wide character must fit. */
const LEAST_CELLS = 2;

/**
 * Breaks a line (without line feeds) at blanks, and within words that are too long.
 * @param width in cells
 * @param cellsOf how wide a grapheme is shown
 * @returns at least one piece, in order
 */
export function wrap(line: string, width: number, cellsOf: (grapheme: string) => number = cells): Piece[] {
  const room = Math.max(width, LEAST_CELLS);
  if (line.length <= room && PLAIN.test(line)) return [{ start: 0, end: line.length }];
  const pieces: Piece[] = [];
  let start = 0;
  let used = 0;
  /** Behind the last blank of this row, and the cells up to there. */
  let blank = 0;
  let usedAtBlank = 0;
  for (const { segment, index } of graphemes(line)) {
    const size = cellsOf(segment);
    if (used + size > room) {
      if (segment === " ") {
        pieces.push({ start, end: index });
        start = index + 1;
        used = 0;
        blank = start;
        continue;
      }
      if (blank > start) {
        pieces.push({ start, end: blank });
        start = blank;
        used -= usedAtBlank;
      }
      // What stood behind the blank may leave no room either.
      if (used + size > room) {
        pieces.push({ start, end: index });
        start = index;
        used = 0;
      }
      blank = start;
    }
    used += size;
    if (segment === " ") {
      blank = index + 1;
      usedAtBlank = used;
    }
  }
  pieces.push({ start, end: line.length });
  return pieces;
}

/** The rows of a text of several lines; tabs become blanks. */
export function wrapText(text: string, width: number): string[] {
  return text
    .replace(/\t/g, "    ")
    .split("\n")
    .flatMap((line) => wrap(line, width).map(({ start, end }) => line.slice(start, end).trimEnd()));
}

/** As much of a text as fits, with an ellipsis where something is left out. */
export function cut(text: string, width: number, ellipsis = "…"): string {
  if (width <= 0) return "";
  if (cells(text) <= width) return text;
  const room = width - cells(ellipsis);
  if (room < 0) return "";
  let used = 0;
  for (const { segment, index } of graphemes(text)) {
    const size = cells(segment);
    if (used + size > room) return text.slice(0, index) + ellipsis;
    used += size;
  }
  return text;
}

/** A text in exactly so many cells: cut, or filled up with blanks. */
export function fit(text: string, width: number, ellipsis = "…"): string {
  const shown = cut(text, width, ellipsis);
  return shown + " ".repeat(Math.max(0, width - cells(shown)));
}
