/**
 * Floods of messages, of requests and of strangers at a real agent: its memory, and what it keeps. The engine's own bounds have
 * tests of theirs (test/engine/strangers.test.ts, lists.test.ts), and so has the chat (packages/app/test/tui/floods.test.ts).
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openCard, Puppet, post } from "../engine/puppet.ts";
import { memoryOf, Stage } from "./kit.ts";

/** Sessions and a store of their own come once. */
const WARM = 30;
const MESSAGES = 200;
/** Two bytes a letter in memory, because of the last. */
const TEXT = `${"x".repeat(60_000)}Ж`;
/** Of the agent in all: it was 205 MiB after five times as many messages. */
const MOST_MEBIBYTES = 320;
/**
 * Of the agent's heap: it runs with 26, and ends with 20. The texts of a flood are 24 more, so an agent that kept them would
 * not live to hear the last.
 */
const HEAP_MEBIBYTES = 40;
const MAX_REQUESTS = 100;
const STRANGERS = 120;

let stage: Stage;

before(async () => {
  stage = await Stage.open("mallory", { NODE_OPTIONS: `--max-old-space-size=${HEAP_MEBIBYTES}` });
});
after(() => stage?.[Symbol.asyncDispose]());

async function flood(count: number, text: string): Promise<void> {
  for (let n = 1; n < count; n++) await stage.says(`${n} ${text}`);
  await stage.heard(await stage.says(`${count} ${text}`));
}

test("a contact's flood does not stay in the memory of the agent", async (t) => {
  const pid = await stage.bob.pid();
  await flood(WARM, TEXT);
  const before = memoryOf(pid).now;
  await flood(MESSAGES, TEXT);
  const { now } = memoryOf(pid);
  t.diagnostic(`agent: ${before} MiB after ${WARM} messages of 60 kB, ${now} MiB after ${MESSAGES} more`);
  assert.ok(now <= MOST_MEBIBYTES, `from ${before} to ${now} MiB`);
});

test("of a flood of strangers a hundred wait; the others are forgotten", async (t) => {
  using face = await stage.bob.face();
  const pid = await stage.bob.pid();
  const { card } = await face.ok("card.get");
  const to = openCard(Buffer.from(String(card).replace(/-----.*-----/g, ""), "base64"));
  const before = memoryOf(pid).now;
  for (let n = 0; n < STRANGERS; n++) {
    const stranger = new Puppet(stage.relay);
    await post(to, [await stranger.say(to, { kind: "text", body: { text: `from stranger ${n}` } })]);
  }
  // A contact is heard all the same, behind them.
  await stage.heard(await stage.says("still here"));
  await stage.bob.ok(["status"]);
  const { requests } = await face.ok("status.get");
  const { now } = memoryOf(pid);
  t.diagnostic(`agent: ${before} MiB before, ${now} MiB after ${STRANGERS} strangers; ${requests} wait`);
  assert.equal(requests, MAX_REQUESTS);
  assert.ok(now <= MOST_MEBIBYTES, `from ${before} to ${now} MiB`);
});
