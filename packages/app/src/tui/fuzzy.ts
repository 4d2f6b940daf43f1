/** Finds what somebody means by a few letters, as fzf does: they must come in this order, best where words begin. */

export interface Match {
  /** The higher the better. */
  readonly score: number;
  /** Indices (UTF-16) of the letters that matched. */
  readonly at: readonly number[];
}

/** More is not looked at. */
const MAX_CANDIDATE = 256;
const BEGINS_WORD = 8;
const FOLLOWS = 6;
const PLAIN = 1;

/** @returns undefined where the letters are not all there */
export function fuzzyMatch(pattern: string, candidate: string): Match | undefined {
  const letters = pattern.toLowerCase().replace(/\s/g, "");
  const text = candidate.slice(0, MAX_CANDIDATE).toLowerCase();
  if (letters === "") return { score: 0, at: [] };
  // The end of the first occurrence, then backwards from there: the shortest stretch that ends so.
  let end = -1;
  for (const letter of letters) {
    end = text.indexOf(letter, end + 1);
    if (end < 0) return undefined;
  }
  const at: number[] = [];
  let place = end;
  for (const letter of [...letters].reverse()) {
    place = text.lastIndexOf(letter, place);
    at.unshift(place);
    place--;
  }
  const score = at.reduce((sum, index, nth) => sum + worth(text, index, at[nth - 1]), 0);
  const length = (at.at(-1) ?? 0) - (at[0] ?? 0);
  return { score: score - length / 4 - text.length / 100, at };
}

function worth(text: string, index: number, before: number | undefined): number {
  const begins = index === 0 || !/[\p{L}\p{N}]/u.test(text[index - 1] ?? "");
  if (begins) return BEGINS_WORD;
  return before === index - 1 ? FOLLOWS : PLAIN;
}

export interface Found<T> {
  readonly item: T;
  readonly match: Match;
}

/** Those that match, best first; equals stay in order. */
export function fuzzySearch<T>(
  pattern: string,
  items: readonly T[],
  textOf: (item: T) => string,
): Found<T>[] {
  return items
    .flatMap((item) => {
      const match = fuzzyMatch(pattern, textOf(item));
      return match === undefined ? [] : [{ item, match }];
    })
    .sort((a, b) => b.match.score - a.match.score);
}
