/** What was sent before: Up walks back through it, Down forward again to what was being written. */

const MAX_ENTRIES = 100;

export interface History {
  /** The last one last. */
  readonly entries: readonly string[];
  /** Which entry is shown; undefined: what is being written. */
  readonly at: number | undefined;
  /** What was being written when the walk began. */
  readonly draft: string;
}

export const NO_HISTORY: History = { entries: [], at: undefined, draft: "" };

export function remember(history: History, text: string): History {
  const { entries } = history;
  const next = entries.at(-1) === text ? entries : [...entries, text].slice(-MAX_ENTRIES);
  return { entries: next, at: undefined, draft: "" };
}

/** @returns the history and the text to show; undefined where there is nothing further */
export function walk(history: History, by: -1 | 1, written: string): readonly [History, string] | undefined {
  const { entries, at, draft } = history;
  const target = (at ?? entries.length) + by;
  if (target < 0 || target > entries.length || (at === undefined && by === 1)) return undefined;
  const kept = at === undefined ? written : draft;
  const shown = entries[target];
  return shown === undefined
    ? [{ entries, at: undefined, draft: "" }, kept]
    : [{ entries, at: target, draft: kept }, shown];
}
