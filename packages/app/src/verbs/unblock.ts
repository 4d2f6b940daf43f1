/** `asfaleia unblock`. */
import { parseArguments } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { EXIT, usage } from "../exit.ts";
import { withMessenger } from "../profile/open.ts";
import { PROFILE_HELP, PROFILE_OPTIONS } from "../profile/where.ts";

export const help = `Usage: asfaleia unblock NAME [--home DIR] [--profile NAME]

Takes messages of a blocked contact again.

${PROFILE_HELP}

Examples:
  asfaleia unblock bob
`;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: PROFILE_OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw usage("one at a time");
  return withMessenger(values, signal, async (opened) => {
    await opened.messenger.unblock(needContact(opened, positionals[0]).id);
    return EXIT.done;
  });
}
