/** The list of conversations at the left. */
import { memo, type ReactElement } from "react";
import { entryRow, listWindow } from "../layout/list.ts";
import { fitRow, type Row, span } from "../layout/row.ts";
import { screenOf } from "../layout/screen.ts";
import type { State } from "../model/state.ts";
import type { Theme } from "../theme.ts";
import { h } from "./h.ts";
import { Lines } from "./lines.ts";

export interface PaneProps {
  readonly state: State;
  readonly theme: Theme;
}

function ContactListView({ state, theme }: PaneProps): ReactElement {
  const { listWidth } = screenOf(state);
  const bar = span(state.signs.bar, "rule");
  const entries = listWindow(state);
  const rows: Row[] = [[...fitRow([span(" asfaleia", "title")], listWidth), bar]];
  for (let at = 0; at < state.rows - 2; at++) {
    const entry = entries[at];
    const isOpen = entry?.kind === "contact" && entry.contact.id === state.open;
    rows.push([...entryRow(entry, isOpen, listWidth), bar]);
  }
  return h(Lines, { rows, width: listWidth + 1, theme });
}

/** Typing does not change it. */
export const ContactList = memo(
  ContactListView,
  (before, after) =>
    before.state.contacts === after.state.contacts &&
    before.state.open === after.state.open &&
    before.state.columns === after.state.columns &&
    before.state.rows === after.state.rows,
);
