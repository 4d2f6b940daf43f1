/** Walks the tour at one size, step by step. */

import type { Tmux } from "../kit/tmux.ts";
import { CHAPTERS } from "./chapters.ts";
import { type Size, Stage } from "./stage.ts";
import type { Step, Word } from "./step.ts";

/** Ends when the screen of a step is as it will stay. @returns its rows */
export type Look = (step: Step, screen: Tmux) => Promise<readonly string[]>;

/** @param signal ends it before its next step, with all that was started */
export async function walk(size: Size, look: Look, signal?: AbortSignal): Promise<void> {
  await using stage = await Stage.set(size);
  const words = new Map<Word, string>([["port", String(stage.port)]]);
  for (const step of CHAPTERS.flatMap(({ steps }) => steps)) {
    signal?.throwIfAborted();
    const { screen } = stage[step.who];
    await act(step, screen, words);
    await screen.until(step.name, step.shows);
    const rows = await look(step, screen);
    if (step.learns !== undefined) {
      const [word, read] = step.learns;
      const found = read(rows);
      if (found === undefined) throw new Error(`${step.name}: no ${word} on the screen\n${rows.join("\n")}`);
      words.set(word, found);
    }
    step.holds?.(stage, rows, words);
  }
}

async function act({ name, keys }: Step, screen: Tmux, words: ReadonlyMap<Word, string>): Promise<void> {
  for (const key of keys) {
    if ("press" in key) await screen.keys(key.press);
    else if ("type" in key) await screen.type(filled(key.type, words));
    else await screen.until(name, key.await);
  }
}

function filled(text: string, words: ReadonlyMap<Word, string>): string {
  return text.replace(/\{(\w+)\}/g, (_, word: Word) => {
    const known = words.get(word);
    if (known === undefined) throw new Error(`nothing is known of {${word}} so far`);
    return known;
  });
}
