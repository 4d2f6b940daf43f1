/** `asfaleia block`. */

import { parseArguments } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { EXIT, usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";

export const help = `Usage: asfaleia block NAME [--home DIR] [--profile NAME]

Takes nothing from a contact any more, until asfaleia unblock.

${FACE_HELP}

Examples:
  asfaleia block bob
`;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: FACE_OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw usage("one at a time");
  return withFace(values, signal, async ({ face }) => {
    const { id } = await needContact(face, positionals[0]);
    await face.call("contacts.block", { contact: id });
    return EXIT.done;
  });
}
