/**
 * Floods of messages, of requests and of strangers at a real agent: its memory, and what it keeps. The engine's own bounds have
 * tests of theirs (test/engine/strangers.test.ts, lists.test.ts), and so has the chat (packages/app/test/tui/floods.test.ts).
 */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { after, before, test } from "node:test";
import { openCard, Puppet, post } from "../engine/puppet.ts";
import { memoryOf, Stage } from "./kit.ts";

/** Sessions and a store of their own come once. */
const WARM = 30;
const MESSAGES = 200;
/** That are not taken in; Mallory says them again and again, sooner than anybody else would. */
const REFUSED = 60;
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

test("a contact's flood fills its quota and no more of the disk; everybody hears of it, and nothing is lost", async (t) => {
  using face = await stage.bob.face();
  await face.ok("events.subscribe");
  const bytes = (): number =>
    ["profile.db", "profile.db-wal"]
      .map((name) => statSync(`${stage.bob.profile}/${name}`, { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size);
  await stage.bob.ok(["config", "quota", "1"]);
  const before = bytes();
  let last = await stage.says(`${REFUSED} ${TEXT}`);
  for (let n = 1; n < REFUSED; n++) last = await stage.says(`${n} ${TEXT}`);
  const { contact } = await face.event("notice", ({ what }) => what === "room-used-up");
  assert.equal(contact, await stage.atBobs(face));
  await stage.mallory.next("state", ({ id, state }) => id === last.id && state === "at-relay");
  // Bob's own messages go out and are confirmed, though nothing that she says is taken in.
  const { id } = await face.ok("messages.send", { contact, text: "enough" });
  await face.event("state", (event) => event.id === id && event.state === "delivered");
  const grown = bytes() - before;
  t.diagnostic(`${REFUSED} messages of 60 kB: ${grown} bytes more on the disk`);
  assert.ok(grown < 2 * 1024 * 1024, `${grown} bytes more`);
  const [status] = await stage.bob.json(["status"]);
  assert.deepEqual([status?.full, status?.diskShort], [["mallory"], false]);
  assert.match((await stage.bob.ok(["status"])).stdout, /^full {10}mallory: NO MORE IS TAKEN IN: /m);
  const listening = await stage.bob.ok(["listen", "--count", "1", "--json"]);
  assert.match(listening.stderr, /mallory: NO MORE IS TAKEN IN: /);

  await stage.bob.ok(["config", "quota", "1024"]);
  await face.event("notice", ({ what }) => what === "room-again");
  await stage.heard(last);
  assert.ok(bytes() - before > REFUSED * TEXT.length);
});

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
