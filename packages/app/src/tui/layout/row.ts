/** Rows of the screen: text in parts, each with the part that it plays. Colours come later (theme.ts). */
import { BORDER, endOf, runsRightToLeft } from "../../display.ts";
import { cells, cut } from "./cells.ts";

/** What a text is, not how it looks. */
export type Role =
  | "me"
  | "them"
  | "time"
  | "quiet"
  | "rule"
  | "unread"
  | "title"
  | "accent"
  | "warning"
  | "error"
  | "link"
  | "quote"
  | "match"
  | "prompt";

export interface Span {
  readonly text: string;
  readonly role?: Role;
  /** Shown the other way round: chosen. */
  readonly isChosen?: boolean;
  /** The address that a terminal opens for it, of which it is all or a part. */
  readonly link?: string;
  /** Stands in this column (from 0) even where what is before it is wider or narrower on the terminal than was thought. */
  readonly column?: number;
  /** Holds colours of its own (a picture, made here); so many cells wide. */
  readonly rawCells?: number;
  /** A line of a picture: of which, and which of its lines. */
  readonly picture?: { readonly id: string; readonly line: number };
}

export type Row = readonly Span[];

export const EMPTY_ROW: Row = [];

export function span(text: string, role?: Role): Span {
  return role === undefined ? { text } : { text, role };
}

export function rowCells(row: Row): number {
  return row.reduce((sum, { text, rawCells }) => sum + (rawCells ?? cells(text)), 0);
}

/** The row in exactly so many cells. */
export function fitRow(row: Row, width: number): Row {
  const out: Span[] = [];
  let room = width;
  for (const one of row) {
    const size = one.rawCells ?? cells(one.text);
    if (size <= room) {
      out.push(one);
      room -= size;
      continue;
    }
    if (one.rawCells === undefined) out.push({ ...one, text: cut(one.text, room) });
    room -= one.rawCells === undefined ? cells(cut(one.text, room)) : 0;
    break;
  }
  return room > 0 ? [...out, { text: " ".repeat(room), ...chosenOf(row) }] : out;
}

function chosenOf(row: Row): { readonly isChosen?: boolean } {
  return row.at(-1)?.isChosen === true ? { isChosen: true } : {};
}

/**
 * The row with something between what runs from right to left and the part behind it, so that a terminal which turns text
 * around takes no part for another's (`beside` of display.ts): a blank at the seam becomes one with a direction.
 */
export function apart(row: Row): Row {
  if (!row.some(({ text }) => runsRightToLeft(text))) return row;
  const out: Span[] = [];
  let isOpen = false;
  for (const one of row) {
    const before = out.at(-1);
    let { text } = one;
    if (isOpen && before !== undefined && text !== "") {
      if (before.text.endsWith(" "))
        out[out.length - 1] = { ...before, text: before.text.slice(0, -1) + BORDER };
      else if (text.startsWith(" ")) text = BORDER + text.slice(1);
      isOpen = false;
    }
    const end = one.rawCells === undefined ? endOf(text) : "left-to-right";
    if (end !== undefined) isOpen = end === "right-to-left";
    if (text !== "") out.push(text === one.text ? one : { ...one, text });
  }
  return out;
}

/** A text at the left and one at the right; the left one gives way. */
export function spread(left: Row, right: Row, width: number): Row {
  const taken = rowCells(right);
  return taken >= width ? fitRow(right, width) : [...fitRow(left, width - taken), ...right];
}

export function chosen(row: Row): Row {
  return row.map((one) => ({ ...one, isChosen: true }));
}

/** The text of a row, for readers of the screen and for tests. */
export function rowText(row: Row): string {
  return row.map(({ text }) => text).join("");
}
