/** What the begun command could become, above the composer. */
import { completionsOf } from "../commands/completion.ts";
import { cells } from "../layout/cells.ts";
import { chosen, fitRow, type Row, span } from "../layout/row.ts";
import { screenOf } from "../layout/screen.ts";
import { openTalk, type State } from "../model/state.ts";

const LABEL_CELLS = 14;

export function completionRows(state: State): readonly Row[] {
  const talk = openTalk(state);
  const { completionHeight, mainWidth } = screenOf(state);
  if (talk === undefined || completionHeight === 0) return [];
  const { items } = completionsOf(state, talk.composer);
  const index = Math.min(state.completion ?? 0, items.length - 1);
  const start = Math.max(0, Math.min(index - completionHeight + 1, items.length - completionHeight));
  return items.slice(start, start + completionHeight).map(({ text, detail }, nth) => {
    const label = text.trimEnd();
    const gap = " ".repeat(Math.max(2, LABEL_CELLS - cells(label)));
    const row = fitRow([span("  "), span(label, "accent"), span(gap), span(detail, "quiet")], mainWidth);
    return start + nth === index ? chosen(row) : row;
  });
}
