/** Fewer colours: a palette out of a picture (median cut), and the picture in it (Floyd and Steinberg's dithering). */
import type { Pixels } from "./pixels.ts";

export type Color = readonly [red: number, green: number, blue: number];

/** Colours are counted by their five highest bits. */
const BITS = 5;
const DROP = 8 - BITS;
const BINS = 2 ** (3 * BITS);
/** Less alpha than this is left out. */
const LEAST_ALPHA = 128;

interface Bin {
  readonly sum: [number, number, number];
  count: number;
}

/** At most so many colours that stand for those of a picture; at least one. */
export function paletteOf({ rgba }: Pixels, most: number): Color[] {
  const bins = new Map<number, Bin>();
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at + 3]! < LEAST_ALPHA) continue;
    const key = keyOf(rgba[at]!, rgba[at + 1]!, rgba[at + 2]!);
    const bin = bins.get(key) ?? ({ sum: [0, 0, 0], count: 0 } satisfies Bin);
    bins.set(key, bin);
    for (let part = 0; part < 3; part++) bin.sum[part]! += rgba[at + part]!;
    bin.count++;
  }
  if (bins.size === 0) return [[0, 0, 0]];
  const boxes = [boxOf([...bins.values()])];
  while (boxes.length < most) {
    const widest = boxes.reduce((best, box) => (box.weight > best.weight ? box : best));
    if (widest.bins.length < 2) break;
    boxes.splice(boxes.indexOf(widest), 1, ...halves(widest));
  }
  return boxes.map(({ bins: held }) => meanOf(held));
}

interface Box {
  readonly bins: Bin[];
  readonly part: number;
  /** What splitting it is worth: how far its colours reach, times how many pixels it has; 0 for one colour. */
  readonly weight: number;
}

function boxOf(bins: Bin[]): Box {
  const reach = [0, 1, 2].map((part) => {
    const values = bins.map((bin) => bin.sum[part]! / bin.count);
    return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
  });
  const widest = Math.max(...reach);
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  return { bins, part: reach.indexOf(widest), weight: bins.length < 2 ? 0 : (widest + 1) * Math.sqrt(count) };
}

function halves({ bins, part }: Box): [Box, Box] {
  bins.sort((a, b) => a.sum[part]! / a.count - b.sum[part]! / b.count);
  const half = bins.reduce((sum, bin) => sum + bin.count, 0) / 2;
  let seen = 0;
  let cut = 0;
  while (cut < bins.length - 1 && (cut === 0 || seen + bins[cut]!.count <= half)) seen += bins[cut++]!.count;
  return [boxOf(bins.slice(0, cut)), boxOf(bins.slice(cut))];
}

function meanOf(bins: readonly Bin[]): Color {
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  const mean = (part: number) => Math.round(bins.reduce((sum, bin) => sum + bin.sum[part]!, 0) / count);
  return [mean(0), mean(1), mean(2)];
}

/** For every pixel the index of its colour, -1 where it is transparent. */
export function dithered({ width, height, rgba }: Pixels, palette: readonly Color[]): Int16Array {
  const nearest = nearestIn(palette);
  const out = new Int16Array(width * height).fill(-1);
  let here = new Float32Array((width + 2) * 3);
  let below = new Float32Array((width + 2) * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      if (rgba[at + 3]! < LEAST_ALPHA) continue;
      const place = (x + 1) * 3;
      const wanted = [0, 1, 2].map((part) =>
        clamped(rgba[at + part]! + here[place + part]!),
      ) as unknown as Color;
      const index = nearest(wanted);
      out[y * width + x] = index;
      for (let part = 0; part < 3; part++) {
        const error = wanted[part]! - palette[index]![part]!;
        here[place + 3 + part]! += (error * 7) / 16;
        below[place - 3 + part]! += (error * 3) / 16;
        below[place + part]! += (error * 5) / 16;
        below[place + 3 + part]! += error / 16;
      }
    }
    [here, below] = [below, here.fill(0)];
  }
  return out;
}

/** The index of the colour that is nearest, remembered by the highest bits. */
export function nearestIn(palette: readonly Color[]): (color: Color) => number {
  const known = new Int16Array(BINS).fill(-1);
  return ([red, green, blue]) => {
    const key = keyOf(red, green, blue);
    if (known[key]! >= 0) return known[key]!;
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    palette.forEach(([r, g, b], at) => {
      // Eyes see green best and blue least.
      const distance = 3 * (r - red) ** 2 + 6 * (g - green) ** 2 + (b - blue) ** 2;
      if (distance < least) [best, least] = [at, distance];
    });
    known[key] = best;
    return best;
  };
}

function keyOf(red: number, green: number, blue: number): number {
  return ((red >> DROP) << (2 * BITS)) | ((green >> DROP) << BITS) | (blue >> DROP);
}

function clamped(value: number): number {
  return Math.max(0, Math.min(255, value));
}
