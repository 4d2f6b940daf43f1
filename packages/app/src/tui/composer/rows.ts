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
  const rows: ComposerRow[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    for (const { start, end } of wrap(line, width - 1, cellsOf)) {
      rows.push({ text: shownText(line.slice(start, end)), start: offset + start, end: offset + end });
    }
    offset += line.length + 1;
  }
  const row = rows.findLastIndex(({ start }) => start <= at);
  const { start, end } = rows[row] as ComposerRow;
  return { rows, row, column: cells(shownText(text.slice(start, Math.min(at, end)))) };
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
