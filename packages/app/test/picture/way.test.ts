import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assertHarmless, QUERIES } from "../../../../test/kit/harmless.ts";
import { MAX_ANSWER_CHARACTERS, PICTURE_QUERIES, readAnswers } from "../../src/picture/answers.ts";
import { colorDepth, knowsPlaceholders, pictureWay, type TerminalAnswers } from "../../src/picture/way.ts";

const cell = { width: 8, height: 16 };

const CASES: [env: Record<string, string>, answers: TerminalAnswers, way: string][] = [
  [{}, {}, "blocks"],
  [{ TERM: "dumb" }, { kitty: true }, "off"],
  [{ TERM: "xterm-256color" }, {}, "blocks"],
  [{ TERM: "xterm-kitty" }, {}, "kitty"],
  [{ TERM: "xterm-ghostty" }, {}, "kitty"],
  [{ TERM: "xterm-256color", KITTY_WINDOW_ID: "1" }, {}, "kitty"],
  [{ TERM: "xterm-256color", TERM_PROGRAM: "iTerm.app" }, {}, "iterm2"],
  [{ TERM: "xterm-256color", LC_TERMINAL: "iTerm2" }, {}, "iterm2"],
  [{ TERM: "xterm-256color", TERM_PROGRAM: "WezTerm" }, {}, "iterm2"],
  [{ TERM: "xterm-256color" }, { kitty: true }, "kitty"],
  [{ TERM: "xterm-256color" }, { kitty: false, sixel: true, cell }, "sixel"],
  [{ TERM: "xterm-256color" }, { sixel: true }, "blocks"],
  [{ TERM: "foot" }, { sixel: true, cell, version: "foot(1.16.2)" }, "sixel"],
  [{ TERM: "xterm-256color" }, { version: "wezterm 20240203" }, "iterm2"],
  [{ TERM: "tmux-256color", TMUX: "/tmp/t,1,0", KITTY_WINDOW_ID: "1", LC_TERMINAL: "iTerm2" }, {}, "blocks"],
  [{ TERM: "xterm-kitty", TMUX: "/tmp/t,1,0" }, { kitty: true }, "blocks"],
  [{ TERM: "tmux-256color", TMUX: "/tmp/t,1,0" }, { sixel: true, cell }, "sixel"],
  [{ TERM: "screen-256color", LC_TERMINAL: "iTerm2" }, {}, "blocks"],
  [{ TERM: "xterm-kitty", ASFALEIA_PICTURES: "off" }, {}, "off"],
  [{ TERM: "xterm-kitty", ASFALEIA_PICTURES: "" }, {}, "kitty"],
  [{ TERM: "tmux-256color", TMUX: "x", ASFALEIA_PICTURES: "kitty" }, {}, "kitty"],
];

for (const [env, answers, way] of CASES) {
  test(`${JSON.stringify(env)} that answers ${JSON.stringify(answers)} is shown pictures by ${way}`, () => {
    assert.equal(pictureWay(env, answers), way);
  });
}

test("a way that there is not is refused", () => {
  assert.throws(() => pictureWay({ ASFALEIA_PICTURES: "Kitty" }), {
    message: "ASFALEIA_PICTURES is one of kitty, iterm2, sixel, blocks, off",
  });
});

test("colours as the terminal says", () => {
  assert.equal(colorDepth({ TERM: "xterm-256color", COLORTERM: "truecolor" }), "full");
  assert.equal(colorDepth({ TERM: "xterm-256color" }), "256");
  assert.equal(colorDepth({ TERM: "linux" }), "16");
  assert.equal(colorDepth({ TERM: "xterm-256color", COLORTERM: "truecolor", NO_COLOR: "1" }), "none");
  assert.equal(colorDepth({ TERM: "xterm-256color", NO_COLOR: "" }), "256");
  assert.equal(colorDepth({ TERM: "dumb" }), "none");
  assert.equal(colorDepth({}), "none");
});

test("text stands for pictures in kitty and Ghostty", () => {
  assert.equal(knowsPlaceholders({ TERM: "xterm-kitty" }), true);
  assert.equal(knowsPlaceholders({ TERM: "xterm-256color", TERM_PROGRAM: "ghostty" }), true);
  assert.equal(knowsPlaceholders({ TERM: "xterm-256color" }, { version: "kitty(0.35.2)" }), true);
  assert.equal(knowsPlaceholders({ TERM: "xterm-256color", TERM_PROGRAM: "WezTerm" }), false);
});

const ANSWERS = ["\x1b_Gi=31;OK\x1b\\", "\x1bP>|kitty(0.35.2)\x1b\\", "\x1b[6;20;10t", "\x1b[?62;4;22c"];

test("answers are read, whatever is typed between them, and the typing is given back", () => {
  const typed = fc.string({
    unit: fc.constantFrom("a", "ä", "1", ";", "\x1b[A", "\x1bOP", "\r", "c", "t"),
    maxLength: 5,
  });
  fc.assert(
    fc.property(fc.array(typed, { minLength: 5, maxLength: 5 }), (keys) => {
      const input = keys.map((key, at) => key + (ANSWERS[at] ?? "")).join("");
      const { answers, rest, isComplete } = readAnswers(input);
      assert.deepEqual(answers, {
        kitty: true,
        version: "kitty(0.35.2)",
        cell: { width: 10, height: 20 },
        sixel: true,
      });
      assert.equal(rest, keys.join(""));
      assert.equal(isComplete, true);
    }),
  );
});

test("nothing is complete before the device attributes are there, and what was not said is left out", () => {
  const all = ANSWERS.join("");
  for (let length = 0; length < all.length; length++)
    assert.equal(readAnswers(all.slice(0, length)).isComplete, false);
  assert.deepEqual(readAnswers("\x1b[?1;2c"), { answers: { sixel: false }, rest: "", isComplete: true });
  assert.deepEqual(readAnswers("\x1b[?4c").answers, { sixel: false });
  assert.deepEqual(readAnswers("\x1b_Gi=31;ENOENT:x\x1b\\").answers, { kitty: false });
  assert.deepEqual(readAnswers("\x1b_Gi=32;OK\x1b\\").answers, {});
});

test("absurd answers are none", () => {
  for (const size of ["0;0", "1;1", "9999;8", "16;9999", "12345;8"]) {
    assert.deepEqual(readAnswers(`\x1b[6;${size}t`).answers, {}, size);
  }
  const flood = `${"x".repeat(MAX_ANSWER_CHARACTERS)}${ANSWERS.join("")}`;
  assert.deepEqual(readAnswers(flood), { answers: {}, rest: flood, isComplete: true });
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (noise) => {
      const { rest } = readAnswers(noise);
      assert.ok(rest.length <= noise.length);
    }),
  );
});

test("the question is nothing but questions, and ends with what every terminal answers", () => {
  assert.equal(assertHarmless(PICTURE_QUERIES, ...QUERIES), "");
  assert.match(PICTURE_QUERIES, /\x1b\[c$/);
});
