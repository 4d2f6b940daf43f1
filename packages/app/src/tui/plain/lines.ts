/** What is said and what happens, as lines to be read one after the other: by a screen reader, or from a log. */
import type { MessageView } from "@asfaleia/client/messenger";
import { cleanLine, cleanText } from "../../display.ts";
import { chatNoticeText } from "../../notices.ts";
import { clock, dayNumber, dayText, STATE_WORDS, sizeText } from "../format.ts";
import { excerpt } from "../layout/conversation.ts";
import { shownTime } from "../layout/message.ts";
import { rowText } from "../layout/row.ts";
import type { Overlay } from "../model/overlay.ts";
import { shownItems } from "../model/overlays.ts";

/** A message: the day where it begins one, then who said what when. */
export function messageLines(
  message: MessageView,
  before: MessageView | undefined,
  quoted: MessageView | undefined,
  now: number,
): string[] {
  const at = shownTime(message);
  const isNewDay = before === undefined || dayNumber(shownTime(before)) !== dayNumber(at);
  const who = message.kind === "notice" ? "notice" : message.isOwn ? "me" : cleanLine(message.with);
  const [first = "", ...rest] = contentLines(message, quoted);
  return [
    ...(isNewDay ? [dayText(at, now)] : []),
    `${clock(at)} ${who}: ${first}`,
    ...rest.map((line) => `  ${line}`),
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
    lines.push(`(file ${cleanLine(name)}, ${sizeText(size)}, ${cleanLine(type)}, ${state})`);
  }
  if (message.text !== "") lines.push(...cleanText(message.text).replace(/\n+$/, "").split("\n"));
  return lines;
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
