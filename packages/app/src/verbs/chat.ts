/** `asfaleia` alone: the chat on this terminal. */
import { parseArguments } from "../arguments.ts";
import { EXIT, Failure } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS } from "../face/open.ts";
import { whereIs } from "../profile/where.ts";

export const help = `Usage: asfaleia [--plain] [--home DIR] [--profile NAME]

Opens the chat on this terminal; where there is no profile, it leads to one. F1 shows all keys, / all commands.

  --plain          lines that are only ever appended, without boxes and cursor motion, for screen readers
                   (ASFALEIA_PLAIN, INK_SCREEN_READER=true and TERM=dumb mean it too)
${FACE_HELP}

NO_COLOR, ASFALEIA_PICTURES, ASFALEIA_NOTIFY, ASFALEIA_MOUSE and ASFALEIA_DOWNLOADS: see docs/chat.md.
`;

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
