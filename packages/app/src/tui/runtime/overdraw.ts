/**
 * Pictures of pixels are drawn over blanks that a frame has left for them. The terminal forgets nothing of what is drawn by
 * itself, so where one moves or goes, all of the screen is drawn anew.
 */
import type { Row } from "../layout/row.ts";
import { rowCells } from "../layout/row.ts";
import { screenOf } from "../layout/screen.ts";
import type { State } from "../model/state.ts";
import { conversationRows } from "../views/conversation.ts";
import { cursorOf } from "../views/screen.ts";

export interface Placed {
  readonly id: string;
  /** Behind the last cell of its last row; from 0. */
  readonly row: number;
  readonly column: number;
  readonly over: string;
}

/** The pictures of pixels that are whole on the screen. */
export function placedPictures(state: State): Placed[] {
  if (state.overlay !== undefined || ![...state.pictures.values()].some(({ over }) => over !== "")) return [];
  const { listWidth } = screenOf(state);
  const left = listWidth === 0 ? 0 : listWidth + 1;
  const placed: Placed[] = [];
  /** How many lines of the picture stand above, without a gap. */
  let seen: { readonly id: string; readonly lines: number } | undefined;
  conversationRows(state).forEach((row, index) => {
    const part = row.find(({ picture }) => picture !== undefined)?.picture;
    if (part === undefined) {
      seen = undefined;
      return;
    }
    const isNext = part.line === 0 || (seen?.id === part.id && seen.lines === part.line);
    seen = isNext ? { id: part.id, lines: part.line + 1 } : undefined;
    const picture = state.pictures.get(part.id);
    if (picture === undefined || picture.over === "" || seen?.lines !== picture.rows.length) return;
    // One row of header.
    placed.push({ id: part.id, row: index + 1, column: left + endOf(row), over: picture.over });
  });
  return placed;
}

function endOf(row: Row): number {
  const last = row.findIndex(({ picture }) => picture !== undefined);
  return rowCells(row.slice(0, last + 1));
}

/** Where they are, as one text: the screen is as it was while this is. */
export function placesKey(placed: readonly Placed[]): string {
  return placed.map(({ id, row, column }) => `${id}@${row},${column}`).join(" ");
}

/**
 * What draws them, and leaves the cursor where Ink has it: in its place, or in the last row where it is hidden.
 * What a picture is drawn by saves and restores the cursor itself, and terminals keep one place only.
 */
export function overdrawing(placed: readonly Placed[], state: State): string {
  if (placed.length === 0) return "";
  const { x, y } = cursorOf(state) ?? { x: 0, y: state.rows - 1 };
  const drawn = placed.map(({ row, column, over }) => `${at(row, column)}${over}`).join("");
  return `${drawn}${at(y, x)}`;
}

/** CUP. */
function at(row: number, column: number): string {
  return `\x1b[${row + 1};${column + 1}H`;
}
