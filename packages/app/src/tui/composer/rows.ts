/** A text as it stands in the composer: its rows, and where the cursor is among them. */
import { cleanLine } from "../../display.ts";
import { cells, graphemes, wrap } from "../layout/cells.ts";

/** One grapheme as it is shown: what cannot be seen must be, or two texts that look alike are not. */
function shown(grapheme: string): string {
  return grapheme === "\t" ? "  " : cleanLine(grapheme);
}

const cellsOf = (grapheme: string) => cells(shown(grapheme));

export interface ComposerRow {
  readonly text: string;
  /** Of the composed text, in UTF-16. */
  readonly start: number;
  readonly end: number;
}

export interface ComposerRows {
  readonly rows: readonly ComposerRow[];
  /** Where the cursor is. */
  readonly row: number;
  readonly column: number;
}

/** @param width in cells, with one for the cursor at the end of a row */
export function composerRows(text: string, at: number, width: number): ComposerRows {
  const rows = laidOut(text, width);
  const row = rows.findLastIndex(({ start }) => start <= at);
  const { start, end } = rows[row] as ComposerRow;
  return { rows, row, column: cells(shownText(text.slice(start, Math.min(at, end)))) };
}

/** What was laid out last, by its lines: of a long text a key changes one of them, and each key asks several times. */
let last = {
  text: "",
  width: 0,
  lines: new Map<string, readonly ComposerRow[]>(),
  rows: [] as readonly ComposerRow[],
};

function laidOut(text: string, width: number): readonly ComposerRow[] {
  if (text === last.text && width === last.width) return last.rows;
  const before = width === last.width ? last.lines : undefined;
  const lines = new Map<string, readonly ComposerRow[]>();
  const rows: ComposerRow[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    const laid = lines.get(line) ?? before?.get(line) ?? rowsOf(line, width);
    lines.set(line, laid);
    for (const { text: shown, start, end } of laid)
      rows.push({ text: shown, start: offset + start, end: offset + end });
    offset += line.length + 1;
  }
  last = { text, width, lines, rows };
  return rows;
}

/** The rows of one line, as if it stood alone. */
function rowsOf(line: string, width: number): ComposerRow[] {
  return wrap(line, width - 1, cellsOf).map(({ start, end }) => ({
    text: shownText(line.slice(start, end)),
    start,
    end,
  }));
}

/** The place in the text that is nearest to a column of a row. */
export function placeAt(text: string, { start, end }: ComposerRow, column: number): number {
  let used = 0;
  for (const { segment, index } of graphemes(text.slice(start, end))) {
    const size = cellsOf(segment);
    if (used + size > column) return start + index;
    used += size;
  }
  return end;
}

function shownText(text: string): string {
  let out = "";
  for (const { segment } of graphemes(text)) out += shown(segment);
  return out;
}
