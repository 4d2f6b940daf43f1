/** `asfaleia reply`: answers a message. */
import { parseArguments } from "../arguments.ts";
import { needMessage } from "../contacts/find.ts";
import { usage } from "../exit.ts";
import { readOneText } from "../letters/contents.ts";
import { withMessenger } from "../profile/open.ts";
import { WAIT_HELP, WAIT_OPTIONS, waitingOf } from "../profile/outcome.ts";
import { follow } from "../profile/sending.ts";
import { PROFILE_HELP, PROFILE_OPTIONS } from "../profile/where.ts";

export const help = `Usage: asfaleia reply MSGID [TEXT] [--wait at-relay|delivered] [--timeout S] [--json] [--home DIR]
                      [--profile NAME]

Answers a message. TEXT is read from standard input where it is not given.

MSGID is the beginning of a message's id, at least 4 of its digits (asfaleia history shows them).

${WAIT_HELP}
  --json           one line of JSON for each state: type "state", id, with, state
${PROFILE_HELP}

Examples:
  asfaleia reply 3f2a9c1e "At nine, please"
`;

const OPTIONS = { json: { type: "boolean" }, ...WAIT_OPTIONS, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [id, text, more] = positionals;
  if (id === undefined) throw usage("which message? Say the beginning of its id (asfaleia history shows it)");
  if (more !== undefined) throw usage("the text is one word: put it in quotes");
  const waiting = waitingOf(values);
  const answer = await readOneText(text);
  return withMessenger(values, signal, async (opened) => {
    const { messenger } = opened;
    const { contact: number, id: to } = needMessage(opened, id);
    const contact = messenger.contacts().find((one) => one.id === number);
    if (contact === undefined) throw usage("this conversation is not there any more");
    const sent = await messenger.reply(number, to, answer);
    return follow(opened, contact, [sent], { waiting, json: values.json === true });
  });
}
