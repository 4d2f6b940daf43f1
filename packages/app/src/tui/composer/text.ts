/** Places in a text: by grapheme, by word, by line. Indices are UTF-16, and stand between graphemes. */
import { graphemes } from "../layout/cells.ts";

/** The line around a place, without its line feed. */
export function lineAround(text: string, at: number): { readonly start: number; readonly end: number } {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  return { start, end: end < 0 ? text.length : end };
}

export function graphemeBefore(text: string, at: number): number {
  if (at <= 0) return 0;
  const { start } = lineAround(text, at);
  if (start === at) return at - 1;
  let last = start;
  for (const { index } of graphemes(text.slice(start, at))) last = start + index;
  return last;
}

export function graphemeAfter(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const { end } = lineAround(text, at);
  if (end === at) return at + 1;
  for (const { segment } of graphemes(text.slice(at, end))) return at + segment.length;
  return end;
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;

export function wordBefore(text: string, at: number): number {
  let place = at;
  while (place > 0 && !WORD.test(characterBefore(text, place))) place = graphemeBefore(text, place);
  while (place > 0 && WORD.test(characterBefore(text, place))) place = graphemeBefore(text, place);
  return place;
}

export function wordAfter(text: string, at: number): number {
  let place = at;
  const next = () => text.slice(place, graphemeAfter(text, place));
  while (place < text.length && !WORD.test(next())) place = graphemeAfter(text, place);
  while (place < text.length && WORD.test(next())) place = graphemeAfter(text, place);
  return place;
}

/** Where the argument before a place begins: what Ctrl+W takes back to. */
export function blankBefore(text: string, at: number): number {
  let place = at;
  while (place > 0 && /\s/.test(text[place - 1] as string)) place--;
  while (place > 0 && !/\s/.test(text[place - 1] as string)) place--;
  return place;
}

function characterBefore(text: string, at: number): string {
  return text.slice(graphemeBefore(text, at), at);
}
