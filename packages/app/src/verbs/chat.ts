/** `asfaleia` alone: the chat on this terminal. */
import { parseArguments } from "../arguments.ts";
import { EXIT, Failure } from "../exit.ts";
import { FACE_OPTIONS } from "../face/open.ts";
import { whereIs } from "../profile/where.ts";

const OPTIONS = { plain: { type: "boolean" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArguments({ args, options: OPTIONS });
  const where = whereIs(values);
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new Failure(EXIT.usage, "the chat needs a terminal; asfaleia --help shows what goes without one");
  const { runTui } = await import("../tui/run.ts");
  return runTui(where, values, signal);
}
