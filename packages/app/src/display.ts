/**
 * Texts of others, made fit for a terminal: the one place where that happens. Control characters would drive the
 * terminal, bidirectional ones turn lines around, invisible ones hide that two texts differ.
 */

/** Joiners and emoji selectors: meant well and seen by nobody. They are left out, the rest is shown as <U+XXXX>. */
const SILENT = /\u200c|\u200d|\ufe0e|\ufe0f/gu;
/** With what has no meaning yet (Cn): whether it is seen, and how wide, is up to the terminal. */
const HIDDEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** Towers of accents reach into other lines. */
const STACKED = /(\p{M}{4})\p{M}+/gu;
/** A mark without a letter of its own would sit on what stands before the text. */
const UNBORNE = /(^|[\n\t])(?=\p{M})/gu;
const DOTTED_CIRCLE = "\u25cc";

/** A text of several lines; line feeds and tabs stay. */
export function cleanText(text: string): string {
  return borne(shown(text.replace(/\r\n/g, "\n").replace(SILENT, "")));
}

function shown(text: string): string {
  return text.replace(HIDDEN, escaped).replace(STACKED, "$1");
}

function borne(text: string): string {
  return text.replace(UNBORNE, `$1${DOTTED_CIRCLE}`);
}

/** A text on one line, such as a name or a comment. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/[\t\n]/g, escaped);
}

/** Joiners that make one picture of two, and selectors behind what is a picture at all. */
const EMOJI_PARTS =
  /(?<=\p{Extended_Pictographic}[\ufe0e\ufe0f]?)\u200d(?=\p{Extended_Pictographic})|(?<=\p{Emoji})[\ufe0e\ufe0f]/gu;
/** Blanks that no Unicode property tells: an empty cell of braille, a note without a head. */
const LOOKS_BLANK = /[\u2800\u{1d159}]/gu;
const NO_NAME = "(no name)";

/**
 * A name that somebody gave themselves, on one line. Nothing in it is left out unseen, but the parts of emoji: two names
 * that differ look different. Blanks of every kind are one blank, and none at the ends.
 */
export function cleanName(name: string): string {
  const line = shown(name.replace(EMOJI_PARTS, "")).replace(/[\t\n]/g, escaped);
  const trimmed = line
    .replace(LOOKS_BLANK, escaped)
    .replace(/\p{Zs}+/gu, " ")
    .trim();
  return trimmed === "" ? NO_NAME : borne(trimmed);
}

/** Blocks of the scripts that run from right to left (Unicode's DerivedBidiClass, defaults R and AL). */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LEFT_TO_RIGHT = /[\p{L}\u2800]/u;
const STYLES = /\x1b\[[\d;]*m/g;
/** Braille's empty cell: blank, and of all blanks the one that counts as running from left to right. */
export const BORDER = "\u2800";

/**
 * Fields on one line, with two blanks between them. Terminals that turn right-to-left text around themselves (VTE, Konsole,
 * PuTTY, Terminal.app) would take a number of ours behind a Hebrew name for a part of it, and show it in front; they
 * disregard isolates and marks (U+2066 to U+2069, U+200E), so what keeps the fields apart is a blank with a direction.
 * @param fields cleaned, perhaps with styles of ours
 */
export function beside(...fields: readonly string[]): string {
  const [first = "", ...others] = fields;
  return others.reduce((line, field) => {
    const border = endsRightToLeft(line.replace(STYLES, "")) ? ` ${BORDER}` : "  ";
    return line + border + field;
  }, first);
}

/** A field that is followed by something else than blanks, such as a colon: that does not become a part of it. */
export function closed(field: string): string {
  return endsRightToLeft(field) ? `${field}${BORDER}` : field;
}

/** Whether anything in a text runs from right to left. */
export function runsRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

function endsRightToLeft(text: string): boolean {
  return endOf(text) === "right-to-left";
}

/** The direction in which a text ends, by its last character that has one; undefined where none has. */
export function endOf(text: string): "left-to-right" | "right-to-left" | undefined {
  const last = [...text].findLast(
    (character) => RIGHT_TO_LEFT.test(character) || LEFT_TO_RIGHT.test(character),
  );
  if (last === undefined) return undefined;
  return RIGHT_TO_LEFT.test(last) ? "right-to-left" : "left-to-right";
}

/** What is hidden, and marks that would pile up or sit on the quotation mark. */
const ESCAPED_IN_JSON =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?<=\p{M}{4}|")\p{M}/gu;

/** A value as one line of JSON that is safe to look at: everything that is hidden stands there as \uXXXX. */
export function jsonLine(value: unknown): string {
  return safeJson(JSON.stringify(value));
}

/** The same of what is JSON already, on one line. */
export function safeJson(json: string): string {
  return `${json.replace(ESCAPED_IN_JSON, (character) =>
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

/**
 * Lines of ours that names and other fields of others stand in. What a terminal broke by itself would go on at its edge, and
 * look like another line of ours: it goes on behind the margin.
 * @param lines cleaned, perhaps with styles of ours
 * @param columns of the terminal; undefined where the output is none
 */
export function foldedLines(lines: string, columns: number | undefined): string {
  if (columns === undefined) return lines;
  const room = Math.max(columns - MARGIN.length, LEAST_ROOM);
  const fitting = (line: string) =>
    cellsIn(line) <= columns ? line : foldAtBlanks(line, room).join(`\n${MARGIN}`);
  return lines.split("\n").map(fitting).join("\n");
}

const LEAST_ROOM = 8;
const TAB_CELLS = 8;

/** A word stays whole where it fits in a line, a fingerprint above all: somebody compares it, or copies it. */
function foldAtBlanks(line: string, room: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/(?<= )/)) {
    if (current !== "" && cellsIn(current) + cellsIn(word.trimEnd()) > room) {
      lines.push(current.trimEnd());
      current = "";
    }
    current += word;
    const pieces = fold(current, room);
    lines.push(...pieces.slice(0, -1));
    current = pieces.at(-1) ?? "";
  }
  return [...lines, current];
}

/** Rather too many breaks than one too few. */
function fold(line: string, room: number): string[] {
  const lines: string[] = [];
  let current = "";
  let used = 0;
  for (const part of partsOf(line)) {
    if (used + cellsOf(part) > Math.max(room, LEAST_ROOM)) {
      lines.push(current);
      current = "";
      used = 0;
    }
    current += part;
    used += cellsOf(part);
  }
  return [...lines, current];
}

/** Characters, and styles as a whole. */
function partsOf(line: string): readonly string[] {
  return line.match(/\x1b\[[\d;]*m|[\s\S]/gu) ?? [];
}

function cellsIn(line: string): number {
  return partsOf(line).reduce((sum, part) => sum + cellsOf(part), 0);
}

/** What is not ASCII may take two. */
function cellsOf(part: string): number {
  if (part.startsWith("\x1b")) return 0;
  return part === "\t" ? TAB_CELLS : part < "\x7f" ? 1 : 2;
}

/** Whether colours are welcome (https://no-color.org): at a terminal that has them, where nobody said no. */
export function wantsColor(stream: { isTTY?: boolean }): boolean {
  const { NO_COLOR, TERM } = process.env;
  return stream.isTTY === true && !NO_COLOR && TERM !== "dumb";
}
