/** `asfaleia init`: makes a profile. */
import { noPositionals, parseArguments } from "../arguments.ts";
import { cleanLine } from "../display.ts";
import { EXIT } from "../exit.ts";
import { EPHEMERAL_OPTION } from "../face/ephemeral.ts";
import { print } from "../io.ts";
import { begin } from "../profile/begin.ts";
import { makeProfile, surveyRelays } from "../profile/make.ts";
import { MAKE_HELP, MAKE_OPTIONS } from "../profile/makeoptions.ts";
import { makingOf } from "../profile/making.ts";
import { keyOf, runWith } from "../profile/open.ts";
import {
  chooseProtection,
  PROTECTION_HELP,
  PROTECTION_OPTIONS,
  protectionText,
} from "../profile/protection.ts";
import { needNoProfile, PROFILE_HELP, PROFILE_OPTIONS, whereIs } from "../profile/where.ts";
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
  asfaleia init -i ~/.ssh/work --profile work --no-passphrase --publish off
`;

const OPTIONS = { ...MAKE_OPTIONS, ...PROTECTION_OPTIONS, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  if (args.includes(EPHEMERAL_OPTION)) return listen(args, signal);
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  const where = whereIs(values);
  needNoProfile(where);
  const making = await makingOf(values, true, signal);
  const trusting = { home: where.home, acceptNew: values["accept-new"] === true };
  const surveyed = await surveyRelays(making, trusting, signal);
  const protection = await chooseProtection(values, making.key, signal);
  const profile = await makeProfile(where, making, surveyed, protection, values.identity);
  try {
    const key = keyOf(profile, values, signal);
    const opened = { where, profile, protection: protection.kind, key, signal };
    const status = await runWith(opened, values, async (all) => {
      await begin(all, making.publish, surveyed.link !== undefined && !making.replaces);
      return all.messenger.status();
    });
    const protectedBy = protectionText(protection.kind, await making.key.hasPassphrase());
    await print(`identity      ${status.identity}\ndevice        ${status.device}\nprofile       ${cleanLine(where.folder)}
protected by  ${protectedBy}\n`);
    return EXIT.done;
  } finally {
    profile.close();
  }
}
