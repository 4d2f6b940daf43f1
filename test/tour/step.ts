/** One step of the tour: who presses what, and what is on their screen then. */
import type { Stage, Who } from "./stage.ts";

/** Words that are known only while it is walked, in texts as `{address}`. */
export type Word = "port" | "address" | "code" | "number";

export type Key = { readonly type: string } | { readonly press: string } | { readonly await: RegExp };

export interface Step {
  /** Of its snapshot. */
  readonly name: string;
  readonly who: Who;
  readonly keys: readonly Key[];
  /** What has to be there, whatever the snapshots say. */
  readonly shows: RegExp;
  /** Reads a word off the screen. */
  readonly learns?: readonly [word: Word, read: (rows: readonly string[]) => string | undefined];
  /** What has to be true besides the screen. */
  readonly holds?: (stage: Stage, rows: readonly string[], words: ReadonlyMap<Word, string>) => void;
  /** Markdown before its screen in the document; without it the screen stands in tests only. */
  readonly says?: string;
}

export interface Chapter {
  readonly title: string;
  readonly steps: readonly Step[];
}

export const type = (text: string): Key => ({ type: text });
export const press = (...keys: readonly string[]): readonly Key[] => keys.map((key) => ({ press: key }));
export const wait = (what: RegExp): Key => ({ await: what });
