/** Chance that a seed decides: the same seed, the same world. Not for keys of anybody real. */
import { createHash } from "node:crypto";
import type { Random } from "../../packages/client/test/internals.ts";

const WORD = 2 ** 32;

/** sfc32 (Doty-Humphrey, PractRand), its state drawn from SHA-256 of the seed. */
export class Seeded implements Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: string) {
    this.#seed = seed;
    const state = createHash("sha256").update(seed).digest();
    this.#a = state.readInt32LE(0);
    this.#b = state.readInt32LE(4);
    this.#c = state.readInt32LE(8);
    this.#counter = state.readInt32LE(12);
  }

  /** Chance of its own for a part of the world, so that one part's draws do not move another's. */
  for(part: string): Seeded {
    return new Seeded(`${this.#seed}/${part}`);
  }

  fraction(): number {
    return this.#word() / WORD;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = this.#word() >>> 24;
    return bytes;
  }

  /** At least 0, less than `end`. */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  between(least: number, most: number): number {
    return least + this.fraction() * (most - least);
  }

  /** Small and large alike: each power of ten is as likely as the next. @param least above 0 */
  scaled(least: number, most: number): number {
    return least * (most / least) ** this.fraction();
  }

  chance(part: number): boolean {
    return this.fraction() < part;
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError("nothing to pick from");
    return from[this.below(from.length)] as T;
  }

  #word(): number {
    const t = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    this.#c |= 0;
    return t >>> 0;
  }
}
