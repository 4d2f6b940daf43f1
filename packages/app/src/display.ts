/**
 * Texts of others, made fit for a terminal: the one place where that happens. Control characters would drive the
 * terminal, bidirectional ones turn lines around, invisible ones hide that two texts differ.
 */

/** Joiners and emoji selectors: meant well and seen by nobody. They are left out, the rest is shown as <U+XXXX>. */
const SILENT = /\u200c|\u200d|\ufe0e|\ufe0f/gu;
const HIDDEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** Towers of accents reach into other lines. */
const STACKED = /(\p{M}{4})\p{M}+/gu;

/** A text of several lines; line feeds and tabs stay. */
export function cleanText(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(SILENT, "").replace(HIDDEN, escaped).replace(STACKED, "$1");
}

/** A text on one line, such as a name or a comment. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/[\t\n]/g, escaped);
}

/** A value as one line of JSON that is safe to look at: everything that is hidden stands there as \uXXXX. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
    (character) =>
      Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at))}`).join(""),
  )}\n`;
}

function escaped(character: string): string {
  return `<U+${hex(character.codePointAt(0) ?? 0)}>`;
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, "0");
}

const MARGIN = "  ";

/**
 * The body of a letter, each line behind a margin, so that nothing in it can look like a line of ours. Where a terminal
 * would break a line itself, and start the next at its edge, the line is folded first.
 * @param columns of the terminal; undefined where the output is none
 */
export function quoted(text: string, columns: number | undefined): string {
  const lines = cleanText(text).replace(/\n$/, "").split("\n");
  const folded = columns === undefined ? lines : lines.flatMap((line) => fold(line, columns - MARGIN.length));
  return folded.map((line) => `${MARGIN}${line}\n`).join("");
}

const LEAST_ROOM = 8;
const TAB_CELLS = 8;

/** What is not ASCII may take two cells: rather too many breaks than one too few. */
function fold(line: string, room: number): string[] {
  const cells = (character: string) => (character === "\t" ? TAB_CELLS : character < "\x7f" ? 1 : 2);
  const lines: string[] = [];
  let current = "";
  let used = 0;
  for (const character of line) {
    if (used + cells(character) > Math.max(room, LEAST_ROOM)) {
      lines.push(current);
      current = "";
      used = 0;
    }
    current += character;
    used += cells(character);
  }
  return [...lines, current];
}

/** Whether colours are welcome (https://no-color.org): at a terminal that has them, where nobody said no. */
export function wantsColor(stream: { isTTY?: boolean }): boolean {
  const { NO_COLOR, TERM } = process.env;
  return stream.isTTY === true && !NO_COLOR && TERM !== "dumb";
}
