/** What lies over the conversation: something to read, to choose from, to confirm, to answer. */
import { composerRows } from "../composer/rows.ts";
import { cells } from "../layout/cells.ts";
import { bodyHeight } from "../layout/overlay.ts";
import { chosen, EMPTY_ROW, fitRow, type Row, span, spread } from "../layout/row.ts";
import { paragraph } from "../model/infos.ts";
import type { AskOverlay, ListOverlay, Overlay, TextOverlay } from "../model/overlay.ts";
import { shownItems } from "../model/overlays.ts";
import type { State } from "../model/state.ts";
import { promptSpan } from "./composer.ts";

interface Place {
  readonly row: number;
  readonly column: number;
}

export interface OverlayView {
  readonly rows: readonly Row[];
  readonly cursor: Place | undefined;
}

interface Body {
  readonly rows: readonly Row[];
  readonly hint: string;
  /** Where the cursor is, where there is one. */
  readonly cursor?: Place;
}

const MARGIN = 2;

/** All rows of the screen but the status line. */
export function overlayPane(state: State, overlay: Overlay): OverlayView {
  const { columns, signs } = state;
  const height = bodyHeight(state);
  const { rows: shown, hint, cursor } = bodyOf(state, overlay, Math.max(10, columns - 2 * MARGIN), height);
  const title = ` ${overlay.title} `;
  const rule = signs.rule.repeat(Math.max(0, columns - cells(title)));
  const body: Row[] = shown.slice(0, height).map((row) => [span(" ".repeat(MARGIN)), ...row]);
  while (body.length < height) body.push(EMPTY_ROW);
  return {
    rows: [
      fitRow([span(title, "title"), span(rule, "rule")], columns),
      EMPTY_ROW,
      ...body,
      fitRow([span(" ".repeat(MARGIN)), span(hint, "quiet")], columns),
    ],
    cursor: cursor && { row: cursor.row + 2, column: cursor.column + MARGIN },
  };
}

function bodyOf(state: State, overlay: Overlay, width: number, height: number): Body {
  switch (overlay.kind) {
    case "text":
      return textBody(overlay, width, height);
    case "list":
      return listBody(state, overlay, width, height);
    case "confirm":
      return { rows: paragraph(overlay.text, width), hint: "y yes · n no" };
    case "ask":
      return askBody(state, overlay, width, height);
  }
}

function textBody({ rows, scroll, hint }: TextOverlay, width: number, height: number): Body {
  const all = rows(width);
  const start = Math.min(scroll, Math.max(0, all.length - height));
  const seen = Math.min(100, Math.round((100 * (start + height)) / Math.max(1, all.length)));
  const place = all.length > height ? ` · ${seen} %` : "";
  return { rows: all.slice(start, start + height), hint: `${hint ?? "Esc closes"}${place}` };
}

function listBody(state: State, overlay: ListOverlay, width: number, height: number): Body {
  const items = shownItems(overlay);
  const { rows: query, column } = composerRows(overlay.query.text, overlay.query.at, width - 2);
  const text = overlay.text === undefined ? [] : [...paragraph(overlay.text, width), EMPTY_ROW];
  const room = Math.max(1, height - 2 - text.length);
  const start = Math.max(0, Math.min(overlay.index - room + 1, items.length - room));
  const lines = items.slice(start, start + room).map(({ label, detail }, nth): Row => {
    const isChosen = start + nth === overlay.index;
    // Reversed colours alone say nothing to whoever does not see them.
    const mark = span(isChosen ? `${state.signs.dot} ` : "  ");
    const row = spread([mark, span(label)], [span(` ${detail} `, "quiet")], width);
    return isChosen ? chosen(row) : row;
  });
  const empty: Row[] = items.length === 0 ? [[span(overlay.empty, "quiet")]] : [];
  return {
    rows: [...text, [promptSpan(state, 0), span(query.at(-1)?.text ?? "")], EMPTY_ROW, ...lines, ...empty],
    hint: overlay.hint ?? "Enter takes it · Esc closes",
    cursor: { row: text.length, column: column + 2 },
  };
}

const ANSWER_HINT = "Enter answers · Esc leaves it";

function askBody(state: State, overlay: AskOverlay, width: number, height: number): Body {
  const { remark } = state;
  // What was said before the question belongs to it: a fingerprint, or that the last answer was wrong.
  const said = remark === undefined ? [] : [...paragraph(remark.text, width), EMPTY_ROW];
  const text = [...said, ...paragraph(overlay.text, width)];
  const { answer, isSecret } = overlay;
  if (isSecret) {
    const prompt: Row = [promptSpan(state, 0), span(answer.text === "" ? "" : "(hidden)", "quiet")];
    return {
      rows: [...text, EMPTY_ROW, prompt],
      hint: ANSWER_HINT,
      cursor: { row: text.length + 1, column: 2 },
    };
  }
  const { rows, row, column } = composerRows(answer.text, answer.at, width - 2);
  const room = Math.max(1, height - text.length - 1);
  const from = Math.max(0, row - room + 1);
  const shown = rows
    .slice(from, from + room)
    .map((one, index): Row => [promptSpan(state, from + index), span(one.text)]);
  return {
    rows: [...text, EMPTY_ROW, ...shown],
    hint: ANSWER_HINT,
    cursor: { row: text.length + 1 + row - from, column: column + 2 },
  };
}
