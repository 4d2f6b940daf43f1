/** `asfaleia letters open`: opens letters that were kept sealed. No relay is asked. */
import { basename } from "node:path";
import { MAX_ARMORED_LETTER_BYTES } from "@asfaleia/identity/letter";
import { parseArguments } from "../arguments.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import { readInput } from "../io.ts";
import { readKeyFile } from "../keyfile.ts";
import { safeName } from "../letters/filename.ts";
import { LETTER_HELP, LETTER_OPTIONS, prepareReading, UNREAD_HELP } from "../letters/options.ts";
import { JSON_HELP } from "../letters/show.ts";

export const help = `Usage: asfaleia letters open [-i KEY] [--json] [--save DIR] FILE…

Opens letters that were kept sealed (ID.age), or that came by another way; - is standard input. The files stay.
Ends with 5 where one of them cannot be opened with this key.
${UNREAD_HELP}

${LETTER_HELP}

${JSON_HELP}

Example:
  asfaleia letters open ~/.local/share/asfaleia/unread/*.age --save ~/letters
`;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: LETTER_OPTIONS, allowPositionals: true });
  if (positionals.length === 0) throw usage("which letters? Name their files");
  const { own, desk } = await prepareReading(values, signal);
  if (own.file === undefined)
    throw new Failure(EXIT.key, "an agent cannot open letters: name the key file with -i");
  let all = true;
  for (const path of positionals) {
    const envelope =
      path === "-"
        ? await readInput(MAX_ARMORED_LETTER_BYTES, EXIT.usage, "the letter")
        : await readKeyFile(path, MAX_ARMORED_LETTER_BYTES);
    const name = safeName(basename(path).replace(/\.age$/, ""), "letter");
    all = (await desk.take({ source: path, name, envelope })) && all;
  }
  return all ? EXIT.done : EXIT.key;
}
