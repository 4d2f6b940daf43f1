/** What the line that is being written could become. */
import { type Composer, composing } from "../composer/composer.ts";
import { fuzzySearch } from "../fuzzy.ts";
import type { State } from "../model/state.ts";
import type { Candidate } from "./command.ts";
import { COMMANDS, commandNamed } from "./table.ts";

export interface Completions {
  readonly items: readonly Candidate[];
  /** Where what they replace begins. */
  readonly start: number;
  /** Whether what is there is one of them already. */
  readonly isWhole: boolean;
}

const NONE: Completions = { items: [], start: 0, isWhole: false };
/** Names of commands are short; nothing longer is looked up. */
const MAX_LINE = 1024;

export function completionsOf(state: State, { text, at }: Composer): Completions {
  if (!text.startsWith("/") || text.startsWith("//") || at !== text.length) return NONE;
  if (text.length > MAX_LINE || text.includes("\n")) return NONE;
  const blank = text.indexOf(" ");
  return blank < 0 ? commandNames(text.slice(1)) : argumentsOf(state, text, blank);
}

function commandNames(begun: string): Completions {
  const starting = COMMANDS.filter(({ name }) => name.startsWith(begun));
  const found =
    starting.length > 0 ? starting : fuzzySearch(begun, COMMANDS, ({ name }) => name).map(({ item }) => item);
  const items = found.map(({ name, args, help }) => ({
    text: `/${name}${args === "" ? "" : " "}`,
    args,
    detail: help,
  }));
  return { items, start: 0, isWhole: commandNamed(begun) !== undefined };
}

function argumentsOf(state: State, text: string, blank: number): Completions {
  const command = commandNamed(text.slice(1, blank));
  const rest = text.slice(blank + 1);
  const items = command?.complete?.(state, rest) ?? [];
  const isWhole = items.some((one) => one.text === rest);
  return isWhole && items.length === 1 ? NONE : { items, start: blank + 1, isWhole };
}

/** The composer with the chosen completion in it. */
export function accept(state: State, composer: Composer): Composer {
  const { items, start } = completionsOf(state, composer);
  const item = items[state.completion ?? 0];
  return item === undefined ? composer : composing(composer.text.slice(0, start) + item.text, composer);
}
