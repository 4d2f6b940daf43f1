/** `asfaleia edit`: gives a message another text. */

import { parseArguments } from "../arguments.ts";
import { usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS } from "../face/open.ts";
import { WAIT_OPTIONS, waitingOf } from "../face/outcome.ts";
import { readOneText } from "../letters/contents.ts";
import { amend } from "../talk/amending.ts";

export const help = `Usage: asfaleia edit MSGID [TEXT] [--timeout S] [--json] [--home DIR] [--profile NAME]

Gives a message of yours another text, read from standard input where TEXT is not given.

MSGID is the beginning of a message's id, at least 4 of its digits (asfaleia history shows them).

  --timeout S      how long to wait until the change has left, in seconds (default: 15); then it ends with 10
  --json           one line of JSON: type "changed", the other names as asfaleia listen --help tells
${FACE_HELP}

Examples:
  asfaleia edit 3f2a9c1e "See you at nine"
`;

const OPTIONS = { json: { type: "boolean" }, timeout: WAIT_OPTIONS.timeout, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [id, text, more] = positionals;
  if (id === undefined) throw usage("which message? Say the beginning of its id (asfaleia history shows it)");
  if (more !== undefined) throw usage("the text is one word: put it in quotes");
  const fresh = await readOneText(text);
  return amend(values, id, waitingOf(values), signal, (face, { contact, id: message }) =>
    face.call("messages.edit", { contact, id: message, text: fresh }),
  );
}
