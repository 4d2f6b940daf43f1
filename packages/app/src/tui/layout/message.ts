/** One message -> rows. What others wrote is cleaned here, before anything is measured. */
import type { MessageView } from "@asfaleia/client/messenger";
import { looksLike } from "../../contacts/alike.ts";
import { beside, cleanLine, cleanName, cleanText, closed } from "../../display.ts";
import { shownType } from "../../letters/mediatype.ts";
import { chatNoticeText } from "../../notices.ts";
import {
  clock,
  dayText,
  progressBar,
  type Signs,
  STATE_CELLS,
  STATE_ROLES,
  sizeText,
  spanText,
} from "../format.ts";
import { cells, cut, fit, wrapText } from "./cells.ts";
import { fitRow, type Row, type Span, span } from "./row.ts";

/** What stands around a message decides how it is shown. */
export interface Around {
  readonly width: number;
  readonly now: number;
  readonly signs: Signs;
  /** Cells of the column of names. */
  readonly nameCells: number;
  /** The first of its day. */
  readonly beginsDay: boolean;
  /** The first that was not read when the conversation was opened. */
  readonly beginsNew: boolean;
  /** Said by the same person in the same minute as the one before. */
  readonly continues: boolean;
  /** The text of what it answers; undefined where that is not here. */
  readonly quoted: string | undefined;
  readonly picture: Picture | undefined;
  /** Where its file was saved. */
  readonly saved: string | undefined;
}

/** A picture in characters: rows with colours of their own. */
export interface Picture {
  readonly rows: readonly string[];
  readonly columns: number;
  /** What draws pixels over the rows, from behind the last of them; empty where the rows are all of it. */
  readonly over: string;
}

const CLOCK_CELLS = 5;
/** Narrower screens show no times, and then no names in a column of their own. */
const LEAST_FOR_CLOCK = 40;
const LEAST_TEXT = 8;
/** A text that is longer is cut when it is shown; the search and `history` show all of it. */
const MAX_ROWS = 400;
const MAX_QUOTE_CELLS = 60;
const BAR_CELLS = 16;
const HOUR_MS = 3_600_000;

export function messageRows(message: MessageView, around: Around): Row[] {
  const rows: Row[] = [];
  if (around.beginsDay) rows.push(ruleRow(dayText(message.at, around.now), "rule", around));
  if (around.beginsNew) rows.push(ruleRow("new", "unread", around));
  return [...rows, ...bodyRows(message, around)];
}

/** A line across, with a word in it. */
export function ruleRow(
  text: string,
  role: "rule" | "unread",
  { width, signs }: Pick<Around, "width" | "signs">,
): Row {
  const head = `${signs.rule.repeat(2)} ${text} `;
  return [span(cut(head + signs.rule.repeat(Math.max(0, width - cells(head))), width), role)];
}

/** Cells before the text: the mark of the chosen one, the time, the name. */
export function marginCells({ width, nameCells }: Pick<Around, "width" | "nameCells">): number {
  return width < LEAST_FOR_CLOCK ? 1 + nameCells + 1 : 1 + CLOCK_CELLS + 1 + nameCells + 2;
}

function bodyRows(message: MessageView, around: Around): Row[] {
  const margin = marginCells(around);
  const room = Math.max(LEAST_TEXT, around.width - margin - STATE_CELLS - 1);
  const lines = contentRows(message, around, room);
  const first = headOf(message, around);
  const blank = span(" ".repeat(margin));
  return lines.map((line, index) => {
    const row: Row = [...(index === 0 ? first : [blank]), ...line];
    if (index !== lines.length - 1 || message.state === undefined) return row;
    const sign = around.signs.states[message.state];
    return [
      ...fitRow(row, around.width - STATE_CELLS),
      span(fit(sign, STATE_CELLS), STATE_ROLES[message.state]),
    ];
  });
}

const OWN_NAME = "me";
const NOTICE_NAME = "*";
const SIGNS_ONLY = /^(?:(?!\p{Extended_Pictographic})[\p{P}\p{S} ])+$/u;

/** What others are called; in quotes where it could be taken for us, or for what is nobody's. */
export function senderName(name: string): string {
  const shown = cleanName(name);
  return looksLike(shown, OWN_NAME) || SIGNS_ONLY.test(shown) ? `"${shown}"` : shown;
}

function headOf(message: MessageView, { width, nameCells, continues }: Around): Span[] {
  const name = message.kind === "notice" ? NOTICE_NAME : message.isOwn ? OWN_NAME : senderName(message.with);
  const shown = continues ? "" : cut(name, nameCells);
  const padded = " ".repeat(Math.max(0, nameCells - cells(shown))) + shown;
  const who = span(padded, message.isOwn ? "me" : message.kind === "notice" ? "warning" : "them");
  if (width < LEAST_FOR_CLOCK) return [span(" "), who, span(" ")];
  return [
    span(" "),
    span(continues ? " ".repeat(CLOCK_CELLS) : clock(shownTime(message)), "time"),
    span(" "),
    who,
    span("  "),
  ];
}

/** A sender's clock that is ahead is not believed. */
export function shownTime({ at, arrivedAt }: MessageView): number {
  return at > arrivedAt + HOUR_MS ? arrivedAt : at;
}

function contentRows(message: MessageView, around: Around, room: number): Row[] {
  if (message.kind === "notice")
    return wrapText(chatNoticeText(message.text), room).map((text) => [span(text, "warning")]);
  if (message.deleted) return [[span("deleted", "quiet")]];
  const rows: Row[] = [];
  if (message.replyTo !== undefined) rows.push(quoteRow(around, room));
  if (message.kind === "unknown") rows.push([span("needs a newer version of asfaleia", "warning")]);
  if (message.file !== undefined) rows.push(...fileRows(message, around, room));
  rows.push(...textRows(message, around, room));
  if (message.reactions.length > 0) rows.push(reactionRow(message, room));
  return rows.length === 0 ? [[span("(empty)", "quiet")]] : rows;
}

function quoteRow({ quoted, signs }: Around, room: number): Row {
  const text = quoted === undefined ? "an earlier message" : quoted;
  return [span(cut(`${signs.reply} ${text}`, Math.min(room, MAX_QUOTE_CELLS)), "quote")];
}

function textRows(message: MessageView, { now }: Around, room: number): Row[] {
  const remarks = remarksOf(message, now);
  if (message.text === "") return remarks === "" ? [] : [[span(remarks, "quiet")]];
  const lines = wrapText(cleanText(message.text).replace(/\n+$/, ""), room);
  const shown = lines.slice(0, MAX_ROWS).map((text): Row => [span(text)]);
  if (lines.length > MAX_ROWS) shown.push([span(`(${lines.length - MAX_ROWS} more lines)`, "quiet")]);
  if (remarks === "") return shown;
  const last = lines.at(-1) ?? "";
  const isFull = lines.length > MAX_ROWS || cells(last) + 1 + cells(remarks) > room;
  return isFull
    ? [...shown, [span(remarks, "quiet")]]
    : [...shown.slice(0, -1), [span(`${last} `), span(remarks, "quiet")]];
}

function remarksOf({ edited, until, arrivedAt }: MessageView, now: number): string {
  const remarks: string[] = [];
  if (edited) remarks.push("edited");
  // It may have come since the screen was last told the time.
  if (until !== undefined) remarks.push(`gone in ${spanText(Math.max(0, until - Math.max(now, arrivedAt)))}`);
  return remarks.length === 0 ? "" : `(${remarks.join(", ")})`;
}

function fileRows({ file, isOwn }: MessageView, around: Around, room: number): Row[] {
  if (file === undefined) return [];
  const name = cut(cleanName(file.name), Math.max(LEAST_TEXT, room - 24));
  const head: Row = [
    span(name, "link"),
    span(`  ${sizeText(file.size)}  ${cut(shownType(file.type), 24)}`, "quiet"),
  ];
  const picture = (around.picture?.rows ?? []).map(
    (text, line): Row => [{ text, rawCells: around.picture?.columns ?? 0, picture: { id: file.id, line } }],
  );
  return [fitRow(head, room), ...picture, ...fileState(file, isOwn, around, room)];
}

function fileState(
  file: NonNullable<MessageView["file"]>,
  isOwn: boolean,
  { signs, picture, saved }: Around,
  room: number,
): Row[] {
  const isMoving = file.state === "accepted" || (isOwn && file.state === "offered" && file.done > 0);
  if (isMoving && file.done < file.size) {
    const bar = progressBar(file.done, file.size, Math.min(BAR_CELLS, room - 6), signs);
    return [
      [span(bar, "accent"), span(` ${String(Math.floor((100 * file.done) / Math.max(1, file.size)))} %`)],
    ];
  }
  if (file.state === "failed") return [[span("did not come whole", "error")]];
  if (file.state === "cancelled") return [[span("cancelled", "quiet")]];
  if (isOwn) return file.state === "offered" ? [[span("offered", "quiet")]] : [];
  if (file.state === "offered") {
    const isPicture = file.type.startsWith("image/");
    return [[span(isPicture ? "/show shows it, /save keeps it" : "/save fetches it", "quiet")]];
  }
  if (saved !== undefined) return wrapText(`saved: ${saved}`, room).map((text) => [span(text, "quiet")]);
  return (picture?.rows.length ?? 0) === 0 && file.state === "complete"
    ? [[span("here: /save keeps it in a folder", "quiet")]]
    : [];
}

function reactionRow({ reactions }: MessageView, room: number): Row {
  const counts = new Map<string, number>();
  for (const { emoji } of reactions) {
    const shown = cut(cleanLine(emoji), LEAST_TEXT);
    counts.set(shown, (counts.get(shown) ?? 0) + 1);
  }
  // No more of them fit than there are cells.
  const shown = [...counts].slice(0, room);
  const text = beside(...shown.map(([emoji, count]) => (count === 1 ? emoji : `${closed(emoji)} ${count}`)));
  return [span(cut(text, room), "accent")];
}
