/** `asfaleia export`: contacts and history in the clear. */
import { open } from "node:fs/promises";
import { noPositionals, parseArguments } from "../arguments.ts";
import { safeJson } from "../display.ts";
import { EXIT, Failure, failureOf, usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS, type FaceValues, withFace } from "../face/open.ts";
import { complain, print } from "../io.ts";
import { loadMessenger, unlockStored } from "../profile/open.ts";
import { needProfile, type Where, whereIs } from "../profile/where.ts";

export const help = `Usage: asfaleia export [--out FILE] [--home DIR] [--profile NAME]

Writes contacts and history as lines of JSON, in the clear: whoever reads them reads everything. Of a damaged profile
it writes what can be read, says so, and ends with 7.

  --out FILE       into a new file, mode 0600 (default: standard output)
${FACE_HELP}

Examples:
  asfaleia export --out asfaleia.jsonl
`;

const OPTIONS = { out: { type: "string" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  const where = whereIs(values);
  needProfile(where);
  const out = values.out === undefined ? undefined : await newFile(values.out);
  const write = async (line: string): Promise<void> => {
    signal.throwIfAborted();
    if (out === undefined) await print(safeJson(line));
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
  values: FaceValues,
  signal: AbortSignal,
  write: (line: string) => Promise<void>,
  startAnew: () => Promise<void>,
): Promise<number> {
  try {
    return await withFace(values, signal, async ({ face }) => {
      await face.call("export.begin", {});
      for (;;) {
        const { lines } = await face.call("export.next", {});
        if (lines.length === 0) return EXIT.done;
        for (const line of lines) await write(line);
      }
    });
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  await startAnew();
  const { exportSane } = await loadMessenger();
  complain("the profile is damaged: this is what can be read, from the beginning");
  for await (const line of exportSane(where.folder, unlockStored(where, values, signal))) await write(line);
  return EXIT.profile;
}

/** Of the profile; an agent that could not start with it says so by its exit code. */
function isDamage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("code" in error && error.code === "damaged") || failureOf(error).message.includes("damaged");
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
