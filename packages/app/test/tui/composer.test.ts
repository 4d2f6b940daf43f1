import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  backspace,
  type Composer,
  composing,
  EMPTY_COMPOSER,
  insert,
  MAX_COMPOSED,
  moveVertically,
  redo,
  undo,
} from "../../src/tui/composer/composer.ts";
import { NO_HISTORY, remember, walk } from "../../src/tui/composer/history.ts";
import { composerKey } from "../../src/tui/composer/keys.ts";
import { composerRows } from "../../src/tui/composer/rows.ts";
import { cells, graphemes } from "../../src/tui/layout/cells.ts";

const TEXT = fc
  .array(
    fc.constantFrom(
      "a",
      "bc",
      " ",
      "  ",
      "\n",
      "é",
      "日本",
      "👍🏽",
      "👨‍👩‍👧",
      "ü",
      "e\u0301",
      "-",
      "\t",
      "\u202e",
    ),
  )
  .map((parts) => parts.join(""));
const WIDTH = fc.integer({ min: 3, max: 12 });

const CHORDS = [
  ..."left right alt+left alt+right home end ctrl+home ctrl+end backspace delete ctrl+w alt+d ctrl+u alt+k".split(
    " ",
  ),
  ..."ctrl+y ctrl+_ alt+_ ctrl+t ctrl+j alt+backspace ctrl+a ctrl+e".split(" "),
];

const press = (composer: Composer, ...chords: string[]) =>
  chords.reduce((now, chord) => composerKey(now, chord) ?? now, composer);

describe("the composer", () => {
  it("edits as a shell does", () => {
    const start = composing("one two  three");
    assert.equal(press(start, "ctrl+w").text, "one two  ");
    assert.equal(press(start, "ctrl+w", "ctrl+w").text, "one ");
    assert.equal(press(start, "ctrl+w", "ctrl+w", "ctrl+y").text, "one two  three");
    assert.equal(press(start, "home", "alt+d", "end", "ctrl+y").text, " two  threeone");
    assert.equal(press(start, "ctrl+u").text, "");
    assert.equal(press(composing("ab"), "ctrl+t").text, "ba");
    assert.equal(press(composing("a\nb"), "left", "backspace").text, "ab");
  });

  it("takes one whole character at a time", () => {
    assert.equal(backspace(composing("a👨‍👩‍👧")).text, "a");
    assert.equal(backspace(composing("e\u0301")).text, "");
    assert.equal(press(composing("日本"), "left", "delete").text, "日");
  });

  it("undoes typing word by word, and does it again", () => {
    const typed = [..."hi you"].reduce((now, letter) => insert(now, letter), EMPTY_COMPOSER);
    const once = undo(typed);
    assert.equal(once.text, "hi ");
    assert.equal(redo(once).text, "hi you");
    assert.equal(undo(undo(undo(undo(typed)))).text, "");
  });

  it("stays between characters, within bounds, and is undone to its beginning", () => {
    fc.assert(
      fc.property(
        TEXT,
        fc.array(fc.oneof(fc.constantFrom(...CHORDS), TEXT), { maxLength: 40 }),
        (text, steps) => {
          let composer = composing(text);
          for (const step of steps) composer = composerKey(composer, step) ?? insert(composer, step);
          const places = new Set([...graphemes(composer.text)].map(({ index }) => index));
          assert.ok(
            composer.at === composer.text.length ||
              places.has(composer.at) ||
              composer.text[composer.at] === "\n" ||
              composer.text[composer.at - 1] === "\n" ||
              isJoined(composer),
          );
          while (composer.undo.length > 0) composer = undo(composer);
          assert.equal(composer.text, text);
        },
      ),
    );
  });

  /** What is inserted may join with what stands around it: then the cursor is within until it moves. */
  function isJoined({ text, at }: Composer): boolean {
    return [...graphemes(text)].some(({ index, segment }) => index < at && at < index + segment.length);
  }

  it("holds no more than a bound, and no half character", () => {
    const full = insert(composing("x".repeat(MAX_COMPOSED - 1)), "👍");
    assert.equal(full.text.length, MAX_COMPOSED - 1);
  });

  it("shows every character once, in rows that fit, with the cursor in its place", () => {
    fc.assert(
      fc.property(TEXT, fc.integer({ min: 4, max: 30 }), fc.nat(), (text, width, seed) => {
        const places = [...graphemes(text)].map(({ index }) => index).concat(text.length);
        const at = places[seed % places.length] as number;
        const { rows, row, column } = composerRows(text, at, width);
        for (const shown of rows) assert.ok(cells(shown.text) < width || cells(shown.text) <= 9);
        assert.ok(column < width || column <= 9);
        assert.ok((rows[row]?.start ?? Number.NaN) <= at);
        const covered = rows.map(({ start, end }) => text.slice(start, end)).join("");
        assert.equal(covered.replace(/[ \n]/g, ""), text.replace(/[ \n]/g, ""));
      }),
    );
  });

  it("lays out a text that was changed as it lays out one that it has never seen", () => {
    fc.assert(
      fc.property(TEXT, TEXT, fc.nat(), WIDTH, WIDTH, (before, put, place, width, widthBefore) => {
        const at = place % (before.length + 1);
        const text = before.slice(0, at) + put + before.slice(at);
        composerRows(before, 0, widthBefore);
        const changed = composerRows(text, at, width);
        // Nothing of the text is known from before.
        composerRows("", 0, width);
        assert.deepEqual(changed, composerRows(text, at, width));
      }),
    );
  });

  it("lays out a text once, however often it is asked", () => {
    const lines = Array.from({ length: 4000 }, (_, number) => `line ${number} of many 👍🏽`);
    const { rows } = composerRows(lines.join("\n"), 0, 40);
    assert.equal(composerRows(lines.join("\n"), 5, 40).rows, rows);
  });

  it("moves by rows of the screen and keeps its column", () => {
    const composer = press(composing("a long first row\nb\nanother row"), "left");
    const up = moveVertically(composer, -1, 40);
    assert.equal(up?.at, "a long first row\nb".length);
    assert.equal(moveVertically(up as Composer, -1, 40)?.at, "another ro".length);
    assert.equal(moveVertically(composing("x"), -1, 40), undefined);
  });

  it("walks through what was sent, and back to what was being written", () => {
    const history = remember(remember(NO_HISTORY, "one"), "two");
    const [first, shown] = walk(history, -1, "draft") ?? assert.fail();
    assert.equal(shown, "two");
    const [second, older] = walk(first, -1, shown) ?? assert.fail();
    assert.equal(older, "one");
    assert.equal(walk(second, -1, older), undefined);
    const [third] = walk(second, 1, older) ?? assert.fail();
    assert.deepEqual(walk(third, 1, "two")?.[1], "draft");
    assert.equal(walk(history, 1, "draft"), undefined);
  });
});
