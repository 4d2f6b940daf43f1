/**
 * Reads the help text of a verb, the one source of `--help`, the man pages and the completions. Its form:
 *
 *     Usage: asfaleia VERB … [--flag VALUE]       lines below it start with seven spaces and asfaleia, or go on further right
 *
 *     Paragraphs at the left edge.
 *
 *       --flag VALUE     what it does             a row: two spaces, term, two spaces or more, text
 *                        over several lines       goes on further right
 *       term             what it means
 *
 *     Examples:
 *       asfaleia VERB …
 */

/** An option as a row tells it. Flags with one meaning stand together: `-h, --help`. */
export interface HelpOption {
  readonly flags: readonly string[];
  /** What stands for its value, such as FILE or on|off; undefined where it takes none. */
  readonly value?: string;
  readonly text: string;
}

/** An indented row: options, or another term that is explained. */
export interface HelpRow {
  readonly term: string;
  readonly text: string;
  /** Empty where the term is no option. Several where one text tells of several. */
  readonly options: readonly HelpOption[];
}

/** A paragraph, or rows that stand together. */
export type HelpBlock =
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "rows"; readonly rows: readonly HelpRow[] };

export interface HelpText {
  /** One a line, starting with `asfaleia`. */
  readonly usage: readonly string[];
  readonly blocks: readonly HelpBlock[];
  /** Of all rows, in their order. */
  readonly options: readonly HelpOption[];
  readonly examples: readonly string[];
}

/** A help text that is not of the form. The message names the line, which is our own. */
export class HelpTextError extends Error {
  override readonly name = "HelpTextError";

  constructor(what: string, line: string) {
    super(`${what}: "${line}"`);
  }
}

/** Characters in a line of help, so that it stands unbroken at most terminals. */
export const HELP_LINE_MAX = 120;

const USAGE = "Usage: ";
const PROGRAM = "asfaleia ";
const EXAMPLES = /^Examples?:$/;

const SLOT = "(?:[a-z]+:)?@?[A-Z][A-Z0-9]*(?::[A-Z][A-Z0-9]*)*";
const WORD = "[a-z0-9][a-z0-9-]*";
const VALUE = `(?:${SLOT}(?:\\|(?:${SLOT}|${WORD}))*|${WORD}(?:\\|(?:${SLOT}|${WORD}))+)`;
const FLAG = `(?:-[A-Za-z]|--[a-z][a-z0-9-]*)(?: ${VALUE})?`;
const OPTION_ROW = new RegExp(`^ {2}(${FLAG}(?:, ${FLAG})*)(?:( +)(\\S.*))?$`);
const OTHER_ROW = /^ {2}([^\s-](?:.*?\S)?)( {2,})(\S.*)$/;

/**
 * Reads a whole help text.
 * @throws HelpTextError where a line is not of the form
 */
export function parseHelp(text: string): HelpText {
  const lines = linesOf(text);
  const start = lines.indexOf("");
  const end = lines.findIndex((line) => EXAMPLES.test(line));
  if (start < 0 || end < start) throw new HelpTextError("no examples at the end", lines.at(-1) ?? "");
  if (lines[end - 1] !== "") throw new HelpTextError("no empty line before", lines[end] ?? "");
  const blocks = blocksOf(lines.slice(start + 1, end - 1));
  const options = blocks.flatMap((block) =>
    block.kind === "rows" ? block.rows.flatMap((row) => row.options) : [],
  );
  return {
    usage: usageOf(lines.slice(0, start)),
    blocks,
    options,
    examples: examplesOf(lines.slice(end + 1)),
  };
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new HelpTextError("no line feed at the end", lines.at(-1) ?? "");
  for (const [at, line] of lines.entries()) {
    if (line.length > HELP_LINE_MAX) throw new HelpTextError("too long", line);
    if (/\p{Cc}|\s$/u.test(line)) throw new HelpTextError("a control character, or space at the end", line);
    if (line === "" && lines[at + 1] === "") throw new HelpTextError("two empty lines", lines[at - 1] ?? "");
  }
  return lines;
}

function usageOf(lines: readonly string[]): string[] {
  const margin = " ".repeat(USAGE.length);
  const usage: string[] = [];
  for (const [at, line] of lines.entries()) {
    const isFirst = at === 0;
    if (!line.startsWith(isFirst ? USAGE : margin)) throw new HelpTextError("not of a usage", line);
    const form = line.slice(USAGE.length);
    if (form.startsWith(PROGRAM)) usage.push(form);
    else if (isFirst || !form.startsWith(" ")) throw new HelpTextError("no usage of asfaleia", line);
    else usage.push(`${usage.pop()} ${form.trimStart()}`);
  }
  return usage;
}

function examplesOf(lines: readonly string[]): string[] {
  if (lines.length === 0) throw new HelpTextError("no examples below", "Examples:");
  return lines.map((line) => {
    if (!/^ {2}\S/.test(line)) throw new HelpTextError("not an example", line);
    return line.slice(2);
  });
}

function blocksOf(lines: readonly string[]): HelpBlock[] {
  const blocks: HelpBlock[] = [];
  let paragraph: string[] = [];
  let rows: [first: string, ...more: string[]][] = [];
  const close = () => {
    if (paragraph.length > 0) blocks.push({ kind: "paragraph", text: paragraph.join(" ") });
    if (rows.length > 0) blocks.push({ kind: "rows", rows: rows.map(rowOf) });
    paragraph = [];
    rows = [];
  };
  for (const line of lines) {
    if (line === "") close();
    else if (/^\S/.test(line)) {
      if (rows.length > 0) close();
      paragraph.push(line);
    } else if (/^ {2}\S/.test(line)) {
      if (paragraph.length > 0) close();
      rows.push([line]);
    } else {
      const last = rows.at(-1);
      if (last === undefined || !line.startsWith("   ")) throw new HelpTextError("belongs to no row", line);
      last.push(line.trimStart());
    }
  }
  close();
  if (blocks[0]?.kind !== "paragraph") throw new HelpTextError("says nothing first", lines[0] ?? "");
  return blocks;
}

function rowOf([first, ...more]: readonly [string, ...string[]]): HelpRow {
  const isOption = first.startsWith("  -");
  const [, term, gap = "", beginning] = (isOption ? OPTION_ROW : OTHER_ROW).exec(first) ?? [];
  if (term === undefined) throw new HelpTextError("not a row of a term and a text", first);
  const text = [beginning, ...more].filter((part) => part !== undefined).join(" ");
  if (text === "") throw new HelpTextError("a term without a text", first);
  if (!isOption) return { term, text, options: [] };
  const options = optionsOf(term, text);
  // Where a value fills its column, one space is enough; behind a bare flag the first word would look like its value.
  if (gap.length === 1 && options.at(-1)?.value === undefined) {
    throw new HelpTextError("one space is not enough", first);
  }
  return { term, text, options };
}

/** `-h, --help` is one option, `--home DIR, -i KEY` are two. */
function optionsOf(term: string, text: string): HelpOption[] {
  const options: HelpOption[] = [];
  for (const part of term.split(", ")) {
    const [flag = "", value] = part.split(" ");
    const last = options.at(-1);
    const isLongForm =
      last?.flags.length === 1 && last.value === undefined && /^-[A-Za-z]$/.test(last.flags[0] ?? "");
    const flags = isLongForm && flag.startsWith("--") ? [...(options.pop()?.flags ?? []), flag] : [flag];
    options.push({ flags, ...(value !== undefined && { value }), text });
  }
  return options;
}
