/** Where a picture stands among characters, and what a way of drawing makes of it. */
import { fitted, type Size } from "./pixels.ts";

/** Width and height in character cells. */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
}

/** Pixels of a cell where the terminal has not said; about the shape that fonts have. */
export const USUAL_CELL: Size = { width: 8, height: 16 };

/** More would be no preview any more, and the rows of kitty's placeholders have numbers for so many. */
export const MAX_PLACE: Cells = { columns: 400, rows: 64 };

/**
 * A picture that is ready for a terminal. `lines` is exactly `rows` lines of exactly `columns` cells, without line ends.
 * What draws pixels says so in two texts beside them, either of which may be empty.
 */
export interface Drawn extends Cells {
  readonly lines: readonly string[];
  /** To be written once, anywhere before the lines; moves no cursor. */
  readonly before: string;
  /** To be written when the cursor stands right behind the last line; moves no cursor for good. */
  readonly over: string;
}

/** The cells that a picture of this size takes, in its own shape: at most `room`, at least one. */
export function cellsFor(size: Size, room: Cells, cell: Size = USUAL_CELL): Cells {
  const columns = Math.max(1, Math.min(room.columns, MAX_PLACE.columns));
  const rows = Math.max(1, Math.min(room.rows, MAX_PLACE.rows));
  const { width, height } = fitted(size, { width: columns * cell.width, height: rows * cell.height });
  return {
    columns: Math.min(columns, Math.ceil(width / cell.width)),
    rows: Math.min(rows, Math.ceil(height / cell.height)),
  };
}

/** The pixels that these cells have. */
export function pixelsOf({ columns, rows }: Cells, cell: Size): Size {
  return { width: columns * cell.width, height: rows * cell.height };
}

/** Lines of blanks, to be drawn over. */
export function blanks({ columns, rows }: Cells): string[] {
  return Array.from({ length: rows }, () => " ".repeat(columns));
}

/** From behind the last of these lines to their first cell, there something, and back (DECSC, CUU, CUB, DECRC). */
export function atTopLeft({ columns, rows }: Cells, drawing: string): string {
  const up = rows > 1 ? `\x1b[${rows - 1}A` : "";
  return `\x1b7${up}\x1b[${columns}D${drawing}\x1b8`;
}

/**
 * A picture as it is printed, with a line end behind every line.
 * @param margin in front of every line; narrower than the terminal by `columns` cells and one more
 */
export function printed({ lines, before, over }: Drawn, margin = ""): string {
  return `${before}${lines.map((line) => margin + line).join("\n")}${over}\n`;
}
