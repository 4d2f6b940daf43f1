/** Pictures out of characters, for terminals that draw no pixels: two to a cell by half blocks, or dots without colour. */
import { type Color, dithered, nearestIn } from "./palette.ts";
import { type Pixels, resized } from "./pixels.ts";
import type { Cells, Drawn } from "./place.ts";

/** What a terminal has: 24 bits, the 256 or the 16 of xterm, or none that are welcome. */
export type ColorDepth = "full" | "256" | "16" | "none";

const LEAST_ALPHA = 128;
const RESET = "\x1b[0m";

/**
 * Exactly as many lines of as many cells as the place has.
 * @param letters without colour: ASCII, where the terminal has no braille
 */
export function blocksPicture(pixels: Pixels, place: Cells, depth: ColorDepth, letters = false): Drawn {
  const lines =
    depth !== "none"
      ? halfBlocks(pixels, place, depth)
      : letters
        ? ascii(pixels, place)
        : braille(pixels, place);
  return { ...place, lines, before: "", over: "" };
}

function halfBlocks(pixels: Pixels, { columns, rows }: Cells, depth: Exclude<ColorDepth, "none">): string[] {
  const { rgba } = resized(pixels, { width: columns, height: rows * 2 });
  const name = COLORS[depth];
  const colorAt = (x: number, y: number): Color | undefined => {
    const at = (y * columns + x) * 4;
    return rgba[at + 3]! < LEAST_ALPHA ? undefined : [rgba[at]!, rgba[at + 1]!, rgba[at + 2]!];
  };
  return Array.from({ length: rows }, (_, row) => {
    let line = "";
    let current = "0";
    for (let x = 0; x < columns; x++) {
      const [upper, lower] = [colorAt(x, row * 2), colorAt(x, row * 2 + 1)];
      const [character, style] = cellOf(upper, lower, name);
      if (style !== current) line += `\x1b[${style}m`;
      current = style;
      line += character;
    }
    return current === "0" ? line : line + RESET;
  });
}

type Naming = (color: Color, isBackground: boolean) => string;

function cellOf(upper: Color | undefined, lower: Color | undefined, name: Naming): [string, string] {
  if (upper === undefined && lower === undefined) return [" ", "0"];
  if (lower === undefined) return ["▀", `0;${name(upper!, false)}`];
  if (upper === undefined) return ["▄", `0;${name(lower, false)}`];
  return ["▀", `${name(upper, false)};${name(lower, true)}`];
}

/** xterm's: what the first sixteen look like is the user's choice, so they are the last resort. */
const SIXTEEN: readonly Color[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];
const STEPS = [0, 95, 135, 175, 215, 255];
const FIRST_OF_CUBE = 16;
/** The 6×6×6 colours and 24 grays that are alike everywhere. */
const CUBE: readonly Color[] = [
  ...STEPS.flatMap((r) => STEPS.flatMap((g) => STEPS.map((b): Color => [r, g, b]))),
  ...Array.from({ length: 24 }, (_, at): Color => [8 + 10 * at, 8 + 10 * at, 8 + 10 * at]),
];
const nearestSixteen = nearestIn(SIXTEEN);
const nearestCube = nearestIn(CUBE);

const COLORS: Readonly<Record<Exclude<ColorDepth, "none">, Naming>> = {
  full: (color, isBackground) => `${isBackground ? 48 : 38};2;${color.join(";")}`,
  "256": (color, isBackground) => `${isBackground ? 48 : 38};5;${FIRST_OF_CUBE + nearestCube(color)}`,
  "16": (color, isBackground) => {
    const at = nearestSixteen(color);
    return String((at < 8 ? 30 + at : 82 + at) + (isBackground ? 10 : 0));
  },
};

const BRAILLE = 0x2800;
/** The bit of each of the dots, two across and four down. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BLACK_AND_WHITE: readonly Color[] = [
  [0, 0, 0],
  [255, 255, 255],
];

/** A dot is light. */
function braille(pixels: Pixels, { columns, rows }: Cells): string[] {
  const small = grayed(resized(pixels, { width: columns * 2, height: rows * 4 }));
  const dots = dithered(small, BLACK_AND_WHITE);
  return Array.from({ length: rows }, (_, row) => {
    let line = "";
    for (let column = 0; column < columns; column++) {
      let bits = 0;
      DOTS.forEach((pair, down) => {
        pair.forEach((bit, across) => {
          if (dots[(row * 4 + down) * small.width + column * 2 + across] === 1) bits |= bit;
        });
      });
      line += String.fromCharCode(BRAILLE + bits);
    }
    return line;
  });
}

const SHADES = " .:-=+*#%@";

function ascii(pixels: Pixels, { columns, rows }: Cells): string[] {
  const { rgba } = grayed(resized(pixels, { width: columns, height: rows }));
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, x) => {
      const at = (row * columns + x) * 4;
      const light = rgba[at + 3]! < LEAST_ALPHA ? 0 : rgba[at]!;
      return SHADES[Math.floor((light * (SHADES.length - 1)) / 255 + 0.5)];
    }).join(""),
  );
}

/** By how light the colours seem (ITU-R BT.601). */
function grayed({ width, height, rgba }: Pixels): Pixels {
  const gray = new Uint8Array(rgba.length);
  for (let at = 0; at < rgba.length; at += 4) {
    const light = Math.round(0.299 * rgba[at]! + 0.587 * rgba[at + 1]! + 0.114 * rgba[at + 2]!);
    gray.fill(light, at, at + 3);
    gray[at + 3] = rgba[at + 3]!;
  }
  return { width, height, rgba: gray };
}
