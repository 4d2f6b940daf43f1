/** `asfaleia backup`: contacts, history and settings, sealed. */
import { unlink } from "node:fs/promises";
import type { Seal } from "@asfaleia/client/messenger";
import { parseArguments } from "../arguments.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import { loadMessenger, openStored } from "../profile/open.ts";
import { newPassphrase } from "../profile/protection.ts";
import { needProfile, PROFILE_HELP, PROFILE_OPTIONS, whereIs } from "../profile/where.ts";
import { recipientsOf } from "../recipients.ts";
import { newFile } from "./export.ts";

export const help = `Usage: asfaleia backup FILE [--to KEY] [--home DIR] [--profile NAME]

Writes contacts, history and settings into a new age file, sealed by a passphrase or to an SSH key. It holds none of
the keys of this device: restoring makes a new device.

  --to KEY         seal it to this public key (a line, a .pub file, base64), instead of by a passphrase
${PROFILE_HELP}

Examples:
  asfaleia backup asfaleia.age
  asfaleia backup asfaleia.age --to ~/.ssh/id_ed25519.pub
`;

const OPTIONS = { to: { type: "string" }, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [path, more] = positionals;
  if (path === undefined) throw usage("into which file?");
  if (more !== undefined) throw usage("one file at a time");
  const where = whereIs(values);
  needProfile(where);
  const seal = values.to === undefined ? await byPassphrase(signal) : await toKey(values.to);
  const profile = await openStored(where, values, signal);
  try {
    const { writeBackup } = await loadMessenger();
    const bytes = await writeBackup(profile, seal);
    const file = await newFile(path);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } catch (error) {
      await unlink(path);
      throw error;
    } finally {
      await file.close();
    }
    return EXIT.done;
  } finally {
    profile.close();
  }
}

async function byPassphrase(signal: AbortSignal): Promise<Seal> {
  const passphrase = await newPassphrase("the backup", signal);
  if (passphrase === "")
    throw new Failure(EXIT.key, "a backup needs a passphrase, or a key to seal it to (--to)");
  return { kind: "passphrase", passphrase };
}

async function toKey(word: string): Promise<Seal> {
  const [only, another] = await recipientsOf(word);
  if (only === undefined || another !== undefined) throw usage("--to takes one key");
  return { kind: "ssh", publicKey: only.key };
}
