/** Inline images of iTerm2 (OSC 1337 File), which WezTerm and mintty know too; of a PNG that is written here. */
import { type Pixels, resized, type Size } from "./pixels.ts";
import { atTopLeft, blanks, type Cells, type Drawn, pixelsOf, USUAL_CELL } from "./place.ts";
import { encodePng } from "./png.ts";

/** @param cell pixels of a cell */
export function iterm2Picture(pixels: Pixels, place: Cells, cell: Size = USUAL_CELL): Drawn {
  const most = pixelsOf(place, cell);
  const png = encodePng(
    resized(pixels, {
      width: Math.min(pixels.width, most.width),
      height: Math.min(pixels.height, most.height),
    }),
  );
  const { columns, rows } = place;
  const head = `inline=1;size=${png.length};width=${columns};height=${rows};preserveAspectRatio=0`;
  const drawing = `\x1b]1337;File=${head}:${Buffer.from(png).toString("base64")}\x07`;
  return { ...place, lines: blanks(place), before: "", over: atTopLeft(place, drawing) };
}
