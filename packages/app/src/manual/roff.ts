/** Text for man(7): escaped so that nothing of it is read as a request, and broken into short lines. */

export const NO_BREAK_SPACE = "\u00a0";

/** What roff would set as another character, or not at all. */
const GLYPHS: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
  '"': "\\(dq",
  "…": "\\&...",
  [NO_BREAK_SPACE]: "\\ ",
};

/** mandoc finds longer input lines bad style. */
const LINE_MAX = 78;

/** A text within a line, such as an argument of a macro. */
export function roff(text: string): string {
  return text.replace(/[\\\-'`^~"…]|[^\x20-\x7e]/gu, (character) => GLYPHS[character] ?? glyph(character));
}

function glyph(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) throw new RangeError("a man page has no control characters");
  return `\\[u${code.toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** A text as input lines, each ended by a line feed; a sentence that ends within it starts a new one. */
export function roffLines(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    const next = roff(word);
    if (line === undefined || line.length + 1 + next.length > LINE_MAX || /[.!?]\)?$/.test(line))
      lines.push(next);
    else lines[lines.length - 1] = `${line} ${next}`;
  }
  return lines.map((line) => `${guarded(line)}\n`).join("");
}

/** One input line that is set as it stands: nothing in it is broken or filled. */
export function roffVerbatim(line: string): string {
  return `${guarded(roff(line))}\n`;
}

/** An argument of a macro. */
export function roffArgument(text: string): string {
  return `"${roff(text)}"`;
}

/** A dot or an apostrophe at the start would make a request of the line. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
