/** Which of two device lists of one SSH key counts (docs/messaging.md, "Device lists"). */
import { sameList } from "../format/devicelist.ts";
import { CLOCK_SKEW_MS } from "../format/fields.ts";

/** A list that was opened, as far as it matters here: both are of the same SSH key. */
export interface CountedList {
  readonly counter: number;
  readonly bytes: Uint8Array;
}

/**
 * `newer`: to be taken. `same`: says what is known. `older`: to be refused.
 * `conflict`: says something else under the same counter, so that somebody else may hold the SSH key.
 */
export type ListVerdict = "newer" | "same" | "older" | "conflict";

/** @param known the list that counts so far; undefined before the first */
export function judgeList(known: CountedList | undefined, offered: CountedList): ListVerdict {
  if (known === undefined || offered.counter > known.counter) return "newer";
  if (offered.counter < known.counter) return "older";
  return sameList(known.bytes, offered.bytes) ? "same" : "conflict";
}

/**
 * Whether a list is over, and with it new sessions and new devices, though no session there is.
 * @param now milliseconds since 1970; an hour is allowed, since nobody's clock is trusted
 */
export function isEnded(list: { readonly ends: number }, now: number): boolean {
  return now > list.ends + CLOCK_SKEW_MS;
}
