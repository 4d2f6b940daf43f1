/** Command lines, read strictly. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { usage } from "./exit.ts";
import { closest } from "./suggest.ts";

/** The result of `parseArgs` for these options. */
export type Parsed<T extends ParseArgsConfig> = ReturnType<typeof parseArgs<T>>;

/**
 * `parseArgs` of node:util, strict, its complaints as ours.
 * @throws Failure `usage`
 */
export function parseArguments<T extends ParseArgsConfig>(config: T): Parsed<T> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The first sentence says it; the rest is longer than what we say of it.
    const what = lowerFirst(error.message.split(/\.(?:\s|$)/)[0] ?? "wrong arguments");
    throw usage(`${what}${hintFor(what, config)}`);
  }
}

/** What could have been meant by an option that there is none of. */
function hintFor(complaint: string, { options = {}, allowPositionals = false }: ParseArgsConfig): string {
  const [, flag] = /^unknown option '(.+)'$/.exec(complaint) ?? [];
  if (flag === undefined) return "";
  if (!flag.startsWith("--"))
    return allowPositionals ? "; -- stands before a word that begins with a dash" : "; --help lists them";
  const meant = closest(
    flag,
    Object.keys(options).map((name) => `--${name}`),
  );
  return meant === undefined ? "; --help lists them" : `; did you mean "${meant}"?`;
}

/** A whole number within bounds. @throws Failure `usage` */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw usage(`--${flag} takes a whole number from ${least} to ${most}`);
}

/** @throws Failure `usage` where there is a word that no option has taken */
export function noPositionals(positionals: readonly string[]): void {
  if (positionals.length > 0) throw usage(`"${positionals[0]}" is one word too many`);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
