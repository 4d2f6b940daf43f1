/** `asfaleia export`: contacts and history in the clear. */
import { open } from "node:fs/promises";
import { noPositionals, parseArguments } from "../arguments.ts";
import { EXIT, Failure, failureOf, usage } from "../exit.ts";
import { complain, print } from "../io.ts";
import { loadMessenger, openStored, unlockStored } from "../profile/open.ts";
import {
  needProfile,
  PROFILE_HELP,
  PROFILE_OPTIONS,
  type ProfileValues,
  type Where,
  whereIs,
} from "../profile/where.ts";

export const help = `Usage: asfaleia export [--out FILE] [--home DIR] [--profile NAME]

Writes contacts and history as lines of JSON, in the clear: whoever reads them reads everything. Of a damaged profile
it writes what can be read, says so, and ends with 7.

  --out FILE       into a new file, mode 0600 (default: standard output)
${PROFILE_HELP}

Examples:
  asfaleia export --out asfaleia.jsonl
`;

const OPTIONS = { out: { type: "string" }, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  const where = whereIs(values);
  needProfile(where);
  const out = values.out === undefined ? undefined : await newFile(values.out);
  const write = async (line: string): Promise<void> => {
    signal.throwIfAborted();
    if (out === undefined) await print(`${line}\n`);
    else await out.write(`${line}\n`);
  };
  try {
    const exit = await exported(where, values, signal, write, async () => out?.truncate(0));
    await out?.sync();
    return exit;
  } finally {
    await out?.close();
  }
}

async function exported(
  where: Where,
  values: ProfileValues,
  signal: AbortSignal,
  write: (line: string) => Promise<void>,
  startAnew: () => Promise<void>,
): Promise<number> {
  try {
    const profile = await openStored(where, values, signal);
    try {
      const { exportLines } = await loadMessenger();
      for (const line of exportLines(profile)) {
        await write(line);
      }
      return EXIT.done;
    } finally {
      profile.close();
    }
  } catch (error) {
    const { ProfileError } = await loadMessenger();
    if (!(error instanceof ProfileError) || error.code !== "damaged") throw error;
  }
  await startAnew();
  const { exportSane } = await loadMessenger();
  complain("the profile is damaged: this is what can be read, from the beginning");
  for await (const line of exportSane(where.folder, unlockStored(where, values, signal))) await write(line);
  return EXIT.profile;
}

/** A file that was not there before, for its owner only. @throws Failure `usage` where there is one */
export async function newFile(path: string): ReturnType<typeof open> {
  try {
    return await open(path, "ax", 0o600);
  } catch (error) {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw isThere ? usage(`${path} is there already`) : new Failure(EXIT.failed, failureOf(error).message);
  }
}
