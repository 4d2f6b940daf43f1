/** What is being written: the rule above it, its rows, and the cursor. */
import { composerRows } from "../composer/rows.ts";
import { cells } from "../layout/cells.ts";
import { excerpt } from "../layout/conversation.ts";
import { EMPTY_ROW, fitRow, type Row, type Span, span } from "../layout/row.ts";
import { PROMPT_CELLS, type Screen, screenOf } from "../layout/screen.ts";
import { isCommand } from "../model/composing.ts";
import { openTalk, type State } from "../model/state.ts";

/** A remark, or what the composer is for, or that there is more below. */
export function ruleAbove(state: State): Row {
  const { signs } = state;
  const { mainWidth: width } = screenOf(state);
  const words = ruleWords(state);
  if (words === undefined) return [span(signs.rule.repeat(width), "rule")];
  const rest = Math.max(0, width - 4 - cells(words.text));
  return fitRow(
    [span(`${signs.rule.repeat(2)} `, "rule"), words, span(` ${signs.rule.repeat(rest)}`, "rule")],
    width,
  );
}

function ruleWords(state: State): Span | undefined {
  const { remark, signs } = state;
  if (remark !== undefined) return span(remark.text, remark.isError ? "error" : "accent");
  const talk = openTalk(state);
  if (talk?.chosen !== undefined) {
    return span("r reply  + react  e edit  d delete  s save  i info  Esc", "accent");
  }
  if (talk?.target !== undefined) {
    const { kind, message } = talk.target;
    return span(kind === "edit" ? "edit (Esc leaves it)" : `reply to ${excerpt(message)}`, "accent");
  }
  if (talk?.anchor !== undefined || talk?.hasNewer) return span(`${signs.down} more below (End)`, "accent");
  return undefined;
}

export interface ComposerView {
  readonly rows: readonly Row[];
  /** Of the cursor, within the pane. */
  readonly row: number;
  readonly column: number;
}

/** The rows around the cursor, as many as there is room for. */
export function composerPane(state: State, screen: Screen = screenOf(state)): ComposerView {
  const talk = openTalk(state);
  const { composerHeight, mainWidth } = screen;
  if (talk === undefined) return { rows: [EMPTY_ROW], row: 0, column: 0 };
  const { text, at } = talk.composer;
  const { rows, row, column } = composerRows(text, at, mainWidth - PROMPT_CELLS);
  const from = Math.max(0, Math.min(row - composerHeight + 1, rows.length - composerHeight));
  const role = isCommand(text) && !text.includes("\n") ? "accent" : undefined;
  const shown = rows
    .slice(from, from + composerHeight)
    .map((one, index): Row => [promptSpan(state, from + index), span(one.text, role)]);
  if (text === "" && talk.target === undefined) {
    shown[0] = [promptSpan(state, 0), span(hintFor(mainWidth), "quiet")];
  }
  while (shown.length < composerHeight) shown.push(EMPTY_ROW);
  return { rows: shown, row: row - from, column: column + PROMPT_CELLS };
}

/** Before the first row of what is written. */
export function promptSpan({ signs }: State, row: number): Span {
  return span(row === 0 ? `${signs.prompt} ` : "  ", "prompt");
}

function hintFor(width: number): string {
  return width < 50 ? "F1 help" : "Write, / for commands, F1 for help";
}
