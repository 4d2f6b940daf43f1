/** The whole screen. */
import { Box, useCursor } from "ink";
import type { ReactElement } from "react";
import { span } from "../layout/row.ts";
import { LEAST_COLUMNS, LEAST_ROWS, screenOf } from "../layout/screen.ts";
import { openTalk, type State } from "../model/state.ts";
import { Completions } from "./completions.ts";
import { ComposerPane, composerPane } from "./composer.ts";
import { ContactList, type PaneProps } from "./contactlist.ts";
import { Conversation } from "./conversation.ts";
import { h } from "./h.ts";
import { Header } from "./header.ts";
import { Lines } from "./lines.ts";
import { OverlayPane, overlayPane } from "./overlay.ts";
import { StatusLine } from "./statusline.ts";

export function App({ state, theme }: PaneProps): ReactElement {
  const { setCursorPosition } = useCursor();
  setCursorPosition(cursorOf(state));
  const { columns, rows, overlay } = state;
  if (isTooSmall(state)) {
    return h(Lines, { rows: [[span("too small", "warning")]], width: columns, theme });
  }
  const pane: PaneProps = { state, theme };
  const list = screenOf(state).listWidth > 0 && h(ContactList, pane);
  const body =
    overlay === undefined
      ? h(Box, { width: columns, height: rows - 1 }, list, h(Main, pane))
      : h(OverlayPane, pane);
  return h(Box, { flexDirection: "column", width: columns, height: rows }, body, h(StatusLine, pane));
}

function Main(pane: PaneProps): ReactElement {
  return h(
    Box,
    { flexDirection: "column", flexShrink: 0 },
    h(Header, pane),
    h(Conversation, pane),
    h(Completions, pane),
    h(ComposerPane, pane),
  );
}

function isTooSmall({ columns, rows }: State): boolean {
  return columns < LEAST_COLUMNS || rows < LEAST_ROWS;
}

/** Where the terminal's own cursor stands: input methods and screen readers go by it. */
export function cursorOf(state: State): { x: number; y: number } | undefined {
  if (isTooSmall(state)) return undefined;
  const { overlay } = state;
  if (overlay !== undefined) {
    const { cursor } = overlayPane(state, overlay);
    return cursor && { x: cursor.column, y: cursor.row };
  }
  const talk = openTalk(state);
  const isChoosing = talk?.chosen !== undefined && !talk.composer.text.startsWith("/");
  if (talk === undefined || isChoosing) return undefined;
  const { listWidth, height, completionHeight } = screenOf(state);
  const { row, column } = composerPane(state);
  return {
    x: (listWidth === 0 ? 0 : listWidth + 1) + column,
    y: 1 + height + completionHeight + 1 + row,
  };
}
