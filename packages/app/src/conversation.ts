/** Conversations as a person reads them; every word of others is cleaned. */
import { styleText } from "node:util";
import type { MessageView } from "@asfaleia/client/messenger";
import { beside, cleanLine, cleanName, closed, foldedLines, quoted, wantsColor } from "./display.ts";
import { shownType } from "./letters/mediatype.ts";
import { noticeText } from "./notices.ts";

/** Enough to tell the messages of a profile apart; asfaleia takes any beginning of an id. */
const SHOWN_ID_CHARACTERS = 8;

export function shortId(id: string): string {
  return id.slice(0, SHOWN_ID_CHARACTERS);
}

/** A message: who, its id, when and how far on one line, what it says behind a margin. */
export function messageText(view: MessageView, saved?: string): string {
  if (view.kind === "notice")
    return fitted(`* ${closed(cleanName(view.with))}: ${noticeText(view.text)}\n\n`);
  const head = beside(who(view), shortId(view.id), localTime(view.at, view.arrivedAt), ...marksOf(view));
  const lines = [head];
  if (view.replyTo !== undefined) lines.push(`answers ${shortId(view.replyTo)}`);
  if (view.kind === "unknown") lines.push("needs a newer version of asfaleia");
  if (view.file !== undefined) lines.push(fileText(view, saved));
  const reactions = view.reactions.map(({ emoji }) => cleanLine(emoji)).join(" ");
  const body = view.text === "" ? "" : quoted(view.text, columns());
  const end = reactions === "" ? "" : `reactions: ${reactions}\n`;
  return fitted(`${lines.join("\n")}\n${body}${end}\n`);
}

function who(view: MessageView): string {
  const name = cleanName(view.with);
  return tinted(view.isOwn ? "cyan" : "green", view.isOwn ? `me to ${name}` : name);
}

function marksOf({ state, edited, deleted, until }: MessageView): string[] {
  const marks: string[] = state === undefined ? [] : [state];
  if (edited) marks.push("edited");
  if (deleted) marks.push("deleted");
  if (until !== undefined) marks.push("disappears");
  return marks;
}

function fileText({ id, file, isOwn }: MessageView, saved: string | undefined): string {
  if (file === undefined) return "";
  const what = beside(`file: ${cleanName(file.name)}`, shownType(file.type), `${file.size} bytes`);
  if (saved !== undefined) return beside(what, `saved: ${cleanLine(saved)}`);
  const progress =
    file.done > 0 && file.done < file.size ? ` ${Math.floor((100 * file.done) / file.size)} %` : "";
  const hint =
    !isOwn && (file.state === "offered" || file.state === "complete")
      ? ` (asfaleia save ${shortId(id)})`
      : "";
  return beside(what, `${file.state}${progress}${hint}`);
}

/** Times by the sender's clock are marked where they cannot be. */
function localTime(at: number, arrivedAt: number): string {
  const HOUR_MS = 3_600_000;
  if (at > arrivedAt + HOUR_MS) return `${written(arrivedAt)} (its sender's clock is ahead)`;
  return written(at);
}

function written(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function tinted(color: "green" | "yellow" | "cyan", text: string): string {
  return wantsColor(process.stdout) ? styleText(color, text, { validateStream: false }) : text;
}

export function columns(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns || 80 : undefined;
}

/** Lines of ours, as they are printed where standard output is a terminal. */
export function fitted(lines: string): string {
  return foldedLines(lines, columns());
}
