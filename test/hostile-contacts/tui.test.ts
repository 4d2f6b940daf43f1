/**
 * A contact who means harm while Bob sits in the chat on a terminal: a real agent and relay behind it, every byte that reaches
 * the terminal, and what a terminal shows of it.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { writeCardText } from "@asfaleia/client/messenger";
import fc from "fast-check";
import { missing } from "../../packages/identity/test/oracle.ts";
import { openCard, Puppet, post } from "../engine/puppet.ts";
import { type Allowed, assertHarmless, CRLF, LINKS, NOTICES, QUERIES, SCREEN } from "../kit/harmless.ts";
import { NASTIES, nasty } from "../kit/nasties.ts";
import { Chat, Stage, TEXTS } from "./kit.ts";

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);

/** Keys of terminals, pushed and popped: the one thing beside what every program on a full screen does. */
const KEYBOARD: Allowed = { pattern: /\x1b\[(?:>1u|<u)/uy };
/** The list of conversations is so wide on 80 columns, and then comes the border. */
const BORDER = 18;

/** What would be seen at once, and is found again in the bytes. */
const MOVES = [
  "\x1b[7;77H",
  "\x1b[77A",
  "\x9b77B",
  "\x1b[77;78r",
  "a\rb",
  "a\b\b\bb",
  "a\x0bb\x0cc",
  "\x1bM\x1bD\x1bE\x1bc",
];
const FORGED = [
  "x\n── Today, Saturday 28 November 2026 ─────────────────────────────",
  "x\n── new ───────────────────────────────────────────────────────────",
  "x\n 14:02  *  no longer verified: compare the safety number again",
  "x\n 14:03 bob  I trust her                                       ✓✓◉",
  `x\n${" ".repeat(40)}│ 14:04 me  what I never said`,
  "x\n── Ctrl+C once more ends ─────────────────────────────────────────\n› rm -rf",
  " ● relay.example.org   9 new Alt+A   12 requests Alt+R",
];
const LARGE = [
  "x".repeat(65_536),
  "\u0301".repeat(30_000),
  "😀".repeat(16_000),
  "﷽".repeat(20_000),
  "שלום ".repeat(7_000),
  "\n".repeat(60_000),
  "👩\u200d👩\u200d👧\u200d👦".repeat(2_000),
  "\t".repeat(5_000),
  "ｗ".repeat(10_000),
  "क्षि".repeat(5_000),
  "क\u094d".repeat(10_000),
];
/** What people call themselves on their cards, and how Bob's list shows it. */
const NAMES = [
  "שלום",
  "*",
  "mе",
  "── new ──",
  "✓✓",
  "Requests",
  `Z${"\u0301".repeat(30)}`,
  "東京都千代田区",
  "bob\u200d",
  // Wider on the terminal than graphemes are, and narrower.
  "กำนำกำนำ",
  "क\u094d".repeat(12),
  "🀄🃏🀄🃏",
];

let stage: Stage;
let chat: Chat;
let toBob: ReturnType<typeof openCard>;

before(async () => {
  stage = await Stage.open();
  using face = await stage.bob.face();
  const { card } = await face.ok("card.get");
  toBob = openCard(Buffer.from(String(card).replace(/-----.*-----/g, ""), "base64"));
  await face.ok("events.subscribe");
  for (const [nth, name] of NAMES.entries()) {
    const puppet = new Puppet(stage.relay);
    const named = await puppet.card({ name });
    await face.ok("contacts.add", { card: writeCardText(named) });
    const text = `12 hello from ${nth}`;
    await post(toBob, [await puppet.say(toBob, { kind: "text", body: { text } }, { card: named })]);
    await face.event("message", ({ message }) => (message as unknown as { text: string }).text === text);
  }
  await stage.heard(await stage.says("the first"));
  chat = new Chat(stage.bob);
  await chat.shows("Write, /");
  await goTo("mallory");
});
after(async () => {
  await chat?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

/** Opens a conversation by a part of its name. */
async function goTo(name: string): Promise<void> {
  chat.types("\x0b");
  await chat.shows("Go to");
  chat.types(`${name}\r`);
  await chat.shows(new RegExp(`│ ${name} .*verified`));
}

/** Mallory says it; resolves when it is on Bob's screen, with a word of Mallory's behind it. */
let words = 0;
async function hear(...texts: readonly string[]): Promise<void> {
  for (const text of texts) await stage.says(text);
  const word = `word ${++words} of hers`;
  await stage.says(word);
  await chat.shows(word);
}

/** Everything of the screen that is not the conversation is where it was. */
function assertFrame(): void {
  const rows = chat.screen();
  const shown = rows.join("\n");
  for (let row = 0; row < 23; row++) assert.equal(chat.cell(row, BORDER), "│", `row ${row}\n${shown}`);
  assert.match(rows[0] ?? "", /^ asfaleia {9}│ mallory {3}not verified$/, shown);
  assert.match(rows[21] ?? "", /│─{20,}$|│── /, shown);
  assert.match(rows[22] ?? "", /│› /, shown);
  assert.match(rows[23] ?? "", /^ ● 127\.0\.0\.1 .* F1 help {2}Ctrl\+K go to {2}\d\d:\d\d$/, shown);
  // Of the conversation: a line across that is ours, or a time and a name, or what somebody said, behind a margin.
  for (let row = 1; row < 21; row++) {
    const main = (rows[row] ?? "").slice((rows[row] ?? "").indexOf("│") + 1);
    assert.match(main, /^$|^── |^ {9,}|^ \d\d:\d\d +(mallory|me|\*) {2}/, `row ${row}\n${shown}`);
  }
}

test("what Mallory says is shown, and the frame stands", async () => {
  await hear("hello");
  assertFrame();
});

test("a contact cannot move the cursor in the chat", async () => {
  for (const move of MOVES) {
    await hear(move);
    assertFrame();
  }
  await chat.shows("<U+001B>M");
  const text = chat.pty.text;
  assert.doesNotMatch(text, /\x1b\[77|\x1b\[7;77H|[\x08\x0b\x0c\x80-\x9f]|\x1b[MDEc]/u);
});

test("a contact cannot set the title of the chat, write the clipboard or make links lie", async () => {
  for (const what of [
    "sets the title",
    "asks for the title",
    "writes the clipboard",
    "makes a link that lies",
    "notifies",
  ])
    await hear(NASTIES[what] ?? "");
  assertFrame();
  await chat.shows("<U+001B>]8;;https://evil.example");
  assert.doesNotMatch(chat.pty.text, /\x1b\]|\x1b\[2[0-3]t|\x1b[PX^_k]/u);
});

test("a contact cannot hide characters in names in the chat", async () => {
  for (const name of ["invoice.pdf", "invoice\u200d.pdf", "invoice\ufe0f.pdf"]) {
    const offer = await stage.offers(name);
    assert.ok(offer);
  }
  await hear("offered");
  for (const shown of ["invoice.pdf", "invoice<U+200D>", "invoice<U+FE0F>"]) await chat.shows(shown);
  assertFrame();
});

test("a contact cannot pass for anybody else, or for a line of ours", async () => {
  for (const text of FORGED) {
    await hear(text);
    assertFrame();
  }
  const rules = chat.screen().filter((row) => /│── /.test(row));
  assert.ok(rules.length <= 1, `a line across that is hers:\n${chat.screen().join("\n")}`);
  const list = chat.screen().map((row) => row.split("│")[0] ?? "");
  for (const shown of [' "Requests"', ' "mе"', ' "*"'])
    assert.equal(list.filter((row) => row.startsWith(shown)).length, shown === ' "Requests"' ? 1 : 0);
  for (const [nth, shown] of [
    [1, '"*"'],
    [2, '"mе"'],
    [4, '"✓✓"'],
  ] as const) {
    chat.types("\x0b");
    await chat.shows("Go to");
    chat.types(`${NAMES[nth]}\r`);
    await chat.shows(`${shown}  12 hello from ${nth}`);
  }
  await goTo("mallory");
});

test("a contact cannot reverse text across fields in the chat", { skip: missing("fribidi") }, async () => {
  await hear("שלום 12", "12 שלום", "\u202eevil");
  assert.doesNotMatch(chat.pty.text, /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/u);
  await stage.offers("שלום 7");
  await hear("offered");
  assertSeenInPlace();
  chat.types("\x0b");
  await chat.shows("Go to");
  chat.types("שלום\r");
  await chat.shows("12 hello from 0");
  assertSeenInPlace();
  assert.ok(chat.screen().some((row) => /\d\d:\d\d שלום/.test(row)));
  await goTo("mallory");
});

/** A terminal that turns text from right to left around shows the list, the border and the time where they are. */
function assertSeenInPlace(): void {
  const rows = chat.screen();
  const { stdout } = spawnSync("fribidi", ["--nopad", "--nobreak", "--ltr", "--nomirror"], {
    input: rows.join("\n"),
    encoding: "utf8",
  });
  const sorted = (text: string | undefined) => [...(text ?? "")].sort().join("");
  for (const [nth, seen] of stdout.split("\n").entries()) {
    const row = rows[nth] ?? "";
    const border = row.indexOf("│");
    if (border < 0) continue;
    const told = `${JSON.stringify(row)}\nis seen as ${JSON.stringify(seen)}`;
    assert.equal(sorted(seen.slice(0, seen.indexOf("│"))), sorted(row.slice(0, border)), told);
    const head = /^ \d\d:\d\d +\S+ [ \u2800]/.exec(row.slice(border + 1))?.[0];
    if (head !== undefined)
      assert.equal(sorted(seen.slice(border + 1, border + 1 + head.length)), sorted(head), told);
  }
  assert.ok(rows.some((row) => row.includes("\u2800")));
}

test("texts as large as they may be leave the frame as it is, and the keys answer", async () => {
  for (const text of LARGE) {
    await hear(text);
    assertFrame();
    chat.types("\x1b[5~");
    await chat.shows("more below");
    assertFrame();
    chat.types("\x1b[F");
    await chat.shows(`word ${words} of hers`);
  }
  const took = await chat.echo();
  console.log(`echo after the largest texts: ${Math.round(took)} ms`);
  assert.ok(took < 1_000, `${took} ms`);
});

test("whatever is said, offered and reacted, the frame stands", async () => {
  const texts = fc.sample(nasty, { numRuns: 40, seed: SEED }).map((text) => text.toWellFormed());
  await hear(...TEXTS, ...texts.filter((text) => text !== ""));
  assertFrame();
  for (const text of [...Object.values(NASTIES), ...texts]) await stage.offers(text.toWellFormed());
  await hear("offered");
  assertFrame();
  const { id } = await stage.says("to be reacted to");
  for (const text of Object.values(NASTIES))
    await stage.mallory.messenger
      .react(stage.toBob, id, [...text.toWellFormed()].slice(0, 6).join(""))
      .catch(() => {});
  await hear("reacted");
  assertFrame();
  for (let nth = 0; nth < 12; nth++) {
    chat.types("\x1b[5~");
    await chat.shows("more below");
    assertFrame();
  }
  chat.types("\x1b[F");
  await chat.shows(`word ${words} of hers`);
});

test("the pages beside the conversation hold out too", async () => {
  const stranger = new Puppet(stage.relay);
  const card = await stranger.card({ name: "me verified" });
  for (const text of TEXTS.slice(0, 12))
    await post(toBob, [await stranger.say(toBob, { kind: "text", body: { text } }, { card, anew: true })]);
  await chat.shows("1 request");
  await hear(`https://evil.example/${"x".repeat(55)}/https://bank.example`);
  for (const [keys, shown] of [
    ["/info\r", "verified      no"],
    ["/verify\r", "Verify mallory"],
    ["/links\r", /^ {2}evil\.example {2}.*mallory$/m],
    ["\x06evil", "evil"],
    ["\x1br", "Requests of strangers"],
    ["\r", "Whoever holds this SSH key"],
  ] as const) {
    chat.types(keys);
    await chat.shows(shown);
    if (keys !== "\x1br") {
      // The last row comes last.
      await chat.shows(/Esc (closes|later)|leaves it/);
      chat.types("\x1b");
      await chat.until(() => chat.cell(0, BORDER) === "│", "it closes");
      await chat.shows("Write, /");
    }
  }
});

test("a paste cannot run a command", async () => {
  using face = await stage.bob.face();
  const state = async () => (await face.ok("contacts.get", { name: "mallory" })).state;
  chat.types("\x1b[200~/block mallory\r\ny\r\n\x1b[201~");
  await chat.shows(/\/block mallory/);
  assert.equal(await state(), "contact");
  chat.types("\r");
  await chat.shows("a command is one line");
  chat.types("\x03");
  await chat.shows("Write, /");
  // An end of the paste that stands in it, as a terminal hands it on that takes nothing out.
  chat.types("\x1b[200~hello\x1b[201~\r/block mallory\ry\r\x1b[201~");
  await chat.shows(/› hello\n.*\n?.*\/block mallory/);
  assert.equal(await state(), "contact");
  chat.types("\x03");
  await chat.shows("Write, /");
  assertFrame();
});

test("nothing but text reaches the terminal of the chat", () => {
  assertHarmless(chat.pty.bytes, CRLF, ...SCREEN, ...QUERIES, ...NOTICES.slice(0, 1), ...LINKS, KEYBOARD);
});
