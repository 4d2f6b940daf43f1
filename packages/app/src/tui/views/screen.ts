/** All rows of the screen, and where the cursor is: a function of the state. */
import { EMPTY_ROW, fitRow, type Row, span } from "../layout/row.ts";
import { LEAST_COLUMNS, LEAST_ROWS, screenOf } from "../layout/screen.ts";
import { openTalk, type State } from "../model/state.ts";
import { completionRows } from "./completions.ts";
import { composerPane, ruleAbove } from "./composer.ts";
import { contactListRows } from "./contactlist.ts";
import { conversationRows } from "./conversation.ts";
import { headerRow } from "./header.ts";
import { overlayPane } from "./overlay.ts";
import { statusRow } from "./statusline.ts";

/** Exactly as many as the terminal has, none wider than it. */
export function screenRows(state: State): readonly Row[] {
  const { columns, rows, overlay } = state;
  if (isTooSmall(state)) return filled([[span("too small".slice(0, columns), "warning")]], rows);
  const body = overlay === undefined ? mainRows(state) : overlayPane(state, overlay).rows;
  return [...filled(body.slice(0, rows - 1), rows - 1), statusRow(state)].map((row) => fitRow(row, columns));
}

function filled(rows: readonly Row[], count: number): readonly Row[] {
  return [...rows, ...Array.from({ length: Math.max(0, count - rows.length) }, () => EMPTY_ROW)];
}

/** The list beside the conversation. */
function mainRows(state: State): readonly Row[] {
  const list = contactListRows(state);
  const { mainWidth } = screenOf(state);
  const main = [
    headerRow(state),
    ...conversationRows(state),
    ...completionRows(state),
    ruleAbove(state),
    ...composerPane(state).rows,
  ];
  return main.map((row, index) => [...(list[index] ?? []), ...fitRow(row, mainWidth)]);
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
