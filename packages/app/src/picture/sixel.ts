/** Sixel graphics (DEC STD 070, chapter 9): at most 256 colours, dithered, what is transparent left as it is. */
import { dithered, paletteOf } from "./palette.ts";
import { type Pixels, resized, type Size } from "./pixels.ts";
import { atTopLeft, blanks, type Cells, type Drawn, pixelsOf } from "./place.ts";

const MAX_COLORS = 256;
const BAND = 6;
const LEAST_REPEAT = 4;

/** @param cell pixels of a cell, as the terminal said; a picture of other cells would not fit its place */
export function sixelPicture(pixels: Pixels, place: Cells, cell: Size): Drawn {
  const { width, height } = pixelsOf(place, cell);
  // A band that reached below the last row would scroll the screen.
  const whole = Math.max(BAND, height - (height % BAND));
  const drawing = encodeSixel(resized(pixels, { width, height: whole }));
  return { ...place, lines: blanks(place), before: "", over: atTopLeft(place, drawing) };
}

/** A whole device control string. */
export function encodeSixel(pixels: Pixels): string {
  const { width, height } = pixels;
  const palette = paletteOf(pixels, MAX_COLORS);
  const indices = dithered(pixels, palette);
  const colors = palette.map(
    ([red, green, blue], at) => `#${at};2;${percent(red)};${percent(green)};${percent(blue)}`,
  );
  const bands: string[] = [];
  for (let top = 0; top < height; top += BAND)
    bands.push(band(indices, width, Math.min(BAND, height - top), top));
  return `\x1bP0;1;0q"1;1;${width};${height}${colors.join("")}${bands.join("-")}\x1b\\`;
}

/** Six rows of pixels: each colour's, over one another. */
function band(indices: Int16Array, width: number, rows: number, top: number): string {
  const byColor = new Map<number, Uint8Array>();
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      const color = indices[(top + y) * width + x]!;
      if (color < 0) continue;
      const sixels = byColor.get(color) ?? new Uint8Array(width);
      byColor.set(color, sixels);
      sixels[x]! |= 1 << y;
    }
  }
  return [...byColor].map(([color, sixels]) => `#${color}${runs(sixels)}`).join("$");
}

function runs(sixels: Uint8Array): string {
  let text = "";
  let end = sixels.length;
  while (end > 0 && sixels[end - 1] === 0) end--;
  for (let at = 0; at < end; ) {
    let next = at + 1;
    while (next < end && sixels[next] === sixels[at]) next++;
    const count = next - at;
    const character = String.fromCharCode(0x3f + sixels[at]!);
    text += count < LEAST_REPEAT ? character.repeat(count) : `!${count}${character}`;
    at = next;
  }
  return text;
}

function percent(value: number): number {
  return Math.round((value * 100) / 255);
}
