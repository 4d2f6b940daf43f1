/** A spoken code: a number and two words, as people say, hear and type it (docs/messaging.md, "Spoken codes"). */
import { FIRST_WORDS, SECOND_WORDS } from "./words.ts";

export interface SpokenCode {
  /** Five digits, the first not 0. Whoever knows it can block the code, and no more. */
  readonly number: string;
  /** The secret. */
  readonly words: readonly [string, string];
}

/** Numbers that a code can have. */
export const FIRST_NUMBER = 10_000;
export const NUMBERS = 90_000;
/** Random bytes that make the words. */
export const WORD_BYTES = 2;

const NUMBER = /^[1-9][0-9]{4}$/;
/** Hyphens and dashes of all kinds, and what stands between words. */
const BETWEEN = /[\s_\u2010-\u2015\u2212-]+/u;
/** Far more than any code has. */
const MAX_CHARACTERS = 100;
const PARTS = 3;

/** @param bytes WORD_BYTES of them, random */
export function wordsFrom(bytes: Uint8Array): readonly [string, string] {
  const [first, second] = bytes;
  if (first === undefined || second === undefined || bytes.length !== WORD_BYTES)
    throw new RangeError(`two words are made from ${WORD_BYTES} bytes`);
  return [FIRST_WORDS[first]!, SECOND_WORDS[second]!];
}

/** The one form in which a code is shown: `48213-crossover-clockwork`. */
export function formatCode({ number, words }: SpokenCode): string {
  return [number, ...words].join("-");
}

/**
 * Reads what somebody has typed: letter case does not matter, nor what stands around the code, nor how its parts are kept apart.
 * A word that no code has is refused here, where it costs nothing.
 * @returns undefined for anything but a number and two words of the list, in this order
 */
export function parseCode(text: string): SpokenCode | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const [number = "", first = "", second = "", ...more] = partsOf(text);
  if (more.length > 0 || !NUMBER.test(number)) return undefined;
  if (!FIRST_WORDS.includes(first) || !SECOND_WORDS.includes(second)) return undefined;
  return { number, words: [first, second] };
}

/**
 * What a code that is being typed can go on as: with its first word whole, and a `-` behind it, or with both.
 * @returns all there are, in alphabetical order; none before the number is whole
 */
export function completeCode(prefix: string): string[] {
  if (prefix.length > MAX_CHARACTERS) return [];
  const parts = partsOf(prefix, true);
  const [number = "", first = "", second = ""] = parts;
  if (parts.length < 2 || parts.length > PARTS || !NUMBER.test(number)) return [];
  if (parts.length < PARTS) return begunWith(FIRST_WORDS, first).map((word) => `${number}-${word}-`);
  if (!FIRST_WORDS.includes(first)) return [];
  return begunWith(SECOND_WORDS, second).map((word) => `${number}-${first}-${word}`);
}

/** @param isOpen what ends with a separator has begun another part */
function partsOf(text: string, isOpen = false): string[] {
  const parts = text.toLowerCase().split(BETWEEN);
  if (parts[0] === "") parts.shift();
  if (!isOpen && parts.at(-1) === "") parts.pop();
  return parts;
}

function begunWith(words: readonly string[], start: string): string[] {
  return words.filter((word) => word.startsWith(start)).sort();
}
