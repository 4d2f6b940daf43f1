/**
 * What contacts may send, against each thing it may not do to a terminal: every public function that makes text of
 * theirs fit to be shown, on the bytes that reach the terminal.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assertHarmless, LINKS, NOTICES } from "../../../test/kit/harmless.ts";
import { NASTIES, nasty } from "../../../test/kit/nasties.ts";
import { beside, cleanLine, cleanName, cleanText, jsonLine, quoted } from "../src/display.ts";
import { safeName } from "../src/letters/filename.ts";
import { findLinks, linkTo, opening } from "../src/links.ts";
import { notification, notifyText } from "../src/notify.ts";

/** Every way of a text of others to a terminal. */
const WAYS: Readonly<Record<string, (text: string) => string>> = {
  "a text": cleanText,
  "a text behind a margin": (text) => quoted(text, 40),
  "a line": cleanLine,
  "a name": cleanName,
  "a line of fields": (text) => beside(cleanName(text), "\x1b[33m12:30\x1b[39m", cleanLine(text)),
  "a file name": (text) => safeName(text, "file"),
  JSON: (text) => jsonLine({ text }),
};

for (const [what, text] of Object.entries(NASTIES)) {
  for (const [where, way] of Object.entries(WAYS)) {
    test(`what ${what} is harmless as ${where}`, () => {
      assertHarmless(way(text));
      assertHarmless(way(`before${text}after`));
    });
  }
}

for (const [where, way] of Object.entries(WAYS)) {
  test(`whatever is sent, as ${where} it is harmless`, () => {
    fc.assert(
      fc.property(nasty, (text) => {
        assertHarmless(way(text));
      }),
      { numRuns: 2000 },
    );
  });
}

test("a line stays one line, and a name and a file name too", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      for (const line of [cleanLine(text), cleanName(text), safeName(text, "file")])
        assert.doesNotMatch(line, /[\n\t]/);
    }),
  );
});

test("names that differ look different, but for blanks and the parts of emoji", () => {
  const hidden = "\u200b\u200c\u200d\u2060\ufe00\ufe0f\u00ad\u{e0062}\u034f\u3164";
  for (const character of hidden) assert.notEqual(cleanName(`Bob${character}`), "Bob", escape(character));
  assert.equal(cleanName("👩\u200d🚀 ❤\ufe0f"), "👩🚀 ❤");
  assert.equal(cleanName("  Bob \u00a0\u3000 Smith\u2003"), "Bob Smith");
});

test("a name that shows nothing is said to show nothing", () => {
  for (const blank of ["", " ", "\u00a0\u3000", "\u2003"]) assert.equal(cleanName(blank), "(no name)");
  assert.equal(cleanName("\u2800"), "<U+2800>");
  assert.equal(cleanName("\u3164"), "<U+3164>");
  assert.match(cleanName("\u0301"), /^\u25cc/);
});

/** The order in which a terminal shows letters and digits on a line from left to right (UAX #9, without brackets and isolates). */
function seenOrder(line: string): string {
  const kinds = [...line].map((character) =>
    /[\u0590-\u065f\u066a-\u08ff]/u.test(character)
      ? "R"
      : /[\p{L}\u2800]/u.test(character)
        ? "L"
        : /\d/u.test(character)
          ? "EN"
          : "ON",
  );
  // W7, N1 and N2 with an embedding from left to right, then I1 and L2.
  const levels: number[] = [];
  let strong = "L";
  kinds.forEach((kind, at) => {
    if (kind === "L" || kind === "R") strong = kind;
    const next = kinds.slice(at).find((each) => each !== "ON") ?? "L";
    const isBetween = strong === "R" && (next === "R" || next === "EN");
    levels.push(
      kind === "R" ? 1 : kind === "EN" ? (strong === "R" ? 2 : 0) : kind === "ON" && isBetween ? 1 : 0,
    );
  });
  let characters = [...line].map((character, at) => ({ character, level: levels[at]! }));
  for (const level of [2, 1]) {
    const turned: typeof characters = [];
    let run: typeof characters = [];
    for (const each of [...characters, { character: "", level: -1 }]) {
      if (each.level >= level) run.push(each);
      else {
        turned.push(...run.reverse(), each);
        run = [];
      }
    }
    characters = turned;
  }
  return characters.map(({ character }) => character).join("");
}

test("a name from right to left takes nothing of the next field into itself", () => {
  assert.equal(seenOrder("שלום  12  b"), "12  םולש  b", "what would happen, if we did nothing");
  const fields = fc.array(fc.constantFrom("שלום", "Bob", "12", "שלום 7", "7 שלום", "a1b2", "!?", "(שלום)"), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(fields, (parts) => {
      const seen = seenOrder(beside(...parts));
      const alone = parts.map((part) => seenOrder(part));
      assert.equal(seen.replaceAll("\u2800", " "), alone.join("  "));
    }),
    { numRuns: 1000 },
  );
  assert.equal(beside("\x1b[32mשלום\x1b[39m", "12"), "\x1b[32mשלום\x1b[39m \u280012");
  assert.equal(beside("\x1b[32mBob\x1b[39m", "12"), "\x1b[32mBob\x1b[39m  12");
});

test("a link shows where it leads, or is none", () => {
  assert.deepEqual(linkTo("https://bücher.example:8443/ä?ö"), {
    host: "xn--bcher-kva.example:8443",
    target: "https://xn--bcher-kva.example:8443/%C3%A4?%C3%B6",
  });
  assert.equal(linkTo("https://аррӏе.example/")?.host, "xn--80ak6aa92e.example");
  for (const none of [
    "http://a.example",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://bank.example@evil.example/",
    "https://bank.example:pass@evil.example/",
    "https://",
    " https://a.example",
    `https://a.example/${"x".repeat(3000)}`,
  ]) {
    assert.equal(linkTo(none), undefined, none);
  }
  assert.equal(
    opening("https://a.example/b", "a.example"),
    "\x1b]8;;https://a.example/b\x1b\\a.example\x1b]8;;\x1b\\",
  );
  fc.assert(
    fc.property(fc.oneof(nasty, fc.webUrl({ validSchemes: ["https"] })), nasty, (start, text) => {
      for (const address of [`https://${start}${text}`, start, `${start}${text}`]) {
        const link = linkTo(address);
        if (link === undefined) continue;
        assertHarmless(opening(link.target, link.target), ...LINKS);
        assert.ok(link.target.startsWith(`https://${link.host}/`));
      }
    }),
    { numRuns: 1000 },
  );
});

test("addresses are found in a text as they are written", () => {
  const text =
    "see https://a.example/x_(y), (https://b.example/z?q=1). Not ftp://c.example or https://d@e.example!";
  const targets = (words: string) => findLinks(words).map(({ target }) => target);
  assert.deepEqual(targets(text), ["https://a.example/x_(y)", "https://b.example/z?q=1"]);
  assert.deepEqual(targets("https://a.example/\x1b[31m and https://b.example/\u202egnp"), [
    "https://a.example/",
    "https://b.example/",
  ]);
  fc.assert(
    fc.property(nasty, (words) => {
      for (const { target } of findLinks(`${words} https://a.example/${words}`))
        assertHarmless(opening(target, target), ...LINKS);
    }),
  );
});

test("a notification is a text in a sequence of ours, and says nothing of what was written", () => {
  fc.assert(
    fc.property(nasty, fc.constantFrom("bell" as const, "osc9" as const, "osc777" as const), (text, way) => {
      const bytes = notification(way, text);
      assertHarmless(bytes, ...NOTICES);
      assert.ok([...bytes].length < 150);
      // Not a progress bar.
      assert.doesNotMatch(bytes, /^\x1b\]9;\d/);
    }),
    { numRuns: 2000 },
  );
  assert.equal(notifyText("name", "Bob"), "a message from Bob");
  assert.equal(notifyText("bare", "Bob"), "a message");
  assert.equal(notifyText("off", "Bob"), undefined);
  assert.equal(notification("osc9", "4;1;50"), "\x1b]9; 4,1,50\x1b\\");
  assert.equal(notification("osc777", "a;b"), "\x1b]777;notify;asfaleia;a,b\x1b\\");
  assert.equal(notification("osc9", "x", true), "\x1bPtmux;\x1b\x1b]9;x\x1b\x1b\\\x1b\\");
});

test("the reader that judges all this is strict", () => {
  for (const text of Object.values(NASTIES)) {
    if (/^[\p{Zs}\u2800]+$/u.test(text.replace("\u3164", ""))) continue;
    assert.throws(() => assertHarmless(text), /AssertionError/, JSON.stringify(text));
  }
  for (const bytes of [[0xff], [0xc2], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf], [0x9b, 0x6d]]) {
    assert.throws(() => assertHarmless(Uint8Array.from(bytes)));
  }
  for (const sgr of ["\x1b[8m", "\x1b[5m", "\x1b[38;5m", "\x1b[1;8m", "\x1b[31", "\x1b[>4m", "\x1b[31;m"]) {
    assert.throws(() => assertHarmless(sgr), /AssertionError/, JSON.stringify(sgr));
  }
  assert.equal(assertHarmless("\x1b[1;31ma\x1b[0m\tb\n\x1b[38;2;1;2;3;48;5;7mc\x1b[m"), "a\tb\nc");
  assert.throws(
    () => assertHarmless("\x1b]8;;https://a.example/\x1b\\https://b.example/\x1b]8;;\x1b\\", ...LINKS),
    /where it leads/,
  );
});
