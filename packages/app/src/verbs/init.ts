/** `asfaleia init`: makes a profile. */
import { noPositionals, parseArguments } from "../arguments.ts";
import { cleanLine } from "../display.ts";
import { EXIT } from "../exit.ts";
import { EPHEMERAL_OPTION } from "../face/ephemeral.ts";
import { print } from "../io.ts";
import { initialise } from "../profile/initialise.ts";
import { MAKE_HELP, MAKE_OPTIONS } from "../profile/makeoptions.ts";
import { PROTECTION_HELP, PROTECTION_OPTIONS, protectionText } from "../profile/protection.ts";
import { PROFILE_HELP, PROFILE_OPTIONS } from "../profile/where.ts";
import { run as listen } from "./listen.ts";

export const help = `Usage: asfaleia init [-i KEY] [--relay ADDR]… [--name NAME] [--passphrase | --no-passphrase] [--link CARD] [--replace]
                     [--publish on|off] [--ephemeral] [--home DIR] [--profile NAME]

Makes a profile: this installation becomes a device of your SSH key, with a mailbox at the relay. The SSH key signs that
twice, and for publishing once more. The database is sealed to the SSH key where its file has a passphrase; else a
passphrase is asked for.

Where your key has a device already, this one waits until that one confirms it (asfaleia device confirm ID there).

${MAKE_HELP}
                   (default: on, with --ephemeral off)
${PROTECTION_HELP}
  --ephemeral      nothing on the disk at all: prints a card, listens, and forgets everything at the end
                   (the options of asfaleia listen go with it)
${PROFILE_HELP}

Examples:
  asfaleia init --relay relay.example.org --accept-new
  asfaleia init --relay here=alice.example.org
  asfaleia init -i ~/.ssh/work --profile work --no-passphrase --publish off
`;

const OPTIONS = { ...MAKE_OPTIONS, ...PROTECTION_OPTIONS, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  if (args.includes(EPHEMERAL_OPTION)) return listen(args, signal);
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  const made = await initialise(values, signal);
  const protectedBy = protectionText(made.protection, made.keyHasPassphrase);
  await print(`identity      ${made.identity}\ndevice        ${made.device}\nprofile       ${cleanLine(made.where.folder)}
protected by  ${protectedBy}\n`);
  return EXIT.done;
}
