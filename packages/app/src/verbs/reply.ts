/** `asfaleia reply`: answers a message. */

import { parseArguments } from "../arguments.ts";
import { needMessage } from "../contacts/find.ts";
import { usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { WAIT_HELP, WAIT_OPTIONS, waitingOf } from "../face/outcome.ts";
import { readOneText } from "../letters/contents.ts";
import { follow } from "../talk/sending.ts";

export const help = `Usage: asfaleia reply MSGID [TEXT] [--wait at-relay|delivered] [--timeout S] [--json] [--home DIR]
                      [--profile NAME]

Answers a message. TEXT is read from standard input where it is not given.

MSGID is the beginning of a message's id, at least 4 of its digits (asfaleia history shows them).

${WAIT_HELP}
  --json           one line of JSON for each state: type "state", id, with, state
${FACE_HELP}

Examples:
  asfaleia reply 3f2a9c1e "At nine, please"
`;

const OPTIONS = { json: { type: "boolean" }, ...WAIT_OPTIONS, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [id, text, more] = positionals;
  if (id === undefined) throw usage("which message? Say the beginning of its id (asfaleia history shows it)");
  if (more !== undefined) throw usage("the text is one word: put it in quotes");
  const waiting = waitingOf(values);
  const answer = await readOneText(text);
  return withFace(values, signal, async (seen) => {
    const { face } = seen;
    const { contact: number, id: to } = await needMessage(face, id);
    const contact = (await face.call("contacts.list", {})).find((one) => one.id === number);
    if (contact === undefined) throw usage("this conversation is not there any more");
    const sent = await face.call("messages.reply", { contact: number, to, text: answer });
    return follow(seen, contact, [sent], { waiting, json: values.json === true });
  });
}
