/** What is said and what happens, as lines to be read one after the other: by a screen reader, or from a log. */
import type { MessageView } from "@asfaleia/client/messenger";
import { looksLike } from "../../contacts/alike.ts";
import { cleanLine, cleanName, cleanText, closed } from "../../display.ts";
import { shownType } from "../../letters/mediatype.ts";
import { chatNoticeText } from "../../notices.ts";
import { clock, dayNumber, dayText, STATE_WORDS, sizeText } from "../format.ts";
import { wrap } from "../layout/cells.ts";
import { excerpt } from "../layout/conversation.ts";
import { senderName, shownTime } from "../layout/message.ts";
import { rowText } from "../layout/row.ts";
import type { Overlay } from "../model/overlay.ts";
import { shownItems } from "../model/overlays.ts";

/** Lines of one message; more would push away what was said before. */
const MAX_LINES = 400;
const MARGIN = "  ";
const NOTICE = "notice";
/** What stands around names in lines of ours. */
const OUR_SIGNS = /[:,;="()*]/;

/** A name of others, fit for the middle of a line: in quotes where it could be taken for ours, or for more than a name. */
export function plainName(name: string): string {
  const shown = senderName(name);
  if (shown !== cleanName(name)) return shown;
  return shown === NOTICE || looksLike(shown, NOTICE) ? `"${shown}"` : inQuotes(shown);
}

function inQuotes(shown: string): string {
  return closed(OUR_SIGNS.test(shown) ? `"${shown}"` : shown);
}

/**
 * A line, and what of it does not fit behind a margin: what a terminal broke by itself would begin where lines of ours do.
 * @param columns of the terminal
 */
export function folded(line: string, columns: number): string[] {
  const text = line.replace(/\t/g, "    ");
  return wrap(text, columns - MARGIN.length, atMost).map(({ start, end }, nth) =>
    nth === 0 ? text.slice(start, end) : MARGIN + text.slice(start, end),
  );
}

/** Rather too many breaks than one too few. */
function atMost(grapheme: string): number {
  return grapheme < "\x7f" ? 1 : 2 * [...grapheme].length;
}

/** A message: the day where it begins one, then who said what when. */
export function messageLines(
  message: MessageView,
  before: MessageView | undefined,
  quoted: MessageView | undefined,
  now: number,
): string[] {
  const at = shownTime(message);
  const isNewDay = before === undefined || dayNumber(shownTime(before)) !== dayNumber(at);
  const who = message.kind === "notice" ? NOTICE : message.isOwn ? "me" : closed(plainName(message.with));
  const [first = "", ...rest] = contentLines(message, quoted);
  return [
    ...(isNewDay ? [dayText(at, now)] : []),
    `${clock(at)} ${who}: ${first}`,
    ...rest.map((line) => MARGIN + line),
  ];
}

function contentLines(message: MessageView, quoted: MessageView | undefined): string[] {
  if (message.kind === "notice") return [chatNoticeText(message.text)];
  if (message.deleted) return ["(deleted)"];
  const lines: string[] = [];
  if (message.replyTo !== undefined)
    lines.push(`(answers ${quoted === undefined ? "an earlier message" : excerpt(quoted)})`);
  if (message.kind === "unknown") lines.push("(needs a newer version of asfaleia)");
  if (message.file !== undefined) {
    const { name, size, type, state } = message.file;
    lines.push(`(file ${inQuotes(cleanName(name))}, ${sizeText(size)}, ${shownType(type)}, ${state})`);
  }
  if (message.text !== "") lines.push(...cleanText(message.text).replace(/\n+$/, "").split("\n"));
  const more = lines.length - MAX_LINES;
  return more > 0 ? [...lines.slice(0, MAX_LINES), `(${more} more lines)`] : lines;
}

/** What is other about a message than when it was written out; undefined where nothing is worth a line. */
export function changeLine(before: MessageView, after: MessageView): string | undefined {
  const what = changeOf(before, after);
  return what === undefined ? undefined : `${what}: ${excerpt(after)}`;
}

function changeOf(before: MessageView, after: MessageView): string | undefined {
  if (after.deleted && !before.deleted) return "deleted";
  if (after.edited && after.text !== before.text) return "edited";
  if (after.reactions.length !== before.reactions.length) {
    const shown = after.reactions.map(({ emoji }) => cleanLine(emoji)).join(" ");
    return shown === "" ? "reaction taken back" : `reaction ${shown}`;
  }
  if (after.file !== undefined && after.file.state !== before.file?.state) return `file ${after.file.state}`;
  const isEnd = after.state === "expired" || after.state === "refused" || after.state === "read";
  return isEnd && after.state !== before.state && after.state !== undefined
    ? STATE_WORDS[after.state]
    : undefined;
}

/** Something to read, to choose from by number, or to answer. */
export function overlayLines(overlay: Overlay, columns: number): string[] {
  switch (overlay.kind) {
    case "text": {
      const rows = overlay.rows(columns).map((row) => rowText(row).trimEnd());
      return [overlay.title, ...rows, ...(overlay.keys === undefined ? [] : [hintOf(overlay.hint)])];
    }
    case "list": {
      const items = shownItems(overlay).map(
        ({ label, detail }, index) => `${index + 1}. ${label}${detail === "" ? "" : `, ${detail}`}`,
      );
      const choices =
        items.length === 0 ? [overlay.empty] : [...items, "Say a number; an empty line leaves it."];
      return [overlay.title, ...(overlay.text === undefined ? [] : [overlay.text]), ...choices];
    }
    case "confirm":
      return [`${overlay.text} (y or n)`];
    case "ask":
      return [
        overlay.title,
        overlay.text,
        ...(overlay.answer.text === ""
          ? []
          : [`(so far: ${cleanLine(overlay.answer.text)}; a minus sign leaves it)`]),
      ];
  }
}

function hintOf(hint: string | undefined): string {
  return hint ?? "";
}
