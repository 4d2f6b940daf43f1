/** Pictures that are bombs, sent to somebody who sits in the chat and has set that pictures are fetched unasked. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { Chat, memoryOf, Stage } from "./kit.ts";

const KiB = 1024;
/** What a picture may take (packages/app/src/picture/limits.ts), and the node that decodes it. */
const MOST_MEBIBYTES = 160;
/** The agent hands the bytes on, and looks at none. */
const MOST_OF_AGENT_MEBIBYTES = 120;
/** Of the letters typed while bombs are taken apart, on a machine that does nothing else. */
const ECHO_MS = 200;

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG of 8 bits RGBA that says this of its size, and holds these bytes. */
function png(width: number, height: number, pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels, { level: 9 })),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** Whether a thread decodes a picture. Threads end between two looks at them. */
function isDecoding(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).some((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/comm`, "utf8").trim() === "WorkerThread";
    } catch {
      return true;
    }
  });
}

const EMPTY = Buffer.alloc(64 * KiB * KiB);
const BOMBS: Readonly<Record<string, Uint8Array>> = {
  "is as large as may be": png(16_000, 2_500, Buffer.alloc(2_500 * (16_000 * 4 + 1))),
  "says that it is larger than can be": png(0x7fff_ffff, 0x7fff_ffff, EMPTY.subarray(0, 1_000)),
  "is a line without an end": png(16_384, 1, EMPTY),
  "unpacks to far more than it says": png(10, 10, EMPTY),
  "is no picture at all": Buffer.alloc(2_000_000, 0x41),
};

test("a contact cannot exhaust memory with a picture", async (t) => {
  await using stage = await Stage.open();
  await stage.heard(await stage.says("the first"));
  await stage.bob.ok(["config", "pictures", "fetch"]);
  await using chat = new Chat(stage.bob, { env: { COLORTERM: "truecolor" } });
  await chat.shows("the first");
  await chat.echo();
  const [pid, agent] = [chat.pid, await stage.bob.pid()];
  // From here on the most memory is counted anew (proc(5), clear_refs).
  for (const one of [pid, agent]) writeFileSync(`/proc/${one}/clear_refs`, "5");
  const [before, agentBefore] = [memoryOf(pid).now, memoryOf(agent).now];

  const echoes: number[] = [];
  for (const [what, bytes] of Object.entries(BOMBS)) {
    assert.ok(bytes.length <= 2 * KiB * KiB, `${what}: small enough to be fetched unasked`);
    for (let again = 0; again < 2; again++) await stage.offers("bomb.png", "image/png", bytes);
    await stage.says(what);
    await chat.shows(what);
    for (let nth = 0; nth < 3; nth++) echoes.push(await chat.echo());
  }
  await stage.offers("last.png", "image/png", png(8, 8, Buffer.alloc(8 * 33, 0xff)));
  await stage.says("the last");
  await chat.shows("the last");
  await chat.until(
    () => chat.screen().some((row) => /[\u2580-\u259f]/.test(row.slice(20, 60))),
    "a picture that is one is drawn",
  );
  // It was drawn before those that waited longer.
  await chat.until(() => !isDecoding(pid), "the others are over");
  const [most, agentMost] = [memoryOf(pid).most, memoryOf(agent).most];
  echoes.sort((a, b) => a - b);
  const [least = 0, median = 0, worst = 0] = [echoes[0], echoes[echoes.length >> 1], echoes.at(-1)].map(
    (ms) => Math.round(ms ?? 0),
  );
  t.diagnostic(
    `chat ${before} MiB, at most ${most}; agent ${agentBefore} MiB, at most ${agentMost}; echo ${least}, ${median}, ${worst} ms`,
  );
  assert.ok(most - before <= MOST_MEBIBYTES, `the chat grew from ${before} to ${most} MiB`);
  assert.ok(
    agentMost - agentBefore <= MOST_OF_AGENT_MEBIBYTES,
    `the agent grew from ${agentBefore} to ${agentMost} MiB`,
  );
  // Half of them: others use this machine too.
  assert.ok(median < ECHO_MS, `a letter takes ${median} ms to the screen, at worst ${worst}`);
});
