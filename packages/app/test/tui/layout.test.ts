import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MessageView } from "@asfaleia/client/messenger";
import xterm from "@xterm/headless";
import fc from "fast-check";
import stringWidth from "string-width";
import { cleanText } from "../../src/display.ts";
import {
  ASCII_SIGNS,
  dayText,
  progressBar,
  signsFor,
  sizeText,
  spanText,
  UNICODE_SIGNS,
} from "../../src/tui/format.ts";
import { fuzzySearch } from "../../src/tui/fuzzy.ts";
import { cells, cut, fit, wrap, wrapText } from "../../src/tui/layout/cells.ts";
import {
  type Anchor,
  revealing,
  rowsOf,
  type Scene,
  screenful,
  scrolled,
} from "../../src/tui/layout/conversation.ts";
import { chosen, fitRow, rowCells, rowText, span } from "../../src/tui/layout/row.ts";
import inkWidth from "../../src/tui/layout/stringwidth.ts";
import { paint, themeFor } from "../../src/tui/theme.ts";

const AT = Date.UTC(2026, 10, 28, 12, 0);

const WORDS = fc
  .array(fc.constantFrom("a", "word", "longerword", "日本語", "👍", "é", " ", "  ", "x".repeat(50), "\n"), {
    maxLength: 30,
  })
  .map((parts) => parts.join(""));

/** Of one grapheme, or of few, to Unicode; of several cells to most terminals. */
const JOINED = [
  "กำนำ",
  "ນ້ຳ",
  "क्षक्षक्ष",
  "क\u094d".repeat(100),
  "ട്ട",
  "ខ្មែរ",
  "a\u{1f3fb}",
  "தமிழ்",
  "ൎക",
  "שָׁלוֹם",
  "مُحَمَّد",
];

function message(nth: number, over: Partial<MessageView> = {}): MessageView {
  return {
    id: nth.toString(16).padStart(32, "0"),
    contact: 2,
    with: "bob",
    from: "SHA256:bob",
    isOwn: false,
    kind: "text",
    text: `message ${nth}`,
    at: AT + nth * 61_000,
    arrivedAt: AT + nth * 61_000,
    edited: false,
    deleted: false,
    read: true,
    reactions: [],
    ...over,
  };
}

function scene(messages: readonly MessageView[], over: Partial<Scene> = {}): Scene {
  return {
    messages,
    width: 60,
    height: 10,
    now: AT,
    signs: UNICODE_SIGNS,
    nameCells: 5,
    firstNew: undefined,
    chosen: undefined,
    pictures: new Map(),
    saved: new Map(),
    ...over,
  };
}

const shown = (one: Scene, anchor?: Anchor) =>
  screenful(one, anchor).rows.map((row) => rowText(row).trimEnd());

describe("text in cells", () => {
  it("is broken into rows that fit, and nothing but blanks is lost", () => {
    fc.assert(
      fc.property(WORDS, fc.integer({ min: 2, max: 40 }), (text, width) => {
        const line = text.replaceAll("\n", " ");
        const pieces = wrap(line, width);
        let at = 0;
        for (const { start, end } of pieces) {
          assert.ok(cells(line.slice(start, end)) <= width);
          assert.match(line.slice(at, start), /^ ?$/);
          at = end;
        }
        assert.equal(at, line.length);
      }),
    );
  });

  it("breaks at blanks where there are any", () => {
    assert.deepEqual(wrapText("one two three", 8), ["one two", "three"]);
    assert.deepEqual(wrapText("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    assert.deepEqual(wrapText("日本語", 4), ["日本", "語"]);
  });

  it("is as wide as string-width says, or wider, whichever way it is measured", () => {
    for (let code = 0x20; code < 0x2800; code++) {
      const character = cleanText(String.fromCodePoint(code));
      assert.equal(cells(character), stringWidth(character), code.toString(16));
    }
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        assert.ok(cells(cleanText(text)) >= stringWidth(cleanText(text)));
        assert.equal(inkWidth(text), stringWidth(text));
      }),
    );
    assert.equal(inkWidth("\u{f0123}"), stringWidth("\u{f0123}"));
  });

  it("is never thought narrower than it is on a terminal that goes by characters", async () => {
    const terminal = new xterm.Terminal({ cols: 400, rows: 2, allowProposedApi: true });
    for (const text of JOINED) {
      await new Promise<void>((done) => terminal.write(`\x1b[2J\x1b[H${text}`, done));
      const { cursorX } = terminal.buffer.active;
      assert.ok(cells(text) >= cursorX, `${text}: ${cells(text)}, but ${cursorX}`);
    }
    terminal.dispose();
  });

  it("is broken within what is joined without an end, and all of it is shown", () => {
    for (const width of [2, 10, 33]) {
      const rows = wrapText("क\u094d".repeat(500), width);
      for (const row of rows) assert.ok([...row.matchAll(/क/g)].length <= Math.max(width, 2));
      assert.equal(rows.join(""), "क\u094d".repeat(500));
    }
    assert.equal(cells(cut("क\u094d".repeat(500), 18)), 18);
    assert.deepEqual(wrapText("क्षि क्षि", 4), ["क्षि", "क्षि"]);
  });

  it("is cut and filled to the cell", () => {
    fc.assert(
      fc.property(WORDS, fc.nat(40), (text, width) => {
        const line = text.replaceAll("\n", " ");
        assert.equal(cells(fit(line, width)), width);
        assert.ok(cells(cut(line, width)) <= width);
        assert.equal(rowCells(fitRow([span(line), span("|", "time")], width)), width);
      }),
    );
  });
});

describe("a conversation on the screen", () => {
  it("shows the end, day lines, and who said what when", () => {
    const rows = shown(
      scene([message(0), message(1, { isOwn: true, state: "delivered", text: "yes" })], { height: 4 }),
    );
    assert.equal(rows[0], "");
    assert.match(rows[1] ?? "", /^── Today, \w+ \d+ November 2026 ─+$/);
    assert.match(rows[2] ?? "", /^ \d\d:\d\d +bob {2}message 0$/);
    assert.match(rows[3] ?? "", /^ \d\d:\d\d +me {2}yes +✓✓$/);
  });

  it("shows answers, edits, reactions, deletions, files and notices", () => {
    const all = [
      message(0),
      message(1, { kind: "reply", replyTo: message(0).id, text: "sure", edited: true }),
      message(2, {
        reactions: [
          { by: "x", emoji: "👍" },
          { by: "y", emoji: "👍" },
        ],
      }),
      message(3, { deleted: true, text: "" }),
      message(4, {
        kind: "file",
        text: "",
        file: {
          id: "f".repeat(32),
          name: "cat.png",
          type: "image/png",
          size: 2_000_000,
          state: "accepted",
          done: 1_000_000,
        },
      }),
      message(5, { kind: "notice", text: "verification-fell" }),
      message(6, { until: AT + 6 * 61_000 + 3_600_000 }),
      message(7, { kind: "reply", replyTo: "a".repeat(32), text: "lost" }),
    ];
    const text = shown(scene(all, { height: 30, width: 100 })).join("\n");
    for (const part of [
      "↳ bob: message 0",
      "sure (edited)",
      "👍 2",
      "deleted",
      "cat.png",
      "2.0 MB",
      "50 %",
      "no longer verified",
      "(gone in 60 minutes)",
      "↳ an earlier message",
    ]) {
      assert.ok(text.includes(part), `${part} in\n${text}`);
    }
  });

  it("cleans what others wrote before it is laid out", () => {
    const text = shown(scene([message(0, { text: "a\x1b[2Jb\u202ec", with: "b\x1bob" })])).join("\n");
    assert.doesNotMatch(text, /\x1b|\u202e/);
    assert.match(text, /a<U\+001B>\[2Jb<U\+202E>c/);
  });

  const SCENES = fc
    .record({
      texts: fc.array(WORDS, { minLength: 1, maxLength: 25 }),
      width: fc.integer({ min: 20, max: 90 }),
      height: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ texts, width, height }) =>
      scene(
        texts.map((text, nth) =>
          message(nth, { text, isOwn: nth % 3 === 0, ...(nth % 3 === 0 ? { state: "read" } : {}) }),
        ),
        { width, height },
      ),
    );

  it("never is wider than its place", () => {
    fc.assert(
      fc.property(SCENES, (one) => {
        const { rows } = screenful(one, undefined);
        assert.equal(rows.length, one.height);
        for (const row of rows) assert.ok(rowCells(row) <= Math.max(one.width, 24), rowText(row));
      }),
    );
  });

  it("scrolls row by row through all of it and back", () => {
    fc.assert(
      fc.property(SCENES, fc.array(fc.integer({ min: -7, max: 7 }), { maxLength: 30 }), (one, steps) => {
        const all = one.messages
          .flatMap((_, index) => rowsOf(one, index))
          .map((row) => rowText(row).trimEnd());
        // Blank rows stand above a short conversation.
        const rows = [...Array.from({ length: Math.max(0, one.height - all.length) }, () => ""), ...all];
        let anchor: Anchor | undefined;
        let end = rows.length;
        for (const step of steps) {
          anchor = scrolled(one, anchor, step);
          end = Math.max(Math.min(end - step, rows.length), Math.min(rows.length, one.height));
          assert.deepEqual(shown(one, anchor), rows.slice(end - one.height, end));
        }
      }),
    );
  });

  it("brings a message onto the screen", () => {
    fc.assert(
      fc.property(SCENES, fc.nat(), fc.nat(40), (one, seed, up) => {
        const target = one.messages[seed % one.messages.length] as MessageView;
        const anchor = revealing(one, scrolled(one, undefined, up), target.id);
        assert.ok(screenful(one, anchor).owners.includes(target.id));
      }),
    );
  });

  it("lays out no more than the screen, however long the history", () => {
    let laidOut = 0;
    const counting = (nth: number) =>
      Object.defineProperty(message(nth), "kind", {
        get: () => {
          laidOut++;
          return "text";
        },
      });
    const one = scene(Array.from({ length: 5000 }, (_, nth) => counting(nth)));
    screenful(one, scrolled(one, undefined, 30));
    assert.ok(laidOut < 500, `${laidOut}`);
  });
});

describe("signs and words", () => {
  it("has ASCII for terminals without UTF-8, in the same cells", () => {
    assert.equal(signsFor({ LANG: "de_DE.UTF-8" }, "linux"), UNICODE_SIGNS);
    assert.equal(signsFor({ LANG: "C" }, "linux"), ASCII_SIGNS);
    assert.equal(signsFor({}, "linux"), ASCII_SIGNS);
    const { states, ...others } = ASCII_SIGNS;
    for (const sign of [...Object.values(states), ...Object.values(others)])
      assert.match(sign, /^[\x20-\x7e]+$/);
    for (const set of [ASCII_SIGNS, UNICODE_SIGNS]) {
      for (const sign of Object.values(set.states)) assert.ok(cells(sign) <= 3);
    }
  });

  it("tells sizes, spans, days and progress", () => {
    assert.equal(sizeText(999), "999 B");
    assert.equal(sizeText(1_234_567), "1.2 MB");
    assert.equal(spanText(86_400_000), "24 hours");
    assert.equal(spanText(7 * 86_400_000), "7 days");
    assert.equal(spanText(6 * 86_400_000 + 1), "7 days");
    assert.equal(spanText(3 * 3_600_000 - 1), "3 hours");
    assert.equal(progressBar(1, 2, 4, ASCII_SIGNS), "##..");
    assert.match(dayText(AT - 86_400_000, AT), /^Yesterday, /);
  });

  it("says with attributes what it says with colours", () => {
    const row = [span("a", "error"), span("b")];
    assert.equal(paint(row, themeFor(false)), "\x1b[1ma\x1b[0mb");
    assert.match(paint(row, themeFor(true)), /^\x1b\[1;31ma\x1b\[0mb$/);
    assert.equal(paint(fitRow(row, 20), themeFor(false)), "\x1b[1ma\x1b[0mb", "without blanks at the end");
    assert.equal(
      paint(fitRow(chosen([span("a")]), 3), themeFor(false)),
      "\x1b[7ma\x1b[0m\x1b[7m  \x1b[0m",
      "but those that are seen",
    );
    for (const hasColors of [true, false]) {
      for (const codes of Object.values(themeFor(hasColors))) {
        assert.match(codes, hasColors ? /^([124]|3[1-6]|;)+$/ : /^([124]|;)+$/);
      }
    }
  });

  it("finds by a few letters, best first", () => {
    const names = ["Robert", "bob", "alice bobson", "carol"];
    const found = (pattern: string) => fuzzySearch(pattern, names, (name) => name).map(({ item }) => item);
    assert.deepEqual(found("bo"), ["bob", "alice bobson"]);
    assert.deepEqual(found("rt"), ["Robert"]);
    assert.deepEqual(found("zz"), []);
    assert.deepEqual(found(""), names);
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, candidate) => {
        for (const { match } of fuzzySearch(pattern, [candidate], (one) => one)) {
          const letters = match.at.map((index) => candidate.toLowerCase()[index]).join("");
          if (candidate.toLowerCase().length === candidate.length) {
            assert.equal(letters, pattern.toLowerCase().replace(/\s/g, ""));
          }
        }
      }),
    );
  });
});

it("cleans so that what is measured is what is shown", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) =>
      assert.doesNotMatch(cleanText(text), /[\u200d\ufe0f\x1b]/u),
    ),
  );
});
