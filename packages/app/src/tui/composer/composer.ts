/** An editor of several lines, as a value: every function returns the next one. */
import { composerRows, placeAt } from "./rows.ts";
import { graphemeAfter, graphemeBefore, lineAround } from "./text.ts";

/** In UTF-16; a message may hold less, and says so when it is sent. */
export const MAX_COMPOSED = 100_000;
const MAX_UNDO = 200;
const MAX_KILLED = 20;

interface Snapshot {
  readonly text: string;
  readonly at: number;
}

export interface Composer extends Snapshot {
  /** The column that Up and Down keep to. */
  readonly wanted: number | undefined;
  /** What was cut, the last first. */
  readonly killed: readonly string[];
  /** Kills in a row make one text. */
  readonly wasKill: boolean;
  /** Typing in a row is undone at once. */
  readonly wasTyped: boolean;
  readonly undo: readonly Snapshot[];
  readonly redo: readonly Snapshot[];
}

export const EMPTY_COMPOSER: Composer = {
  text: "",
  at: 0,
  wanted: undefined,
  killed: [],
  wasKill: false,
  wasTyped: false,
  undo: [],
  redo: [],
};

/** A composer with this text in it, the cursor at its end; what was cut before can still be put back. */
export function composing(text: string, before: Composer = EMPTY_COMPOSER): Composer {
  const kept = text.slice(0, MAX_COMPOSED);
  return { ...EMPTY_COMPOSER, killed: before.killed, text: kept, at: kept.length };
}

/** Puts a text in place of a part of it. */
function replace(composer: Composer, start: number, end: number, text: string, joins: boolean): Composer {
  const room = MAX_COMPOSED - (composer.text.length - (end - start));
  const put = text.length <= room ? text : wellFormedCut(text, room);
  if (put === "" && start === end) return composer;
  const { text: before, at, undo } = composer;
  return {
    ...composer,
    text: before.slice(0, start) + put + before.slice(end),
    at: start + put.length,
    wanted: undefined,
    wasKill: false,
    wasTyped: false,
    undo: joins ? undo : [...undo, { text: before, at }].slice(-MAX_UNDO),
    redo: [],
  };
}

function wellFormedCut(text: string, length: number): string {
  const cutText = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cutText) ? cutText.slice(0, -1) : cutText;
}

export function insert(composer: Composer, text: string): Composer {
  const { at } = composer;
  if (text === "") return composer;
  const isLetter = text.length <= 2 && !/\s/.test(text);
  const next = replace(composer, at, at, text, composer.wasTyped && isLetter);
  return { ...next, wasTyped: isLetter };
}

export function moveTo(composer: Composer, at: number, wanted?: number): Composer {
  return { ...composer, at, wanted, wasKill: false, wasTyped: false };
}

/** Takes out what is between the cursor and a place; nothing of it is kept. */
export function eraseTo(composer: Composer, place: number): Composer {
  const { at } = composer;
  return replace(composer, Math.min(at, place), Math.max(at, place), "", false);
}

export function backspace(composer: Composer): Composer {
  return eraseTo(composer, graphemeBefore(composer.text, composer.at));
}

export function deleteForward(composer: Composer): Composer {
  return eraseTo(composer, graphemeAfter(composer.text, composer.at));
}

/** Cuts what is between the cursor and a place, to be put back by `yank`. */
export function killTo(composer: Composer, place: number): Composer {
  const { at, text } = composer;
  if (place === at) return composer;
  const gone = text.slice(Math.min(at, place), Math.max(at, place));
  const [last = "", ...older] = composer.killed;
  const killed = composer.wasKill
    ? [place < at ? gone + last : last + gone, ...older]
    : [gone, ...composer.killed];
  return { ...eraseTo(composer, place), killed: killed.slice(0, MAX_KILLED), wasKill: true };
}

export function yank(composer: Composer): Composer {
  const [last] = composer.killed;
  return last === undefined ? composer : replace(composer, composer.at, composer.at, last, false);
}

export function undo(composer: Composer): Composer {
  const last = composer.undo.at(-1);
  if (last === undefined) return composer;
  const { text, at, redo } = composer;
  return {
    ...composer,
    ...last,
    wanted: undefined,
    wasKill: false,
    wasTyped: false,
    undo: composer.undo.slice(0, -1),
    redo: [...redo, { text, at }],
  };
}

export function redo(composer: Composer): Composer {
  const last = composer.redo.at(-1);
  if (last === undefined) return composer;
  const { text, at } = composer;
  return {
    ...composer,
    ...last,
    wanted: undefined,
    wasKill: false,
    wasTyped: false,
    undo: [...composer.undo, { text, at }].slice(-MAX_UNDO),
    redo: composer.redo.slice(0, -1),
  };
}

/** Swaps the two characters around the cursor, as Ctrl+T does everywhere. */
export function transpose(composer: Composer): Composer {
  const { text, at } = composer;
  const { start, end } = lineAround(text, at);
  const behind = at === end ? at : graphemeAfter(text, at);
  const middle = graphemeBefore(text, behind);
  const before = graphemeBefore(text, middle);
  if (middle <= start || before < start) return composer;
  return replace(composer, before, behind, text.slice(middle, behind) + text.slice(before, middle), false);
}

/**
 * Up (-1) or down (1) by a row of the screen.
 * @param width of the composer, in cells
 * @returns undefined where there is no such row
 */
export function moveVertically(composer: Composer, by: -1 | 1, width: number): Composer | undefined {
  const { rows, row, column } = composerRows(composer.text, composer.at, width);
  const target = rows[row + by];
  if (target === undefined) return undefined;
  const wanted = composer.wanted ?? column;
  return moveTo(composer, placeAt(composer.text, target, wanted), wanted);
}
