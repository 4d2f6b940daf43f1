/** `asfaleia history`: what was said. */
import { parseArguments, wholeNumber } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { messageText } from "../conversation.ts";
import { EXIT, usage } from "../exit.ts";
import { print } from "../io.ts";
import { messageJson } from "../lines.ts";
import { withMessenger } from "../profile/open.ts";
import { PROFILE_HELP, PROFILE_OPTIONS } from "../profile/where.ts";

export const help = `Usage: asfaleia history NAME [--json] [--limit N] [--home DIR] [--profile NAME]

Shows the last messages of a conversation, oldest first. Seen at a terminal they count as read.

  --limit N        so many (default: 50)
  --json           one line of JSON a message: type "message", the other names as asfaleia listen --help tells
${PROFILE_HELP}

Examples:
  asfaleia history bob --limit 10
`;

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000_000;

const OPTIONS = { json: { type: "boolean" }, limit: { type: "string" }, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw usage("one at a time");
  const limit = values.limit === undefined ? DEFAULT_LIMIT : wholeNumber("limit", values.limit, 1, MAX_LIMIT);
  return withMessenger(values, signal, async (opened) => {
    const { messenger } = opened;
    const contact = needContact(opened, positionals[0]);
    const views = messenger.history(contact.id, { limit });
    for (const view of views) await print(values.json ? messageJson("message", view) : messageText(view));
    const isSeen = !values.json && process.stdout.isTTY && contact.unread <= views.length;
    if (isSeen && contact.state === "contact") await messenger.markRead(contact.id);
    return views.length > 0 ? EXIT.done : EXIT.nothing;
  });
}
