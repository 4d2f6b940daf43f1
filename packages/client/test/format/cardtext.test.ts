/** docs/messaging.md, "Cards": the text form. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_CARD_BYTES } from "../../src/format/card.ts";
import { readCardText, writeCardText } from "../../src/format/cardtext.ts";

const SOME = Uint8Array.from({ length: 60 }, (_, at) => at);
const TEXT = `-----BEGIN ASFALEIA CARD-----
AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v
MDEyMzQ1Njc4OTo7
-----END ASFALEIA CARD-----
`;

test("the form", () => {
  assert.equal(writeCardText(SOME), TEXT);
  assert.deepEqual(readCardText(TEXT), SOME);
});

test("what mail and editors do to it", () => {
  for (const text of [TEXT.trim(), ` \n\t${TEXT}\n\n`, TEXT.replaceAll("\n", "\r\n")]) {
    assert.deepEqual(readCardText(text), SOME);
  }
});

test("what is written is read", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: MAX_CARD_BYTES }), (bytes) => {
      assert.deepEqual(readCardText(writeCardText(bytes)), bytes);
    }),
  );
});

test("the largest card, and no larger one", () => {
  assert.equal(
    readCardText(writeCardText(new Uint8Array(MAX_CARD_BYTES)).replaceAll("\n", "\r\n"))?.length,
    MAX_CARD_BYTES,
  );
  assert.equal(readCardText(writeCardText(new Uint8Array(MAX_CARD_BYTES + 1))), undefined);
  assert.equal(readCardText(" ".repeat(1 << 20)), undefined);
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["no base64", TEXT.replace("AAEC", "AA-C")],
  ["a short line before the last", TEXT.replace("AAECAwQF", "")],
  ["a long line", TEXT.replace("AAEC", "AAECAAEC")],
  ["an empty line", TEXT.replace("\nMDE", "\n\nMDE")],
  ["a space in a line", TEXT.replace("MDEy", "MDE y")],
  ["a line that ends in a space", TEXT.replace("OTo7\n", "OTo7 \n")],
  ["missing padding", TEXT.replace("OTo7", "OTo")],
  ["stray bits", TEXT.replace("OTo7", "OTp=")],
  ["padding in the middle", TEXT.replace("MDEy", "MD==")],
  ["no end", TEXT.slice(0, -30)],
  ["another beginning", TEXT.replace("BEGIN ASFALEIA CARD", "BEGIN SSH SIGNATURE")],
  ["nothing between", "-----BEGIN ASFALEIA CARD-----\n-----END ASFALEIA CARD-----\n"],
  ["two cards", TEXT + TEXT],
  ["text before it", `Here it is:\n${TEXT}`],
  ["a lone carriage return", TEXT.replace("\nMDE", "\rMDE")],
];

for (const [name, text] of REFUSED)
  test(`refused: ${name}`, () => assert.equal(readCardText(text), undefined));
