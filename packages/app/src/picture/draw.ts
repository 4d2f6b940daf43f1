/** A picture of somebody else, all the way from its file to what a terminal is given. */
import { blocksPicture, type ColorDepth } from "./blocks.ts";
import { decodeAndDraw } from "./decode.ts";
import { iterm2Picture } from "./iterm2.ts";
import { kittyPicture } from "./kitty.ts";
import type { Pixels, Size } from "./pixels.ts";
import { type Cells, cellsFor, type Drawn, MAX_PLACE, pixelsOf, USUAL_CELL } from "./place.ts";
import { sixelPicture } from "./sixel.ts";
import type { PictureWay } from "./way.ts";

export interface Drawing {
  readonly way: Exclude<PictureWay, "off">;
  /** The most that the picture may take; it takes less where its shape is another. */
  readonly room: Cells;
  readonly depth: ColorDepth;
  /** Pixels of a cell, where the terminal has said so. */
  readonly cell?: Size;
  /** For kitty: see `KittyOptions`. */
  readonly id?: number;
  readonly placeholders?: boolean;
  readonly passthrough?: boolean;
}

export interface DrawOptions extends Drawing {
  readonly signal?: AbortSignal;
}

/**
 * Decodes, scales and draws, all of it in a thread.
 * @throws PictureError, whose message may be shown in the picture's place; the signal's reason when it aborts
 */
export function drawPicture(bytes: Uint8Array, { signal, ...drawing }: DrawOptions): Promise<Drawn> {
  const { room, cell = USUAL_CELL } = drawing;
  const fit = pixelsOf(
    { columns: Math.min(room.columns, MAX_PLACE.columns), rows: Math.min(room.rows, MAX_PLACE.rows) },
    cell,
  );
  return decodeAndDraw(bytes, { fit, drawing, ...(signal === undefined ? {} : { signal }) });
}

/** What the thread does with pixels. */
export function drawPixels(pixels: Pixels, drawing: Drawing): Drawn {
  const { way, room, depth, cell = USUAL_CELL, id = 1, placeholders = false, passthrough = false } = drawing;
  const place = cellsFor(pixels, room, cell);
  switch (way) {
    case "kitty":
      return kittyPicture(pixels, place, { id, cell, placeholders, passthrough });
    case "iterm2":
      return iterm2Picture(pixels, place, cell);
    case "sixel":
      return sixelPicture(pixels, place, cell);
    case "blocks":
      return blocksPicture(pixels, place, depth);
  }
}
