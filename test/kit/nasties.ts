/** Texts that mean harm to a terminal, for property tests. */
import fc from "fast-check";

/** One of each kind, by what it would do. */
export const NASTIES: Readonly<Record<string, string>> = {
  "moves the cursor": "\x1b[2J\x1b[H\x1b[10A",
  "moves the cursor by C1": "\x9b2J\x8d",
  "goes back to the beginning of the line": "real\rfake",
  "goes back a character": "good\b\b\b\bevil",
  "sets the title": "\x1b]0;title\x07\x1b]2;title\x1b\\\x9d0;title\x9c",
  "asks for the title": "\x1b[21t",
  "writes the clipboard": "\x1b]52;c;ZXZpbA==\x07",
  "makes a link that lies": "\x1b]8;;https://evil.example\x1b\\https://bank.example\x1b]8;;\x1b\\",
  notifies: "\x1b]9;evil\x07\x1b]777;notify;evil;evil\x07",
  "draws a picture of its own":
    "\x1b_Ga=T,f=100,t=f;L2V0Yy9wYXNzd2Q=\x1b\\\x1bPq#0~\x1b\\\x1b]1337;File=:AAAA\x07",
  "asks the terminal, which types the answer": "\x1b[c\x1b[6n\x05\x1bP$qm\x1b\\",
  "turns text around": "user\u202egnp.exe\u202c \u2067abc\u2069 \u200f\u061c",
  "hides characters": "pay\u200bpal\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\uffa0\u115f",
  "writes in tags": "ok\u{e0068}\u{e0069}\u{e007f}",
  "selects variants": "A\ufe00\ufe0f\u{e0100}",
  towers: `Z${"\u0301\u0338\u20dd".repeat(40)}`,
  "puts a mark on what stands before it": "\u0338\u20e0stricken",
  "is half a character": "\ud83d and \udc00",
  "is a character of nobody": "\ue000\u{f0000}\u{10ffff}\ufdd0\ufffe\u{1fffe}",
  annotates: "\ufff9seen\ufffahidden\ufffb",
  "has no glyph yet": "\u0378\u{e0fff}",
  "breaks lines": "a\nb\r\nc\u2028d\u2029e\x0bf\x0cg\x85h",
  "is blank": "\u2800\u3000\u00a0\u3164 ",
  "shifts to other characters": "\x0e\x0f\x1b(0\x1bn",
  "resets the terminal": "\x1bc\x1b[!p",
  "ends the string of whoever quotes it": "\x1b\\\x07\x9c\x18\x1a",
  "is NUL": "a\x00b\x7f",
};

/** Any UTF-16, rich in the worst. */
export const nasty: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...Object.values(NASTIES)) },
      { weight: 2, arbitrary: fc.constantFrom(...[...new Set(Object.values(NASTIES).join(""))]) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
      {
        weight: 1,
        arbitrary: fc.string({
          unit: fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code)),
          maxLength: 3,
        }),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          "Bob",
          "שלום",
          "مرحبا",
          "123",
          "東京",
          "👩\u200d🚀",
          " ",
          "\u0301",
          ";",
          "\x1b",
        ),
      },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));
