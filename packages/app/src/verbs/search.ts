/** `asfaleia search`: finds messages. */

import { parseArguments, wholeNumber } from "../arguments.ts";
import { messageText } from "../conversation.ts";
import { EXIT, usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { note, print } from "../io.ts";
import { messageJson } from "../lines.ts";

export const help = `Usage: asfaleia search WORDS [--json] [--limit N] [--home DIR] [--profile NAME]

Finds the messages that hold all of these words, the newest first; the last word may be a beginning. Ends with 6 where
there are none.

  --limit N        so many (default: 50, at most 500)
  --json           one line of JSON a message: type "message", the other names as asfaleia listen --help tells
${FACE_HELP}

Examples:
  asfaleia search see you at ei
`;

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

const OPTIONS = { json: { type: "boolean" }, limit: { type: "string" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length === 0) throw usage("for what? Say one word or several");
  const limit = values.limit === undefined ? DEFAULT_LIMIT : wholeNumber("limit", values.limit, 1, MAX_LIMIT);
  return withFace(values, signal, async ({ face }) => {
    const views = await face.call("messages.search", { words: positionals.join(" "), limit });
    for (const view of views) await print(values.json ? messageJson("message", view) : messageText(view));
    if (views.length > 0) return EXIT.done;
    if (!values.json) note("Nothing was found.");
    return EXIT.nothing;
  });
}
