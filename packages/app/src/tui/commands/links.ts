/**
 * The addresses in what was said. In a conversation they are text as any other; here each stands below the host that it
 * leads to, so that no part of it can be taken for another place, and can be opened where the terminal opens links.
 */
import type { MessageView } from "@asfaleia/client/messenger";
import { findLinks, type Link } from "../../links.ts";
import { moment } from "../format.ts";
import { senderName, shownTime } from "../layout/message.ts";
import { EMPTY_ROW, type Row, span } from "../layout/row.ts";
import { textOverlay } from "../model/infos.ts";
import type { State } from "../model/state.ts";
import { remark, type Step, step } from "../model/step.ts";
import type { Command } from "./command.ts";
import { inTalk, isSaid } from "./talk.ts";

/** More than anybody looks through. */
const MAX_LINKS = 100;
const INDENT = "  ";

interface Found {
  readonly link: Link;
  readonly message: MessageView;
}

/** Shows those of the chosen message, or of all that is loaded, the newest first and each once. */
function links(state: State): Step {
  return inTalk(state, ({ messages, chosen }) => {
    const meant = chosen === undefined ? messages : messages.filter(({ id }) => id === chosen);
    const found = linksIn(meant);
    if (found.length === 0) return step(remark(state, "no https address is in what was said here", true));
    const rows = (width: number): Row[] => found.flatMap((one) => linkRows(one, width));
    return step({ ...state, overlay: textOverlay("Links", rows) });
  });
}

function linksIn(messages: readonly MessageView[]): Found[] {
  const found = new Map<string, Found>();
  for (const message of messages.filter(isSaid).toReversed()) {
    for (const link of findLinks(message.text)) {
      if (found.size === MAX_LINKS) return [...found.values()];
      if (!found.has(link.target)) found.set(link.target, { link, message });
    }
  }
  return [...found.values()];
}

function linkRows({ link: { host, target }, message }: Found, width: number): Row[] {
  const who = message.isOwn ? "me" : senderName(message.with);
  // Further in than hosts: a part at the beginning of a row is none.
  const parts = target.match(new RegExp(`.{1,${width - INDENT.length}}`, "g")) ?? [];
  return [
    [span(host, "title"), span("  "), span(`${moment(shownTime(message))}  ${who}`, "quiet")],
    ...parts.map((text): Row => [span(INDENT), { text, role: "link", link: target }]),
    EMPTY_ROW,
  ];
}

export const LINKS_COMMAND: Command = {
  name: "links",
  args: "",
  help: "the addresses in what was said",
  run: links,
};
