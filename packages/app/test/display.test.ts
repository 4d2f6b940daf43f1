import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanLine, cleanText, foldedLines, jsonLine, quoted, wantsColor } from "../src/display.ts";
import { cells } from "../src/tui/layout/cells.ts";

const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Any UTF-16 at all, with what is dangerous drawn often. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\x1b[2J",
        "\x9b31m",
        "\r",
        "\r\n",
        "\n",
        "\t",
        "\u202e",
        "\u2066",
        "\u200b",
        "\u{e0041}",
        "\ud800",
      ),
    ),
  )
  .map((parts) => parts.join(""));

test("nothing that drives a terminal, turns text around or hides is left in a line", () => {
  fc.assert(fc.property(text, (value) => assert.doesNotMatch(cleanLine(value), HOSTILE)));
});

test("of a text only line feeds and tabs stay", () => {
  fc.assert(
    fc.property(text, (value) => assert.doesNotMatch(cleanText(value).replace(/[\n\t]/g, ""), HOSTILE)),
  );
});

test("JSON is safe to look at, and says exactly what was put in", () => {
  fc.assert(
    fc.property(text, (value) => {
      const line = jsonLine({ value });
      assert.doesNotMatch(line.slice(0, -1), HOSTILE);
      assert.equal(line.at(-1), "\n");
      assert.deepEqual(JSON.parse(line), { value });
    }),
  );
});

test("every line of a quoted text stands behind the margin, and fits the terminal", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 20, max: 200 }), (value, columns) => {
      for (const line of quoted(value, columns).replace(/\n$/, "").split("\n")) {
        assert.ok(line.startsWith("  "));
        const cells = [...line].reduce((sum, char) => sum + (char === "\t" ? 8 : char < "\x7f" ? 1 : 2), 0);
        assert.ok(cells <= columns, `${cells} cells`);
      }
    }),
  );
});

test("lines of ours fit the terminal, and what goes on stands behind the margin", () => {
  assert.equal(foldedLines("a\n\nb", 10), "a\n\nb");
  assert.equal(foldedLines("12345678901234", 12), "1234567890\n  1234");
  assert.equal(foldedLines("\x1b[32m123456789012\x1b[39m", 12), "\x1b[32m123456789012\x1b[39m");
  assert.equal(foldedLines("12345678901234", undefined), "12345678901234");
  fc.assert(
    fc.property(text, fc.integer({ min: 20, max: 80 }), (value, columns) => {
      const lines = foldedLines(cleanText(value).replaceAll("\t", " "), columns).split("\n");
      for (const line of lines) assert.ok(cells(line) <= columns, JSON.stringify(line));
      assert.equal(foldedLines(lines.join("\n"), columns), lines.join("\n"));
    }),
  );
});

test("what is hidden is shown by its number, and joiners are left out", () => {
  assert.equal(cleanLine("a\x1b[31mb"), "a<U+001B>[31mb");
  assert.equal(cleanLine("exe.\u202egnp"), "exe.<U+202E>gnp");
  assert.equal(cleanLine("a\nb\tc"), "a<U+000A>b<U+0009>c");
  assert.equal(cleanText("a\r\nb\rc"), "a\nb<U+000D>c");
  assert.equal(cleanLine("👩\u200d🚀 ❤\ufe0f"), "👩🚀 ❤");
  assert.equal(cleanLine("Zürich 東京 मुंबई"), "Zürich 東京 मुंबई");
  assert.equal(cleanLine(`a${"\u0301".repeat(50)}b`), `a${"\u0301".repeat(4)}b`);
});

test("a text that looks like our own lines cannot be taken for one", () => {
  const forged = quoted("hello\nletter from SHA256:x (proven: signed with this key)", undefined);
  assert.doesNotMatch(forged, /^letter/m);
  const padded = quoted(`${" ".repeat(38)}letter from`, 40);
  for (const line of padded.split("\n")) assert.ok(line === "" || line.startsWith("  "));
});

test("colours only at a terminal that has them, where nobody said no", () => {
  const { NO_COLOR, TERM } = process.env;
  try {
    delete process.env.NO_COLOR;
    process.env.TERM = "xterm";
    assert.equal(wantsColor({ isTTY: true }), true);
    assert.equal(wantsColor({}), false);
    process.env.NO_COLOR = "1";
    assert.equal(wantsColor({ isTTY: true }), false);
    process.env.NO_COLOR = "";
    assert.equal(wantsColor({ isTTY: true }), true);
    process.env.TERM = "dumb";
    assert.equal(wantsColor({ isTTY: true }), false);
  } finally {
    if (NO_COLOR === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = NO_COLOR;
    if (TERM === undefined) delete process.env.TERM;
    else process.env.TERM = TERM;
  }
});
