/** The list of conversations at the left. */
import { entryRow, listWindow } from "../layout/list.ts";
import { fitRow, type Row, type Span, span } from "../layout/row.ts";
import { screenOf } from "../layout/screen.ts";
import type { State } from "../model/state.ts";

/** All rows but that of the status line, each with the bar behind it; empty where there is no room for a list. */
export function contactListRows(state: State): readonly Row[] {
  const { listWidth } = screenOf(state);
  if (listWidth === 0) return [];
  const bar: Span = { text: state.signs.bar, role: "rule", column: listWidth };
  const entries = listWindow(state);
  const rows: Row[] = [[...fitRow([span(" asfaleia", "title")], listWidth), bar]];
  for (let at = 0; at < state.rows - 2; at++) {
    const entry = entries[at];
    const isOpen = entry?.kind === "contact" && entry.contact.id === state.open;
    rows.push([...entryRow(entry, isOpen, listWidth), bar]);
  }
  return rows;
}
