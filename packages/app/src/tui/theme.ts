/**
 * How texts look. Only the terminal's own 16 colours are used, and neither black nor white: these are chosen by whoever
 * chose the background. What a colour says is said without it too, by a word, a sign, or bold, dim and underlined.
 */
import { opening } from "../links.ts";
import { apart, type Role, type Row } from "./layout/row.ts";

/** Parameters of SGR (ECMA-48, 8.3.117) for each role. */
export type Theme = Readonly<Record<Role, string>>;

const ATTRIBUTES: Theme = {
  me: "1",
  them: "1",
  time: "2",
  quiet: "2",
  rule: "2",
  unread: "1",
  title: "1",
  accent: "1",
  warning: "1",
  error: "1",
  link: "4",
  quote: "2",
  match: "1;4",
  prompt: "1",
};

const COLORS: Theme = {
  ...ATTRIBUTES,
  me: "36",
  them: "32",
  unread: "1;35",
  accent: "36",
  warning: "1;33",
  error: "1;31",
  match: "1;4;36",
  prompt: "1;36",
};

export function themeFor(hasColors: boolean): Theme {
  return hasColors ? COLORS : ATTRIBUTES;
}

/**
 * A row with the sequences that make it look so; it ends as it began. Blanks at its end are left out: what takes a row has
 * erased it, and on wide screens most of a frame would be blanks.
 */
export function paint(row: Row, theme: Theme): string {
  let out = "";
  for (const { text: shown, link, role, isChosen, rawCells, column } of apart(row)) {
    if (shown === "") continue;
    if (column !== undefined) out += toColumn(column);
    const text = link === undefined ? shown : opening(link, shown);
    const codes = [role === undefined ? "" : theme[role], isChosen ? "7" : ""].filter((code) => code !== "");
    out += codes.length === 0 && rawCells === undefined ? text : `\x1b[${codes.join(";")}m${text}\x1b[0m`;
  }
  return out.trimEnd();
}

/** Erases what is left of older frames from here to the end of the line (EL), and goes there (CHA). */
function toColumn(column: number): string {
  return `\x1b[K\x1b[${column + 1}G`;
}
