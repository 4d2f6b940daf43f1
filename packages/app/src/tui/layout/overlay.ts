/** The place of what lies over the conversation. */
import type { State } from "../model/state.ts";

/** Header, title, hint, status line. */
const FRAME_ROWS = 4;

/** Rows of its body. */
export function bodyHeight({ rows }: State): number {
  return Math.max(1, rows - FRAME_ROWS);
}
