/** Reads what the usage lines of a help text say: which words and options follow a verb. */
import { HelpTextError } from "./helptext.ts";

/** A word that is no option: alternatives such as `rename` (typed as it stands) or `NAME` (stands for something). */
export interface Operand {
  readonly alternatives: readonly string[];
  /** Whether more of its kind may follow. */
  readonly repeats: boolean;
}

export interface UsedOption {
  readonly flag: string;
  readonly value?: string;
  readonly repeats: boolean;
}

export interface UsageLine {
  readonly operands: readonly Operand[];
  readonly options: readonly UsedOption[];
}

const TOKEN = /\[|\]…?|\||…|[^\s[\]|…][^\s[\]]*/g;
const FLAG = /^(?:-[A-Za-z]|--[a-z][a-z0-9-]*)$/;

/**
 * Reads one line of the usage, such as `asfaleia device confirm|withdraw ID [--json]`. What is optional is not told
 * apart from what is not.
 * @param takesValue whether a flag has a value where that is known; a word right behind another flag is its value
 * @throws HelpTextError where the line is of another verb, or its brackets do not match
 */
export function parseUsage(
  line: string,
  verb: string,
  takesValue: (flag: string) => boolean | undefined,
): UsageLine {
  const start = `asfaleia ${verb}`;
  if (line !== start && !line.startsWith(`${start} `))
    throw new HelpTextError(`not a usage of ${verb}`, line);
  const operands: Changing<Operand>[] = [];
  const options: Changing<UsedOption>[] = [];
  /** What the next token may belong to. */
  let last: { repeats: boolean } | undefined;
  let waiting: Changing<UsedOption> | undefined;
  let isAlternative = false;
  let depth = 0;
  for (const token of line.slice(start.length).match(TOKEN) ?? []) {
    const option = waiting;
    waiting = undefined;
    if (token === "[") depth++;
    else if (token.startsWith("]")) {
      if (--depth < 0) throw new HelpTextError("a bracket too many", line);
      if (token !== "]" && last !== undefined) last.repeats = true;
    } else if (token === "|") isAlternative = true;
    else if (FLAG.test(token)) {
      const used = { flag: token, repeats: false };
      options.push(used);
      last = used;
      if (takesValue(token) !== false) waiting = used;
      isAlternative = false;
    } else if (token !== "…" && option !== undefined) option.value = token;
    else if (token !== "…") {
      const word = token.replace(/…$/, "");
      const before = isAlternative ? operands.pop() : undefined;
      const alternatives = [...(before?.alternatives ?? []), ...word.split("|")];
      const operand = { alternatives, repeats: word !== token };
      operands.push(operand);
      last = operand;
      isAlternative = false;
    }
  }
  if (depth !== 0) throw new HelpTextError("a bracket too few", line);
  return { operands, options };
}

type Changing<T> = { -readonly [name in keyof T]: T[name] };
