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
  return runTui(where, values, values.plain === true || wantsPlain(), signal);
}

/** Ink's own sign for screen readers counts too, and so does a terminal that can do nothing else. */
function wantsPlain(): boolean {
  const { ASFALEIA_PLAIN, INK_SCREEN_READER, TERM } = process.env;
  return Boolean(ASFALEIA_PLAIN) || INK_SCREEN_READER === "true" || TERM === "dumb";
}
