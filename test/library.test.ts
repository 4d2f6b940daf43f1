/** The bot of docs/library.md is taken out of the document, runs as it stands there, and is talked to. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readCardText } from "@asfaleia/client/messenger";
import { Running } from "./cli/kit.ts";
import { newPerson, newRelay, newRelayKey } from "./engine/kit.ts";

const ROOT = join(import.meta.dirname, "..");
const CARD_END = "-----END ASFALEIA CARD-----";

function botOf(document: string): string {
  const [, code] = /^```js\n([\s\S]*?)^```$/m.exec(document) ?? [];
  return code ?? assert.fail("there is no bot in the document");
}

test("the bot says what it is told, and does so after it was started again", {
  timeout: 60_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "asfaleia-library-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const relay = await newRelay(t);
  writeFileSync(join(folder, "key"), await newRelayKey(), { mode: 0o600 });
  writeFileSync(join(folder, "bot.mjs"), botOf(readFileSync(join(ROOT, "docs/library.md"), "utf8")));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const start = async (): Promise<Running> => {
    const options = ["--conditions=asfaleia-source", "bot.mjs", "profile", relay.addresses[0]!, "key"];
    const bot = new Running(spawn(process.execPath, options, { cwd: folder, stdio: "pipe" }));
    t.after(() => bot.process.kill("SIGKILL"));
    await bot.says(CARD_END);
    return bot;
  };

  const first = await start();
  const alice = await newPerson(t, relay);
  const card = readCardText(first.stdout) ?? assert.fail("this is no card");
  const { id } = await alice.messenger.addCard(card, "bot");
  const hears = async (...texts: string[]): Promise<void> => {
    for (const text of texts) await alice.messenger.send(id, text);
    for (const text of texts) {
      const { message } = await alice.next("message");
      assert.deepEqual([message.with, message.text], ["bot", text]);
    }
  };
  await hears("Are you there?", "And now?");
  first.process.kill("SIGTERM");
  assert.deepEqual([(await first.ended).code, first.stderr], [0, ""]);

  const second = await start();
  await hears("Still?");
  second.process.kill("SIGTERM");
  assert.equal((await second.ended).code, 0);
});
