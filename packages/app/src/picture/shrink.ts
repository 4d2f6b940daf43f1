/** Scales a picture down while its rows arrive, in any order, so that it never has to stand in memory whole. */
import type { Pixels, Size } from "./pixels.ts";

/**
 * Area averages, weighed by alpha: what is transparent has no colour. A pixel that is never added counts as transparent.
 */
export class Shrinker {
  readonly #to: Size;
  readonly #columns: Share[];
  readonly #heightShare: number;
  /** Sums of red, green and blue, each times alpha, and of alpha, in fractions of a target pixel. */
  readonly #sums: Float32Array;

  /** @throws RangeError where the target is larger in any direction */
  constructor(from: Size, to: Size) {
    if (to.width > from.width || to.height > from.height) throw new RangeError("this only makes smaller");
    this.#to = { width: to.width, height: to.height };
    this.#columns = Array.from({ length: from.width }, (_, x) => shareOf(x, to.width / from.width, to.width));
    this.#heightShare = to.height / from.height;
    this.#sums = new Float32Array(to.width * to.height * 4);
  }

  /**
   * Adds pixels of a row.
   * @param y the row, from the top
   * @param rgba the pixels, four bytes each
   * @param first the column of the first; those behind it follow every `step` columns
   */
  addRow(y: number, rgba: Uint8Array, first = 0, step = 1): void {
    const { width, height } = this.#to;
    const down = shareOf(y, this.#heightShare, height);
    for (let at = 0, x = first; at < rgba.length && x < this.#columns.length; at += 4, x += step) {
      const alpha = rgba[at + 3]!;
      if (alpha === 0) continue;
      const across = this.#columns[x]!;
      const one = (down.cell * width + across.cell) * 4;
      this.#add(one, down.inside * across.inside * alpha, rgba, at);
      if (across.beyond > 0) this.#add(one + 4, down.inside * across.beyond * alpha, rgba, at);
      if (down.beyond > 0) {
        const below = one + width * 4;
        this.#add(below, down.beyond * across.inside * alpha, rgba, at);
        if (across.beyond > 0) this.#add(below + 4, down.beyond * across.beyond * alpha, rgba, at);
      }
    }
  }

  #add(to: number, weight: number, rgba: Uint8Array, at: number): void {
    const sums = this.#sums;
    sums[to]! += weight * rgba[at]!;
    sums[to + 1]! += weight * rgba[at + 1]!;
    sums[to + 2]! += weight * rgba[at + 2]!;
    sums[to + 3]! += weight;
  }

  finish(): Pixels {
    const sums = this.#sums;
    const rgba = new Uint8Array(sums.length);
    for (let at = 0; at < sums.length; at += 4) {
      const alpha = sums[at + 3]!;
      if (alpha === 0) continue;
      for (let color = 0; color < 3; color++) rgba[at + color] = byte(sums[at + color]! / alpha);
      rgba[at + 3] = byte(alpha);
    }
    return { ...this.#to, rgba };
  }
}

/** A source pixel lies in one target pixel, or reaches into the next: how much of a target pixel it fills in each. */
interface Share {
  readonly cell: number;
  readonly inside: number;
  readonly beyond: number;
}

function shareOf(position: number, scale: number, cells: number): Share {
  const start = position * scale;
  const end = (position + 1) * scale;
  const cell = Math.min(Math.floor(start), cells - 1);
  const border = cell + 1;
  if (end <= border || border === cells) return { cell, inside: scale, beyond: 0 };
  return { cell, inside: border - start, beyond: end - border };
}

function byte(value: number): number {
  return Math.min(255, Math.round(value));
}
