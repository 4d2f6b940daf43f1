/** `asfaleia delete`: deletes a message everywhere. */

import { parseArguments } from "../arguments.ts";
import { usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS } from "../face/open.ts";
import { WAIT_OPTIONS, waitingOf } from "../face/outcome.ts";
import { amend } from "../talk/amending.ts";

export const help = `Usage: asfaleia delete MSGID [--timeout S] [--json] [--home DIR] [--profile NAME]

Deletes a message of yours, here and for everybody who has it and whose program does as it is asked.

MSGID is the beginning of a message's id, at least 4 of its digits (asfaleia history shows them).

  --timeout S      how long to wait until the change has left, in seconds (default: 15); then it ends with 10
  --json           one line of JSON: type "changed", the other names as asfaleia listen --help tells
${FACE_HELP}

Examples:
  asfaleia delete 3f2a9c1e
`;

const OPTIONS = { json: { type: "boolean" }, timeout: WAIT_OPTIONS.timeout, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [id, more] = positionals;
  if (more !== undefined) throw usage("one at a time");
  return amend(values, id, waitingOf(values), signal, (face, { contact, id: message }) =>
    face.call("messages.delete", { contact, id: message }),
  );
}
