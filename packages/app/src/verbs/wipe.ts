/** `asfaleia wipe`: removes a profile. */
import { noPositionals, parseArguments } from "../arguments.ts";
import { cleanLine } from "../display.ts";
import { EXIT, usage } from "../exit.ts";
import { stopAgent } from "../face/open.ts";
import { note } from "../io.ts";
import { agrees } from "../person.ts";
import { removeKeyBeside } from "../profile/keymemo.ts";
import { loadMessenger } from "../profile/open.ts";
import { needProfile, PROFILE_OPTIONS, whereIs } from "../profile/where.ts";

export const help = `Usage: asfaleia wipe [--yes] [--home DIR] [--profile NAME]

Removes a profile: its key first, then every file. What was said is gone, and so is this device: your contacts and your
other devices know it until you withdraw it from one of those. That no file remains is certain; that the medium has
forgotten them is not.

  --yes            do not ask
  --home DIR       the folder where profiles live (default: ASFALEIA_HOME, or XDG_DATA_HOME/asfaleia)
  --profile NAME   which profile (default: default)

Examples:
  asfaleia wipe --profile work
`;

const OPTIONS = {
  yes: { type: "boolean" },
  home: PROFILE_OPTIONS.home,
  profile: PROFILE_OPTIONS.profile,
} as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  const where = whereIs(values);
  needProfile(where);
  const question = `Remove the profile ${cleanLine(where.folder)} for ever (yes/no)? `;
  if (!values.yes && !(await agrees(question, signal))) throw usage("nothing was removed: say yes, or --yes");
  await stopAgent(where, signal);
  const { wipeProfile } = await loadMessenger();
  await wipeProfile(where.folder);
  // The folder goes when it is empty.
  await removeKeyBeside(where);
  await wipeProfile(where.folder);
  note("The profile is gone.");
  return EXIT.done;
}
