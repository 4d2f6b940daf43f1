import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LetterError } from "../src/letter-error.ts";
import { formatLetterDate, isLetterName, isLetterType, parseLetterDate } from "../src/letter-fields.ts";
import { type Letter, type ParsedLetter, parseLetter, writeLetter } from "../src/letter-format.ts";
import { HeaderReader } from "../src/letter-header.ts";
import { MAX_SSHSIG_BYTES } from "../src/sshsig.ts";
import { drawKey } from "./letter-keys.ts";

const SENDERS = [drawKey("ed25519").publicKey, drawKey("rsa-2048").publicKey, drawKey("p256").publicKey];

const TEXT = `asfaleia-letter: 1
id: 4f0c4f0c4f0c4f0c4f0c4f0c4f0c4f0c
date: 2026-11-22T20:00:00Z
to: SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
type: text/plain; charset=utf-8
name: note.txt
from: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBspGPPfWtTA93aCgjskNi1Ot8/VS/dQR3ENTG5vGFdk
card: AAEC
pad: 000
signature: U1NIU0lH

Hello Bob
`;

function parse(text: string | Uint8Array): ParsedLetter | null {
  return parseLetter(typeof text === "string" ? Buffer.from(text) : text);
}

function assertMalformed(text: string | Uint8Array): void {
  assert.throws(
    () => parse(text),
    (error) => error instanceof LetterError && error.code === "malformed",
    `taken: ${text.slice(0, 1000)}`,
  );
}

test("every field of a letter is read", () => {
  const { from, signedBytes, ...letter } = parse(TEXT)!;
  assert.equal(from?.type, "ssh-ed25519");
  assert.equal(Buffer.from(signedBytes).toString(), TEXT.replace("signature: U1NIU0lH\n", ""));
  assert.deepEqual(letter, {
    id: new Uint8Array(Buffer.from("4f0c4f0c4f0c4f0c4f0c4f0c4f0c4f0c", "hex")),
    date: new Date("2026-11-22T20:00:00Z"),
    to: `SHA256:${"a".repeat(43)}`,
    type: "text/plain; charset=utf-8",
    name: "note.txt",
    card: Uint8Array.of(0, 1, 2),
    padding: 3,
    signature: new Uint8Array(Buffer.from("SSHSIG")),
    body: new Uint8Array(Buffer.from("Hello Bob\n")),
  });
});

test("what does not begin like a letter is null", () => {
  for (const text of [
    "",
    "Hello",
    "asfaleia-letter",
    " asfaleia-letter: 1\n",
    "Asfaleia-Letter: 1\n",
    "\ufeffasfaleia-letter: 1\n",
  ]) {
    assert.equal(parse(text), null, text);
  }
});

test("optional lines may be left out, the others not", () => {
  const lines = TEXT.split("\n");
  const without = (...fields: string[]) =>
    lines.filter((line) => !fields.some((field) => line.startsWith(`${field}: `))).join("\n");
  for (const fields of [["name"], ["card"], ["card", "signature"], ["from", "card", "signature"]]) {
    assert.notEqual(parse(without(...fields)), null);
  }
  const dependent = [["signature"], ["from"], ["from", "card"], ["from", "signature"]];
  const needed = [["id"], ["date"], ["to"], ["type"], ["pad"]];
  for (const fields of [...dependent, ...needed]) assertMalformed(without(...fields));
});

test("lines stand once and in order", () => {
  const [first, ...lines] = TEXT.split("\n\n")[0]!.split("\n");
  for (let i = 0; i < lines.length; i++) {
    assertMalformed([first, ...lines.slice(0, i + 1), ...lines.slice(i), "", "Hello"].join("\n"));
    if (i === 0) continue;
    const swapped = [...lines.slice(0, i - 1), lines[i], lines[i - 1], ...lines.slice(i + 1)];
    assertMalformed([first, ...swapped, "", "Hello"].join("\n"));
  }
});

test("a field that breaks its rule is refused", () => {
  const replacements: [string, string][] = [
    ["letter: 1", "letter: 2"],
    ["letter: 1", "letter: 10"],
    ["letter: 1", "letter:1"],
    ["id: 4f", "id: 4F"],
    ["id: 4f", "id: "],
    ["id: 4f", "id: 004f"],
    ["2026-11-22T20:00:00Z", "2026-11-31T20:00:00Z"],
    ["2026-11-22T20:00:00Z", "2026-11-22T24:00:00Z"],
    ["2026-11-22T20:00:00Z", "2026-11-22T20:00:00.000Z"],
    ["2026-11-22T20:00:00Z", "2026-11-22T20:00:00+00:00"],
    ["2026-11-22T20:00:00Z", "2026-11-22 20:00:00Z"],
    ["SHA256:a", "SHA256:"],
    ["SHA256:a", "SHA256:aa"],
    ["SHA256:a", "SHA256:-"],
    ["SHA256:a", "sha256:a"],
    ["text/plain; charset=utf-8", "text/plain"],
    ["text/plain; charset=utf-8", "text/plain;charset=utf-8"],
    ["text/plain; charset=utf-8", "image/png; charset=utf-8"],
    ["text/plain; charset=utf-8", "text"],
    ["note.txt", ""],
    ["note.txt", "../note.txt"],
    ["note.txt", "\ufeffnote.txt"],
    ["from: ssh-ed25519", "from: ssh-rsa"],
    ["GFdk", "GFdk comment"],
    ["GFdk", "GFd"],
    ["GFdk", "GFdk "],
    ["ssh-ed25519 A", "ssh-ed25519  A"],
    ["AAEC", ""],
    ["AAEC", "AAE"],
    ["AAEC", "AAF="],
    ["AAEC", "AA EC"],
    ["AAEC", Buffer.alloc(65_537).toString("base64")],
    ["000", ""],
    ["000", "001"],
    ["000", "000 "],
    ["U1NIU0lH", ""],
    ["U1NIU0lH", "U1NIU0l"],
    ["U1NIU0lH", Buffer.alloc(MAX_SSHSIG_BYTES + 3).toString("base64")],
    ["\n\nHello", "\n\r\nHello"],
    ["\n\nHello", "\nHello"],
    ["\n\nHello Bob\n", "\n"],
    ["\n\nHello Bob\n", ""],
    ["name: ", "Name: "],
    ["name: ", "name:  "],
    ["name: ", "x-name: "],
  ];
  for (const [from, to] of replacements) {
    assert.ok(TEXT.includes(from), from);
    assertMalformed(TEXT.replace(from, to));
  }
  assertMalformed(TEXT.replaceAll("\n", "\r\n"));
  assertMalformed(Buffer.from(TEXT.replace("note", "\xff"), "latin1"));
  assertMalformed(Buffer.from(TEXT.replace("Hello", "\xff"), "latin1"));
});

test("a line is not read further than its cap", () => {
  const bytes = Buffer.from("name: abcd\n\n");
  assert.equal(new HeaderReader(bytes).optional("name", 4), "abcd");
  assert.throws(() => new HeaderReader(bytes).optional("name", 3), LetterError);
  assert.equal(new HeaderReader(bytes).optional("nam", 4), undefined);
});

test("a text body is UTF-8, another is any bytes", () => {
  const picture = TEXT.replace("text/plain; charset=utf-8", "image/png").replace("Hello", "\xff\x00\r\n\n");
  assert.deepEqual(
    parse(Buffer.from(picture, "latin1"))!.body,
    new Uint8Array(Buffer.from("\xff\x00\r\n\n Bob\n", "latin1")),
  );
});

test("names that a file system or a reader could take for something else are refused", () => {
  for (const name of [
    "cat.png",
    "Äpfel und Birnen.txt",
    "日本.pdf",
    "👩‍👧.gif",
    "a..b",
    "-rf",
    "ä".repeat(127),
  ]) {
    assert.equal(isLetterName(name), true, name);
  }
  const refused = [
    "",
    " a",
    "a ",
    ".",
    "..",
    ".ssh",
    "a/b",
    "a\\b",
    "a\nb",
    "a\0b",
    "a\x7fb",
    "a\u0085b",
    "a\u2028b",
    "a\u202egnp.exe",
    "\ud800",
    "a".repeat(256),
    "ä".repeat(128),
  ];
  for (const name of refused) assert.equal(isLetterName(name), false, JSON.stringify(name));
});

test("types are lower case, and text names its encoding", () => {
  for (const type of ["text/plain; charset=utf-8", "image/svg+xml", "application/vnd.ms-excel"]) {
    assert.equal(isLetterType(type), true, type);
  }
  for (const type of [
    "",
    "text/plain",
    "Image/png",
    "image/png\n",
    "image/*",
    "a/b/c",
    `a/${"b".repeat(128)}`,
  ]) {
    assert.equal(isLetterType(type), false, type);
  }
});

test("dates are whole seconds of four-digit years", () => {
  assert.equal(formatLetterDate(new Date(1_999)), "1970-01-01T00:00:01Z");
  assert.deepEqual(parseLetterDate("2024-02-29T23:59:59Z"), new Date("2024-02-29T23:59:59Z"));
  for (const text of [
    "2023-02-29T00:00:00Z",
    "2024-06-30T23:59:60Z",
    "24-02-29T00:00:00Z",
    "2024-02-29T00:00:00z",
  ]) {
    assert.equal(parseLetterDate(text), null);
  }
  for (const year of [10_000, -1]) {
    assert.throws(() => formatLetterDate(new Date(Date.UTC(year))), RangeError);
  }
});

const letters: fc.Arbitrary<Letter> = fc
  .record({
    id: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    date: fc.integer({ min: 0, max: 253_402_300_799 }).map((seconds) => new Date(seconds * 1000)),
    to: fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((hash) => `SHA256:${Buffer.from(hash).toString("base64").slice(0, 43)}`),
    type: fc.constantFrom("image/png", "application/octet-stream", "text/plain; charset=utf-8"),
    name: fc.option(fc.string({ unit: "binary", maxLength: 40 }).filter(isLetterName), { nil: undefined }),
    from: fc.option(fc.constantFrom(...SENDERS), { nil: undefined }),
    card: fc.option(fc.uint8Array({ minLength: 1, maxLength: 50 }), { nil: undefined }),
    padding: fc.integer({ min: 1, max: 50 }),
    signature: fc.option(fc.uint8Array({ minLength: 1, maxLength: 50 }), { nil: undefined }),
    body: fc.uint8Array({ maxLength: 100 }),
  })
  .map((letter) => ({
    ...letter,
    body: letter.type.startsWith("text/")
      ? new Uint8Array(Buffer.from(Buffer.from(letter.body).toString()))
      : letter.body,
    signature: letter.from && letter.signature,
    card: letter.from && letter.signature && letter.card,
  }));

test("any letter that is written is read again, and signed without its signature's line", () => {
  fc.assert(
    fc.property(letters, (letter) => {
      const { signedBytes, ...read } = parse(writeLetter(letter))!;
      assert.deepEqual(read, letter);
      assert.deepEqual(signedBytes, writeLetter({ ...letter, signature: undefined }));
    }),
  );
});

test("there is one text for each letter, so what is read and written again is unchanged", () => {
  const bytes = fc.tuple(letters, fc.nat(), fc.nat(), fc.uint8Array({ maxLength: 3 }));
  fc.assert(
    fc.property(bytes, ([letter, at, cut, put]) => {
      const whole = writeLetter(letter);
      const from = at % (whole.length + 1);
      const mutated = Buffer.concat([whole.subarray(0, from), put, whole.subarray(from + (cut % 3))]);
      let read: ParsedLetter | null;
      try {
        read = parse(mutated);
      } catch (error) {
        assert.ok(error instanceof LetterError && error.code === "malformed");
        return;
      }
      if (read !== null) assert.deepEqual(Buffer.from(writeLetter(read)), mutated);
    }),
  );
});

test("what breaks a rule is not written", () => {
  const good = parse(TEXT)!;
  const bad: Partial<Letter>[] = [
    { id: new Uint8Array(15) },
    { type: "text/plain" },
    { name: "../x" },
    { card: new Uint8Array(0) },
    { card: new Uint8Array(65_537) },
    { padding: 0 },
    { padding: 262_145 },
    { body: Uint8Array.of(0xff) },
    { date: new Date(Number.NaN) },
  ];
  for (const fields of bad) assert.throws(() => writeLetter({ ...good, ...fields }));
});
