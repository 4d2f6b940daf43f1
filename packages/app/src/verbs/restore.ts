/** `asfaleia restore`: a new profile out of a backup. */
import { readFile } from "node:fs/promises";
import { parseArguments } from "../arguments.ts";
import { cleanLine } from "../display.ts";
import { EXIT, Failure, failureOf, usage } from "../exit.ts";
import { print } from "../io.ts";
import { begin } from "../profile/begin.ts";
import { forgetKey, removeKeyBeside } from "../profile/keymemo.ts";
import { makeProfile, surveyRelays } from "../profile/make.ts";
import { MAKE_HELP, MAKE_OPTIONS } from "../profile/makeoptions.ts";
import { makingOf } from "../profile/making.ts";
import { loadMessenger, runWith } from "../profile/open.ts";
import { askFor, chooseProtection, PROTECTION_HELP, PROTECTION_OPTIONS } from "../profile/protection.ts";
import { needNoProfile, PROFILE_HELP, PROFILE_OPTIONS, whereIs } from "../profile/where.ts";

export const help = `Usage: asfaleia restore FILE [-i KEY] [--relay ADDR]… [--name NAME] [--passphrase | --no-passphrase]
                        [--link CARD] [--publish on|off] [--home DIR] [--profile NAME]

Makes a profile as asfaleia init does, and fills it with the contacts, the history and the settings of a backup. It is
a new device: your contacts are told of it, and an older device of yours that is still there has to confirm it.

${MAKE_HELP}
                   (default: on)
${PROTECTION_HELP}
${PROFILE_HELP}

Examples:
  asfaleia restore asfaleia.age --relay relay.example.org
`;

const OPTIONS = { ...MAKE_OPTIONS, ...PROTECTION_OPTIONS, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [path, more] = positionals;
  if (path === undefined) throw usage("from which file?");
  if (more !== undefined) throw usage("one file at a time");
  const where = whereIs(values);
  needNoProfile(where);
  const making = await makingOf(values, true, signal);
  const backup = await readFile(path).catch((error) => {
    throw usage(failureOf(error).message);
  });
  const { readBackup, restoreBackup, wipeProfile } = await loadMessenger();
  const lines = await readBackup(new Uint8Array(backup), {
    passphrase: () => askFor("Enter passphrase for the backup: ", signal),
    privateKey: async () => {
      const key = await making.key.privateKey();
      if (key !== null) return key;
      throw new Failure(
        EXIT.key,
        "the backup is sealed to an SSH key, and an agent cannot open it: name the file with -i",
      );
    },
  });
  const trusting = { home: where.home, acceptNew: values["accept-new"] === true };
  const surveyed = await surveyRelays(making, trusting, signal);
  const protection = await chooseProtection(values, making.key, signal);
  const profile = await makeProfile(where, making, surveyed, protection, values.identity);
  try {
    try {
      restoreBackup(profile, lines);
      if (values.identity === undefined) forgetKey(profile);
    } catch (error) {
      profile.close();
      await removeKeyBeside(where);
      await wipeProfile(where.folder);
      throw error;
    }
    const key = () => Promise.resolve(making.key);
    const opened = { where, profile, protection: protection.kind, key, signal };
    await runWith(opened, values, (all) =>
      begin(all, making.publish, surveyed.link !== undefined && !making.replaces),
    );
    await print(`restored to ${cleanLine(where.folder)}\n`);
    return EXIT.done;
  } finally {
    profile.close();
  }
}
