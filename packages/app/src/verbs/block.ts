/** `asfaleia block`. */
import { parseArguments } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { EXIT, usage } from "../exit.ts";
import { withMessenger } from "../profile/open.ts";
import { PROFILE_HELP, PROFILE_OPTIONS } from "../profile/where.ts";

export const help = `Usage: asfaleia block NAME [--home DIR] [--profile NAME]

Takes nothing from a contact any more, until asfaleia unblock.

${PROFILE_HELP}

Examples:
  asfaleia block bob
`;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: PROFILE_OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw usage("one at a time");
  return withMessenger(values, signal, async (opened) => {
    await opened.messenger.block(needContact(opened, positionals[0]).id);
    return EXIT.done;
  });
}
