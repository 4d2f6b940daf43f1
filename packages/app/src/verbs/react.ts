/** `asfaleia react`: reacts to a message. */

import { parseArguments } from "../arguments.ts";
import { usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS } from "../face/open.ts";
import { WAIT_OPTIONS, waitingOf } from "../face/outcome.ts";
import { amend } from "../talk/amending.ts";

export const help = `Usage: asfaleia react MSGID [EMOJI] [--timeout S] [--json] [--home DIR] [--profile NAME]

Reacts to a message; without EMOJI the reaction is taken back.

MSGID is the beginning of a message's id, at least 4 of its digits (asfaleia history shows them).

  --timeout S      how long to wait until the change has left, in seconds (default: 15); then it ends with 10
  --json           one line of JSON: type "changed", the other names as asfaleia listen --help tells
${FACE_HELP}

Examples:
  asfaleia react 3f2a9c1e 👍
`;

const OPTIONS = { json: { type: "boolean" }, timeout: WAIT_OPTIONS.timeout, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [id, emoji = "", more] = positionals;
  if (more !== undefined) throw usage("one emoji at a time");
  return amend(values, id, waitingOf(values), signal, (face, { contact, id: message }) =>
    face.call("messages.react", { contact, id: message, emoji }),
  );
}
