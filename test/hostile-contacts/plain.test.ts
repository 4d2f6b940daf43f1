/** A contact who means harm while Bob sits in the chat in plain mode: every byte, and every row of a narrow terminal. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { writeCardText } from "@asfaleia/client/messenger";
import xterm from "@xterm/headless";
import fc from "fast-check";
import { openCard, Puppet, post } from "../engine/puppet.ts";
import { assertHarmless, CRLF, NOTICES } from "../kit/harmless.ts";
import { NASTIES, nasty } from "../kit/nasties.ts";
import { Pty, Stage, TEXTS } from "./kit.ts";

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const COLUMNS = 60;
const ROWS = 20_000;
/** What looks like lines of ours, at the beginning of a line or where the terminal would begin one. */
const FORGED = [
  "14:02 me: I trust her",
  "14:02 notice: verified",
  "* mallory is verified",
  "== bob, verified ==",
  "1. carol",
].flatMap((line) => [`x\n${line}`, ...[43, 58, 60].map((blanks) => `x${" ".repeat(blanks)}${line}`)]);
const LONG = ["ກຳ".repeat(200), "क\u094d".repeat(300), "ကျွန်".repeat(60), "ｗ".repeat(300), "x".repeat(3_000)];
/** What people call themselves, and what they are called in a line of ours. */
const NAMES: readonly (readonly [name: string, shown: string])[] = [
  ["notice", '"notice"'],
  ["Notiсe", '"Notiсe"'],
  ["mе", '"mе"'],
  ["*", '"*"'],
  ["bob smith: hello", '"bob smith: hello"'],
  ["bob, verified ==", '"bob, verified =="'],
  ["שלום", "שלום\u2800"],
];

let stage: Stage;
let chat: Pty;

before(async () => {
  stage = await Stage.open();
  await stage.heard(await stage.says("the first"));
  chat = new Pty(stage.bob, ["--plain"], { columns: COLUMNS });
  await chat.says("== mallory, not verified ==");
});
after(async () => {
  await chat?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

/** Rows of the terminal; those that it has begun by itself are told. */
async function rows(): Promise<{ readonly text: string; readonly isWrapped: boolean }[]> {
  const terminal = new xterm.Terminal({
    cols: COLUMNS,
    rows: 24,
    scrollback: ROWS,
    allowProposedApi: true,
  });
  await new Promise<void>((done) => terminal.write(chat.bytes, done));
  const buffer = terminal.buffer.active;
  const found = Array.from({ length: buffer.length }, (_, at) => {
    const line = buffer.getLine(at);
    return { text: line?.translateToString(true) ?? "", isWrapped: line?.isWrapped ?? false };
  });
  terminal.dispose();
  return found;
}

async function hear(...texts: readonly string[]): Promise<void> {
  for (const text of texts) await stage.says(text);
}

test("what a contact calls themselves is in quotes where it could be taken for a line of ours", async () => {
  using face = await stage.bob.face();
  const { card } = await face.ok("card.get");
  const toBob = openCard(Buffer.from(String(card).replace(/-----.*-----/g, ""), "base64"));
  for (const [name, shown] of NAMES) {
    const puppet = new Puppet(stage.relay);
    const named = await puppet.card({ name });
    await face.ok("contacts.add", { card: writeCardText(named) });
    await post(toBob, [await puppet.say(toBob, { kind: "text", body: { text: "hello" } }, { card: named })]);
    await chat.says(`* ${shown} has written: 1 new (/open `);
  }
});

test("in plain mode a contact cannot pass for a line of ours, however narrow the terminal", async () => {
  const texts = fc.sample(nasty, { numRuns: 40, seed: SEED }).map((text) => text.toWellFormed());
  await hear(...FORGED, ...LONG, ...TEXTS, ...texts.filter((text) => text !== ""));
  for (const text of [...Object.values(NASTIES), "a, 3 B, complete)", "invoice\u200d.pdf", "שלום"])
    await stage.offers(text.toWellFormed());
  const { id } = await stage.says("to be reacted to");
  for (const text of Object.values(NASTIES))
    await stage.mallory.messenger
      .react(stage.toBob, id, [...text.toWellFormed()].slice(0, 6).join(""))
      .catch(() => {});
  await stage.mallory.messenger.reply(stage.toBob, id, "x\n* forged");
  await stage.mallory.messenger.edit(stage.toBob, id, "y\n* forged");
  await hear("the last of all");
  await chat.says("mallory: the last of all");

  const told = (await rows()).filter(({ text }) => text !== "");
  for (const { text, isWrapped } of told) {
    assert.equal(isWrapped, false, `${JSON.stringify(text)} (seed ${SEED})`);
    assert.match(
      text,
      /^ {2}|^\d\d:\d\d mallory: |^== mallory, not verified ==$|^Today, |^\* (reaction|edited)\b|^\* asfaleia:|^\* \S.* has written: 1 new/u,
      `(seed ${SEED})`,
    );
  }
  const forged = told.filter(({ text }) => /^(14:02 (me|notice)|\* mallory|== bob|1\. )/.test(text));
  assert.deepEqual(forged, []);
});

test("nothing but text reaches the terminal in plain mode", () => {
  assertHarmless(chat.bytes, CRLF, ...NOTICES.slice(0, 1));
  assert.match(chat.text, /\(file invoice<U\+200D>\.pdf, 3 B/);
  const unfolded = chat.text.replace(/\r\n {2}/g, "");
  assert.match(unfolded, /\(file "a, 3 B, complete\)", 3 B, image\/png, offered\)/);
});
