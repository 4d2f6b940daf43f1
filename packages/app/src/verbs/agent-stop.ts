/** `asfaleia agent stop`: ends the agent of a profile. */
import { noPositionals, parseArguments } from "../arguments.ts";
import { EXIT } from "../exit.ts";
import { stopAgent } from "../face/open.ts";
import { note } from "../io.ts";
import { PROFILE_OPTIONS, whereIs } from "../profile/where.ts";

export const help = `Usage: asfaleia agent stop [--home DIR] [--profile NAME]

Ends the agent of the profile, and waits until it has. What was said is kept; the profile is locked again, where it has
a lock. Ends with 6 where no agent runs.

  --home DIR       the folder where profiles live (default: ASFALEIA_HOME, or XDG_DATA_HOME/asfaleia)
  --profile NAME   which profile (default: default)

Examples:
  asfaleia agent stop
`;

const OPTIONS = { home: PROFILE_OPTIONS.home, profile: PROFILE_OPTIONS.profile } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  if (await stopAgent(whereIs(values), signal)) return EXIT.done;
  note("No agent of this profile runs.");
  return EXIT.nothing;
}
