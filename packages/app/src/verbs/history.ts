/** `asfaleia history`: what was said. */

import { parseArguments, wholeNumber } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { messageText } from "../conversation.ts";
import { EXIT, usage } from "../exit.ts";
import type { Face, MessageView } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { note, print } from "../io.ts";
import { messageJson } from "../lines.ts";

export const help = `Usage: asfaleia history NAME [--json] [--limit N] [--home DIR] [--profile NAME]

Shows the last messages of a conversation, oldest first. Seen at a terminal they count as read.

  --limit N        so many (default: 50)
  --json           one line of JSON a message: type "message", the other names as asfaleia listen --help tells
${FACE_HELP}

Examples:
  asfaleia history bob --limit 10
`;

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000_000;

const OPTIONS = { json: { type: "boolean" }, limit: { type: "string" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw usage("one at a time");
  const limit = values.limit === undefined ? DEFAULT_LIMIT : wholeNumber("limit", values.limit, 1, MAX_LIMIT);
  return withFace(values, signal, async ({ face }) => {
    const contact = await needContact(face, positionals[0]);
    const views = await lastOf(face, contact.id, limit);
    for (const view of views) await print(values.json ? messageJson("message", view) : messageText(view));
    const isSeen = !values.json && process.stdout.isTTY && contact.unread <= views.length;
    if (isSeen && contact.state === "contact") await face.call("messages.markRead", { contact: contact.id });
    if (views.length > 0) return EXIT.done;
    if (!values.json) note("Nothing has been said so far.");
    return EXIT.nothing;
  });
}

/** Messages of one answer. */
const PAGE = 500;

async function lastOf(face: Face, contact: number, limit: number): Promise<MessageView[]> {
  const views: MessageView[] = [];
  for (;;) {
    const wanted = Math.min(PAGE, limit - views.length);
    const before = views[0]?.id;
    const page = await face.call("messages.history", {
      contact,
      limit: wanted,
      ...(before === undefined ? {} : { before }),
    });
    views.unshift(...page);
    if (page.length === 0 || views.length >= limit) return views;
  }
}
