/** What a begun line could become -> rows. What does not fit into one row goes on in the next: nothing is cut off. */
import type { Candidate } from "../commands/command.ts";
import { cells, wrapText } from "./cells.ts";
import { chosen, EMPTY_ROW, fitRow, type Row, rowCells, span } from "./row.ts";

/** Before everything. */
const MARGIN_CELLS = 2;
const LABEL_CELLS = 14;
const GAP_CELLS = 2;
/** With less room behind the labels, what they mean stands below them. */
const LEAST_DETAIL = 20;

/** Candidates that are laid out: every frame asks for those that are shown, several times. */
const MAX_LAID = 256;
const laid = new Map<string, readonly Row[]>();

/** The rows of every candidate, each as wide as there is room. */
export function candidateRows(items: readonly Candidate[], width: number): readonly (readonly Row[])[] {
  return items.map((item) => {
    const key = [width, item.text, item.args, item.detail].join("\n");
    const known = laid.get(key);
    if (known !== undefined) return known;
    const rows = rowsOf(item, width).map((row) => fitRow(row, width));
    if (laid.size >= MAX_LAID) laid.clear();
    laid.set(key, rows);
    return rows;
  });
}

function rowsOf({ text, args = "", detail }: Candidate, width: number): Row[] {
  const label = text.trimEnd();
  const margin = span(" ".repeat(MARGIN_CELLS));
  const gap = " ".repeat(Math.max(GAP_CELLS, LABEL_CELLS - cells(label)));
  const words = [args, detail].filter((one) => one !== "");
  const behind = words.join(" ".repeat(GAP_CELLS));
  const one: Row = [margin, span(label, "accent"), span(gap), span(behind, "quiet")];
  if (rowCells(one) <= width) return [one];
  const isBeside =
    width - MARGIN_CELLS - LABEL_CELLS >= LEAST_DETAIL && cells(label) + GAP_CELLS <= LABEL_CELLS;
  const indent = MARGIN_CELLS + (isBeside ? LABEL_CELLS : MARGIN_CELLS);
  const details = words
    .flatMap((part) => wrapText(part, width - indent))
    .map((part): Row => [span(" ".repeat(indent)), span(part, "quiet")]);
  if (!isBeside) {
    const labels = wrapText(label, width - MARGIN_CELLS).map((part): Row => [margin, span(part, "accent")]);
    return [...labels, ...details];
  }
  const [first = EMPTY_ROW, ...rest] = details;
  return [[margin, span(label, "accent"), span(gap), ...first.slice(1)], ...rest];
}

/** As many rows as there is room for, the chosen candidate among them; the first of them begins a candidate. */
export function completionWindow(all: readonly (readonly Row[])[], index: number, height: number): Row[] {
  let from = 0;
  const rowsFrom = (first: number, last: number): number =>
    all.slice(first, last + 1).reduce((sum, rows) => sum + rows.length, 0);
  while (from < index && rowsFrom(from, index) > height) from++;
  // No row stays empty while there are more above.
  while (from > 0 && rowsFrom(from - 1, all.length - 1) <= height) from--;
  const rows = all.slice(from).flatMap((one, nth) => (from + nth === index ? one.map(chosen) : one));
  return Array.from({ length: height }, (_, row) => rows[row] ?? EMPTY_ROW);
}
