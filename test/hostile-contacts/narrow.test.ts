/** What a terminal that is too narrow does with lines of ours that hold names of others: none may begin where ours do. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { writeCardText } from "@asfaleia/client/messenger";
import xterm from "@xterm/headless";
import { Puppet } from "../engine/puppet.ts";
import { Pty, Stage } from "./kit.ts";

const COLUMNS = 60;
/** What is behind the edge looks like a name of somebody else. */
const NAME = `${"東".repeat(COLUMNS / 2)}carol`;
const FILES = ["file: ", "me", ""].map((before) => `${"x".repeat(COLUMNS - before.length)}carol.png`);

let stage: Stage;

before(async () => {
  stage = await Stage.open();
  using face = await stage.bob.face();
  await stage.says("evil");
  for (const name of FILES) await stage.offers(name);
  const replied = await stage.says("to be reacted to");
  await stage.mallory.messenger.reply(stage.toBob, replied.id, "evil");
  for (const emoji of ["👍", "😀", "👍🏽"])
    await stage.mallory.messenger.react(stage.toBob, replied.id, emoji);
  await stage.heard(await stage.says("evil, the last"));
  await face.ok("contacts.rename", { contact: await stage.atBobs(face), name: NAME });
});
after(() => stage?.[Symbol.asyncDispose]());

/** Rows that the terminal itself has begun. */
async function wrapped(args: readonly string[]): Promise<string[]> {
  await using pty = new Pty(stage.bob, args, { columns: COLUMNS });
  await pty.ended();
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: 24, scrollback: 5_000, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(pty.bytes, done));
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: buffer.length }, (_, at) => buffer.getLine(at));
  const text = rows.map((row) => row?.translateToString(true) ?? "").join("\n");
  assert.match(text, /carol/, `${args[0]} shows the names`);
  terminal.dispose();
  return rows.flatMap((row) => (row?.isWrapped ? [row.translateToString(true)] : []));
}

for (const args of [
  // Before the others, since what has been shown is read.
  ["listen", "--count", "5"],
  ["history", NAME],
  ["search", "evil"],
  ["contacts"],
  ["send", NAME, "hello"],
  ["add", "CARD"],
])
  test(`${args[0]}: what does not fit goes on behind a margin`, { timeout: 60_000 }, async () => {
    const named = await new Puppet(stage.relay).card({ name: NAME });
    const path = stage.bob.write("carol.card", writeCardText(named));
    assert.deepEqual(await wrapped(args.map((arg) => (arg === "CARD" ? path : arg))), []);
  });
