/** Asking a terminal what it can draw, and reading its answers apart from what is typed at the same time. */
import type { Size } from "./pixels.ts";
import type { TerminalAnswers } from "./way.ts";

/** The id of the question about kitty's graphics; a picture is never stored by it. */
const QUERY_ID = 31;
/**
 * Kitty's graphics (a=q), name and version (XTVERSION), pixels of a cell (XTWINOPS 16), and last the device attributes
 * (DA1), which every terminal answers: when they are there, nothing else is to come.
 */
export const PICTURE_QUERIES = `\x1b_Gi=${QUERY_ID},s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[>0q\x1b[16t\x1b[c`;

/** More is no answer. */
export const MAX_ANSWER_CHARACTERS = 2048;
const MAX_VERSION_CHARACTERS = 64;
/** The attribute of a terminal with sixels. */
const SIXEL = 4;
const LEAST_CELL = 2;
const MOST_CELL = 256;

const KITTY = new RegExp(`\\x1b_Gi=${QUERY_ID};([\\x20-\\x7e]{1,200})\\x1b\\\\`);
const VERSION = /\x1bP>\|([\x20-\x7e]{1,200})\x1b\\/;
const CELL = /\x1b\[6;(\d{1,4});(\d{1,4})t/;
const ATTRIBUTES = /\x1b\[\?(\d{1,4}(?:;\d{1,4}){0,30})c/;

export interface ReadAnswers {
  readonly answers: TerminalAnswers;
  /** What is none of the answers, in its order: keys that somebody typed meanwhile. */
  readonly rest: string;
  /** Whether the last answer is there. */
  readonly isComplete: boolean;
}

/** @param input all that has come from the terminal since it was asked; of more than the maximum nothing is believed */
export function readAnswers(input: string): ReadAnswers {
  if (input.length > MAX_ANSWER_CHARACTERS) return { answers: {}, rest: input, isComplete: true };
  let rest = input;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = pattern.exec(rest) ?? undefined;
    if (found !== undefined) rest = rest.replace(found[0], "");
    return found;
  };
  const kitty = take(KITTY);
  const version = take(VERSION)?.[1]?.slice(0, MAX_VERSION_CHARACTERS).toLowerCase();
  const cell = cellOf(take(CELL));
  const attributes = take(ATTRIBUTES);
  const answers: TerminalAnswers = {
    ...(kitty === undefined ? {} : { kitty: kitty[1] === "OK" }),
    ...(version === undefined ? {} : { version }),
    ...(cell === undefined ? {} : { cell }),
    ...(attributes === undefined
      ? {}
      : { sixel: attributes[1]!.split(";").slice(1).includes(String(SIXEL)) }),
  };
  return { answers, rest, isComplete: attributes !== undefined };
}

function cellOf(found: RegExpExecArray | undefined): Size | undefined {
  if (found === undefined) return undefined;
  const [height, width] = [Number(found[1]), Number(found[2])];
  const isCell = [width, height].every((value) => value >= LEAST_CELL && value <= MOST_CELL);
  return isCell ? { width, height } : undefined;
}
