/** The colours of a PNG: out of the samples of a row, red, green, blue and alpha (W3C PNG, sections 11.2.2 and 11.3.1). */
import { damaged } from "./error.ts";
import type { PngHeader } from "./png.ts";

const MAX_COLORS = 256;
const [GRAY, RGB, INDEXED, GRAY_ALPHA] = [0, 2, 3, 4];

export interface Palette {
  /** Four bytes a colour; colours that are not there are black. Undefined where samples are colours themselves. */
  readonly colors: Uint8Array | undefined;
  /** The one colour that is transparent, as samples. */
  readonly clear: readonly number[] | undefined;
}

/** @throws PictureError `damaged` */
export function readPalette(
  { colorType, depth, samples }: PngHeader,
  colors: Uint8Array | undefined,
  transparency: Uint8Array | undefined,
): Palette {
  if (colorType !== INDEXED) {
    const isClear = transparency !== undefined && (colorType === GRAY || colorType === RGB);
    if (!isClear) return { colors: undefined, clear: undefined };
    if (transparency.length !== samples * 2) throw damaged();
    const clear = Array.from(
      { length: samples },
      (_, at) => transparency[at * 2]! * 256 + transparency[at * 2 + 1]!,
    );
    return { colors: undefined, clear };
  }
  const isPalette = colors !== undefined && colors.length % 3 === 0 && colors.length <= 2 ** depth * 3;
  if (!isPalette || colors.length === 0) throw damaged();
  const rgba = new Uint8Array(MAX_COLORS * 4);
  for (let at = 0; at < MAX_COLORS; at++) {
    rgba.set(colors.subarray(at * 3, at * 3 + 3), at * 4);
    rgba[at * 4 + 3] = transparency?.[at] ?? 255;
  }
  return { colors: rgba, clear: undefined };
}

/** The pixels of a row that has no filter any more. There may be some too many at its end, of the bits that fill a byte. */
export function paint(
  row: Uint8Array,
  { colorType, depth, samples }: PngHeader,
  palette: Palette,
): Uint8Array {
  const values = depth < 8 ? unpacked(row, depth) : row;
  const bytes = depth === 16 ? 2 : 1;
  const count = Math.floor(values.length / (samples * bytes));
  const rgba = new Uint8Array(count * 4);
  const scale = depth < 8 && colorType === GRAY ? 255 / (2 ** depth - 1) : 1;
  for (let pixel = 0, at = 0, to = 0; pixel < count; pixel++, at += samples * bytes, to += 4) {
    if (palette.colors !== undefined) {
      const color = values[at]! * 4;
      for (let part = 0; part < 4; part++) rgba[to + part] = palette.colors[color + part]!;
      continue;
    }
    const isGray = colorType === GRAY || colorType === GRAY_ALPHA;
    for (let part = 0; part < 3; part++) rgba[to + part] = values[at + (isGray ? 0 : part) * bytes]! * scale;
    const hasAlpha = samples === 2 || samples === 4;
    rgba[to + 3] = hasAlpha ? values[at + (samples - 1) * bytes]! : 255;
    if (palette.clear !== undefined && isClear(values, at, bytes, palette.clear)) rgba[to + 3] = 0;
  }
  return rgba;
}

function isClear(values: Uint8Array, at: number, bytes: number, clear: readonly number[]): boolean {
  return clear.every((wanted, sample) => {
    const from = at + sample * bytes;
    return wanted === (bytes === 2 ? values[from]! * 256 + values[from + 1]! : values[from]!);
  });
}

/** Samples of less than a byte, the first in the highest bits. */
function unpacked(row: Uint8Array, depth: number): Uint8Array {
  const each = 8 / depth;
  const values = new Uint8Array(row.length * each);
  const mask = 2 ** depth - 1;
  for (let at = 0; at < values.length; at++) {
    const shift = 8 - depth * ((at % each) + 1);
    values[at] = (row[Math.floor(at / each)]! >> shift) & mask;
  }
  return values;
}
