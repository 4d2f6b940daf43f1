/** The exit codes as a list, out of the paragraph that every `--help` ends with. */
import { HelpTextError } from "./helptext.ts";

export interface ExitCode {
  readonly code: number;
  readonly text: string;
}

const START = /^Exit codes: /;
/** What is said of all that follow. */
const OF_A_MESSAGE = /^of a message: /;

/**
 * @param help such as `Exit codes: 0 done, 1 failed here (disk full, output closed), …; 130 interrupted.`
 * @throws HelpTextError where it is not of this form, or its codes do not rise
 */
export function parseExitCodes(help: string): ExitCode[] {
  const text = help.replaceAll("\n", " ");
  if (!START.test(text) || !text.endsWith(".")) throw new HelpTextError("not the exit codes", text);
  let isOfMessage = false;
  // A comma within brackets, or before a word, divides nothing.
  return text
    .replace(START, "")
    .slice(0, -1)
    .split(/[,;] (?=\d+ |of a message: \d)/)
    .map((part) => {
      if (OF_A_MESSAGE.test(part)) isOfMessage = true;
      const [, code, meaning] = /^(\d+) (\S.*)$/.exec(part.replace(OF_A_MESSAGE, "")) ?? [];
      if (meaning === undefined) throw new HelpTextError("not an exit code", part);
      return {
        code: Number(code),
        text: isOfMessage && Number(code) < 100 ? `of a message: ${meaning}` : meaning,
      };
    })
    .map((each, at, all) => {
      if (at > 0 && each.code <= (all[at - 1]?.code ?? 0))
        throw new HelpTextError("codes that do not rise", text);
      return each;
    });
}
