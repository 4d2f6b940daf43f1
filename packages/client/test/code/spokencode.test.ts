/** Spoken codes as text: forgiving about how they are typed, strict about what they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  completeCode,
  FIRST_NUMBER,
  formatCode,
  NUMBERS,
  parseCode,
  type SpokenCode,
  wordsFrom,
} from "../../src/code/spokencode.ts";
import { FIRST_WORDS, SECOND_WORDS } from "../../src/code/words.ts";

const code: fc.Arbitrary<SpokenCode> = fc
  .tuple(fc.integer({ min: FIRST_NUMBER, max: FIRST_NUMBER + NUMBERS - 1 }), fc.nat(255), fc.nat(255))
  .map(([number, first, second]) => ({
    number: String(number),
    words: wordsFrom(Uint8Array.of(first, second)),
  }));

test("the list has 256 words for each place, all different, in plain letters", () => {
  assert.equal(FIRST_WORDS.length, 256);
  assert.equal(SECOND_WORDS.length, 256);
  assert.equal(new Set([...FIRST_WORDS, ...SECOND_WORDS]).size, 512);
  for (const word of [...FIRST_WORDS, ...SECOND_WORDS]) assert.match(word, /^[a-z]{3,12}$/);
  // The example with which the list is published: even bytes and odd ones in turn.
  const bytes = Buffer.from("e58294f2e9a227486e8b061b31cc528fd7fa3f19", "hex");
  const words = [...bytes].map((byte, at) => (at % 2 === 0 ? SECOND_WORDS : FIRST_WORDS)[byte]);
  assert.equal(
    words.join(" "),
    "topmost istanbul pluto vagabond treadmill pacific brackish dictator goldfish medusa afflict bravado chatter revolver dupont midsummer stopwatch whimsical cowbell bottomless",
  );
});

test("a code is read as it was written, however it is typed", () => {
  const between = fc.stringMatching(/^[ \t\n_\u00a0\u2010-\u2015-]{1,3}$/);
  const around = fc.stringMatching(/^[ \t\n-]{0,3}$/);
  const isUpper = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(code, between, between, around, around, isUpper, (one, a, b, before, after, upper) => {
      assert.deepEqual(parseCode(formatCode(one)), one);
      const [first, second] = one.words;
      const typed = [...`${before}${one.number}${a}${first}${b}${second}${after}`]
        .map((letter, at) => (upper[at] ? letter.toUpperCase() : letter))
        .join("");
      assert.deepEqual(parseCode(typed), one);
    }),
  );
});

test("whatever is typed is one code in its one form, or none", () => {
  const parts = fc.array(
    fc.oneof(
      fc.constantFrom(...FIRST_WORDS.slice(0, 4), ...SECOND_WORDS.slice(0, 4), "48213", "0", "", "-"),
      fc.string(),
    ),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(parts, fc.constantFrom("-", " ", "", "."), (some, between) => {
      const read = parseCode(some.join(between));
      if (read !== undefined) assert.deepEqual(parseCode(formatCode(read)), read);
    }),
  );
});

test("what is no code", () => {
  const none = [
    "",
    "48213",
    "48213-crossover",
    "crossover-clockwork",
    "48213-clockwork-crossover",
    "4821-crossover-clockwork",
    "482130-crossover-clockwork",
    "08213-crossover-clockwork",
    "٤٨٢١٣-crossover-clockwork",
    "48213-crossover-clockwork-x",
    "48213.crossover.clockwork",
    "48213-crossover-clockworks",
    "48 213 crossover clockwork",
    `48213-crossover-clockwork${" ".repeat(100)}`,
  ];
  for (const text of none) assert.equal(parseCode(text), undefined, text);
});

test("a code that is being typed goes on as every code that begins so", () => {
  assert.deepEqual(completeCode("48213-cros"), ["48213-crossover-"]);
  assert.deepEqual(completeCode("48213 CROSSOVER clo"), ["48213-crossover-clockwork"]);
  assert.equal(completeCode("48213-").length, 256);
  assert.equal(completeCode("48213-crossover-").length, 256);
  for (const none of ["", "4", "48213", "48213-x-", "48213-clockwork-a", "48213-crossover-clockwork-", "x-a"])
    assert.deepEqual(completeCode(none), [], none);
  fc.assert(
    fc.property(code, fc.integer({ min: 6, max: 40 }), (one, length) => {
      const whole = formatCode(one);
      const typed = whole.slice(0, length);
      const all = completeCode(typed);
      assert.ok(
        all.some((each) => whole.startsWith(each)),
        typed,
      );
      assert.ok(all.every((each) => each.startsWith(typed)));
      assert.deepEqual(all, [...all].sort());
    }),
  );
});

test("two bytes make two words, and nothing else does", () => {
  assert.equal(new Set(SECOND_WORDS.map((_, byte) => wordsFrom(Uint8Array.of(7, byte)).join("-"))).size, 256);
  for (const length of [0, 1, 3]) assert.throws(() => wordsFrom(new Uint8Array(length)), RangeError);
});
