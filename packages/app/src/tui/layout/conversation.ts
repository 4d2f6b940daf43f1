/**
 * Which rows of a conversation are on the screen. Only messages on it are laid out, from the lowest one upwards; what was laid out is
 * kept as long as nothing around it changes.
 */
import type { MessageView } from "@asfaleia/client/messenger";
import { cleanLine, cleanName, closed } from "../../display.ts";
import { dayNumber, type Signs } from "../format.ts";
import { messageRows, type Picture, senderName, shownTime } from "./message.ts";
import { EMPTY_ROW, type Row } from "./row.ts";

/** The lowest row on the screen: so many rows of a message are below it. */
export interface Anchor {
  readonly id: string;
  readonly below: number;
}

export interface Scene {
  /** Oldest first. */
  readonly messages: readonly MessageView[];
  readonly width: number;
  readonly height: number;
  readonly now: number;
  readonly signs: Signs;
  readonly nameCells: number;
  /** The first message that was new when the conversation was opened. */
  readonly firstNew: string | undefined;
  readonly chosen: string | undefined;
  readonly pictures: ReadonlyMap<string, Picture>;
  /** Where files were saved, by their ids. */
  readonly saved: ReadonlyMap<string, string>;
}

export interface Screenful {
  readonly rows: readonly Row[];
  /** Of every row, whose it is. */
  readonly owners: readonly (string | undefined)[];
  /** Whether older messages could stand above what is shown. */
  readonly isAtTop: boolean;
}

interface Laid {
  readonly key: string;
  readonly rows: readonly Row[];
}

const laid = new WeakMap<MessageView, Laid>();

const MINUTE_MS = 60_000;

/** The rows of one message of a scene. */
export function rowsOf(scene: Scene, index: number): readonly Row[] {
  const message = scene.messages[index];
  if (message === undefined) return [];
  const before = scene.messages[index - 1];
  const beginsDay = before === undefined || dayNumber(shownTime(before)) !== dayNumber(shownTime(message));
  const beginsNew = message.id === scene.firstNew;
  const continues = !beginsDay && !beginsNew && continuesTalk(before, message);
  const quoted = message.replyTo === undefined ? undefined : quoteOf(scene, index, message.replyTo);
  const picture = message.file === undefined ? undefined : scene.pictures.get(message.file.id);
  const saved = message.file === undefined ? undefined : scene.saved.get(message.file.id);
  const { width, nameCells, signs } = scene;
  const today = dayNumber(scene.now);
  const left = message.until === undefined ? "" : Math.ceil((message.until - scene.now) / MINUTE_MS);
  const key = [
    width,
    nameCells,
    beginsDay,
    beginsNew,
    continues,
    today,
    left,
    quoted,
    picture?.rows.length,
    saved,
    signs.rule,
  ].join("|");
  const known = laid.get(message);
  if (known?.key === key) return known.rows;
  const rows = messageRows(message, {
    width,
    nameCells,
    signs,
    now: scene.now,
    beginsDay,
    beginsNew,
    continues,
    quoted,
    picture,
    saved,
  });
  laid.set(message, { key, rows });
  return rows;
}

function continuesTalk(before: MessageView | undefined, message: MessageView): boolean {
  return (
    before !== undefined &&
    before.kind !== "notice" &&
    message.kind !== "notice" &&
    before.isOwn === message.isOwn &&
    before.from === message.from &&
    Math.floor(shownTime(before) / MINUTE_MS) === Math.floor(shownTime(message) / MINUTE_MS)
  );
}

/** How far back a quotation is looked for: among what is loaded, near the answer. */
const QUOTE_REACH = 500;

function quoteOf({ messages }: Scene, index: number, id: string): string | undefined {
  const end = Math.max(0, index - QUOTE_REACH);
  for (let at = index - 1; at >= end; at--) {
    const message = messages[at];
    if (message?.id === id) return excerpt(message);
  }
  return undefined;
}

/** A message in one line: who, and how it begins. */
export function excerpt(message: MessageView): string {
  const who = message.isOwn ? "me" : closed(senderName(message.with));
  if (message.deleted) return `${who}: deleted`;
  const text =
    message.text === "" && message.file !== undefined ? cleanName(message.file.name) : message.text;
  return `${who}: ${cleanLine(text.slice(0, 200).replace(/\s+/g, " "))}`;
}

function indexOf(messages: readonly MessageView[], id: string): number {
  return messages.findLastIndex((message) => message.id === id);
}

/** Where an anchor is among the messages; the end where it is nowhere. */
function startOf(scene: Scene, anchor: Anchor | undefined): { index: number; below: number } {
  const index = anchor === undefined ? -1 : indexOf(scene.messages, anchor.id);
  if (anchor === undefined || index < 0) return { index: scene.messages.length - 1, below: 0 };
  const { length } = rowsOf(scene, index);
  return { index, below: Math.min(anchor.below, Math.max(0, length - 1)) };
}

/** @param anchor undefined for the end of the conversation */
export function screenful(scene: Scene, anchor: Anchor | undefined): Screenful {
  const { height, messages, chosen } = scene;
  const rows: Row[] = [];
  const owners: (string | undefined)[] = [];
  const start = startOf(scene, anchor);
  let isAtTop = true;
  for (let index = start.index; index >= 0; index--) {
    const all = rowsOf(scene, index);
    const shown = index === start.index ? all.slice(0, all.length - start.below) : all;
    const { id } = messages[index] as MessageView;
    for (let row = shown.length - 1; row >= 0 && rows.length < height; row--) {
      rows.push(id === chosen ? marked(shown[row] as Row) : (shown[row] as Row));
      owners.push(id);
    }
    if (rows.length >= height) {
      const isCut =
        rows.length === height && (index > 0 || owners.filter((one) => one === id).length < shown.length);
      isAtTop = !isCut;
      break;
    }
  }
  while (rows.length < height) {
    rows.push(EMPTY_ROW);
    owners.push(undefined);
  }
  return { rows: rows.reverse(), owners: owners.reverse(), isAtTop };
}

/** The mark of a chosen message stands in the first cell, which is always blank otherwise. */
function marked(row: Row): Row {
  const [first, ...rest] = row;
  if (first === undefined || !first.text.startsWith(" ")) return row;
  return [{ text: "▌", role: "accent" }, { ...first, text: first.text.slice(1) }, ...rest];
}

/**
 * The anchor after scrolling.
 * @param by rows, upwards; negative: downwards
 * @returns undefined for the end
 */
export function scrolled(scene: Scene, anchor: Anchor | undefined, by: number): Anchor | undefined {
  return by >= 0 ? scrolledUp(scene, anchor, by) : scrolledDown(scene, anchor, -by);
}

function scrolledUp(scene: Scene, anchor: Anchor | undefined, by: number): Anchor | undefined {
  const start = startOf(scene, anchor);
  if (start.index < 0) return undefined;
  // Rows from the first down to the anchor, counted as far as it matters.
  let above = -start.below;
  for (let index = start.index; index >= 0 && above < scene.height + by; index--) {
    above += rowsOf(scene, index).length;
  }
  let steps = Math.min(by, Math.max(0, above - scene.height));
  if (steps === 0) return anchor;
  let { index, below } = start;
  while (steps > 0) {
    const { length } = rowsOf(scene, index);
    const left = length - below - 1;
    if (steps <= left || index === 0) {
      below += Math.min(steps, left);
      break;
    }
    steps -= left + 1;
    index--;
    below = 0;
  }
  return { id: (scene.messages[index] as MessageView).id, below };
}

function scrolledDown(scene: Scene, anchor: Anchor | undefined, by: number): Anchor | undefined {
  if (anchor === undefined) return undefined;
  let { index, below } = startOf(scene, anchor);
  let steps = by;
  while (steps > below) {
    steps -= below + 1;
    index++;
    if (index >= scene.messages.length) return undefined;
    below = rowsOf(scene, index).length - 1;
  }
  below -= steps;
  if (index === scene.messages.length - 1 && below === 0) return undefined;
  return { id: (scene.messages[index] as MessageView).id, below };
}

/** The anchor that shows a message with what stands before and after it, as far as there is anything. */
export function centring(scene: Scene, id: string): Anchor | undefined {
  const at = indexOf(scene.messages, id);
  if (at < 0) return undefined;
  const size = rowsOf(scene, at).length;
  const half = Math.floor(Math.max(0, scene.height - size) / 2);
  let above = 0;
  for (let index = at - 1; index >= 0 && above < half; index--) above += rowsOf(scene, index).length;
  // From where its first row is the lowest: that row comes to stand below so many.
  const by = scene.height - 1 - Math.min(half, above);
  return scrolledDown(scene, { id, below: Math.max(0, size - 1) }, by);
}

/** The anchor that shows a message whole, with the least movement. */
export function revealing(scene: Scene, anchor: Anchor | undefined, id: string): Anchor | undefined {
  const index = indexOf(scene.messages, id);
  if (index < 0) return anchor;
  const { owners } = screenful(scene, anchor);
  const shown = owners.filter((one) => one === id).length;
  const size = rowsOf(scene, index).length;
  if (shown >= Math.min(size, scene.height)) return anchor;
  const start = startOf(scene, anchor);
  if (index >= start.index) return index === scene.messages.length - 1 ? undefined : { id, below: 0 };
  // Above the screen: its first row becomes the first one shown.
  const from: Anchor = { id, below: Math.max(0, size - 1) };
  return scrolledDown(scene, from, scene.height - 1);
}
