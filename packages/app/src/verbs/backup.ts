/** `asfaleia backup`: contacts, history and settings, sealed. */
import { unlink } from "node:fs/promises";
import { publicKeyLine } from "@asfaleia/identity";
import { parseArguments } from "../arguments.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import type { Params } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { newPassphrase } from "../profile/protection.ts";
import { needProfile, whereIs } from "../profile/where.ts";
import { recipientsOf } from "../recipients.ts";
import { newFile } from "./export.ts";

export const help = `Usage: asfaleia backup FILE [--to KEY] [--home DIR] [--profile NAME]

Writes contacts, history and settings into a new age file, sealed by a passphrase or to an SSH key. It holds none of
the keys of this device: restoring makes a new device.

  --to KEY         seal it to this public key (a line, a .pub file, base64), instead of by a passphrase
${FACE_HELP}

Examples:
  asfaleia backup asfaleia.age
  asfaleia backup asfaleia.age --to ~/.ssh/id_ed25519.pub
`;

const OPTIONS = { to: { type: "string" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [path, more] = positionals;
  if (path === undefined) throw usage("into which file?");
  if (more !== undefined) throw usage("one file at a time");
  const where = whereIs(values);
  needProfile(where);
  const seal = values.to === undefined ? await byPassphrase(signal) : await toKey(values.to);
  return withFace(values, signal, async ({ face }) => {
    const { size } = await face.call("backup.make", seal);
    const file = await newFile(path);
    try {
      for (let at = 0; at < size; ) {
        const piece = Buffer.from((await face.call("backup.read", { at })).bytes, "base64");
        await file.write(piece);
        at += piece.length;
      }
      await file.sync();
    } catch (error) {
      await unlink(path);
      throw error;
    } finally {
      await file.close();
    }
    return EXIT.done;
  });
}

type Seal = Params<"backup.make">;

async function byPassphrase(signal: AbortSignal): Promise<Seal> {
  const passphrase = await newPassphrase("the backup", signal);
  if (passphrase === "")
    throw new Failure(EXIT.key, "a backup needs a passphrase, or a key to seal it to (--to)");
  return { passphrase };
}

async function toKey(word: string): Promise<Seal> {
  const [only, another] = await recipientsOf(word);
  if (only === undefined || another !== undefined) throw usage("--to takes one key");
  return { key: publicKeyLine(only.key) };
}
