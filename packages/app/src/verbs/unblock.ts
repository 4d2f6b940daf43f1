/** `asfaleia unblock`. */

import { parseArguments } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { EXIT, usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";

export const help = `Usage: asfaleia unblock NAME [--home DIR] [--profile NAME]

Takes messages of a blocked contact again.

${FACE_HELP}

Examples:
  asfaleia unblock bob
`;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: FACE_OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw usage("one at a time");
  return withFace(values, signal, async ({ face }) => {
    const { id } = await needContact(face, positionals[0]);
    await face.call("contacts.unblock", { contact: id });
    return EXIT.done;
  });
}
