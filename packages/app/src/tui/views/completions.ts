/** What the begun command could become, above the composer. */
import { completionsOf } from "../commands/completion.ts";
import { candidateRows, completionWindow } from "../layout/completions.ts";
import type { Row } from "../layout/row.ts";
import { screenOf } from "../layout/screen.ts";
import { openTalk, type State } from "../model/state.ts";

export function completionRows(state: State): readonly Row[] {
  const talk = openTalk(state);
  const { completionHeight, mainWidth } = screenOf(state);
  if (talk === undefined || completionHeight === 0) return [];
  const { items } = completionsOf(state, talk.composer);
  const index = Math.min(state.completion ?? 0, items.length - 1);
  return completionWindow(candidateRows(items, mainWidth), index, completionHeight);
}
