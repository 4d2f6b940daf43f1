/** Issue 2, point 5: nothing is lost, wherever a reader's connection is cut. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { base64, Client, nameOf, type OpenRelay, openRelay, soon, until } from "./kit.ts";

const COUNT = 3;
const LENGTH = 60;
const AT_ONCE = 25;

interface Box {
  readonly name: string;
  readonly token: string;
  readonly ids: readonly string[];
}

async function fill(relay: OpenRelay, name: string, count: number, length: number): Promise<Box> {
  const box = relay.core.mailboxes.open(name);
  box.ownerCame = relay.clock.now;
  const ids = Array.from({ length: count }, () => relay.core.newId());
  for (const id of ids) relay.core.mailboxes.put(box, "t", id, randomBytes(length), relay.clock.now);
  return { name, token: await relay.token(name), ids };
}

/** Asks, reads exactly so many bytes, and breaks the connection. @returns the ids of the messages that were read whole */
async function cutAt(relay: OpenRelay, request: string, bytes: number, token?: string): Promise<string[]> {
  const client = await relay.connect();
  client.socket.removeAllListeners("data");
  let text = "";
  const enough = new Promise<void>((resolve) => {
    client.socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (text.length >= bytes) resolve();
    });
    client.socket.once("close", () => resolve());
    if (bytes === 0) resolve();
  });
  client.write(request);
  await enough;
  const ids = idsIn(text.slice(0, bytes).split("\n").slice(0, -1));
  // Who acknowledges does so for what it has read, and then hears nothing of it any more.
  if (token !== undefined && ids.length > 0) {
    await new Promise((resolve) => client.socket.write(`6;${token};${ids.join(";")}\n`, resolve));
  }
  await client.cut();
  return ids;
}

function idsIn(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith("104;")).map((line) => line.split(";")[2] as string);
}

function left(relay: OpenRelay, { name }: Box): string[] {
  return [...relay.core.mailboxes.open(name).messages.keys()];
}

async function everyCut(
  relay: OpenRelay,
  last: number,
  cut: (at: number, box: Box) => Promise<void>,
): Promise<void> {
  for (let from = 0; from <= last; from += AT_ONCE) {
    const cuts = Array.from({ length: Math.min(AT_ONCE, last - from + 1) }, (_, i) => from + i);
    await Promise.all(
      cuts.map(async (at) => cut(at, await fill(relay, nameOf(`cut at ${at}`), COUNT, LENGTH))),
    );
  }
}

/** Until a mailbox's reader is known to be gone. */
const letGo = (relay: OpenRelay, { name }: Box) =>
  until(() => {
    const { held, subscriber } = relay.core.mailboxes.open(name);
    return held === 0 && subscriber === undefined;
  }, "the relay lets go of what the broken connection held");

describe("a delivery cut at every byte", () => {
  const lineBytes = `104;${nameOf("")};${base64(randomBytes(16))};${base64(randomBytes(LENGTH))}\n`.length;
  const all = COUNT * lineBytes + "105;3\n".length;

  for (const acknowledges of [false, true]) {
    it(`by SUBSCRIBE, ${acknowledges ? "what was read acknowledged" : "nothing acknowledged"}: every message arrives`, async () => {
      await using relay = await openRelay();
      await everyCut(relay, all, async (at, box) => {
        const request = `5;${box.token};${1 + (at % 7)}`;
        const window = Math.min(COUNT, 1 + (at % 7));
        const bytes = Math.min(at, "105;3\n".length + window * lineBytes);
        const read = await cutAt(relay, request, bytes, acknowledges ? box.token : undefined);
        await letGo(relay, box);
        await using again = await relay.connect();
        const [end] = [await again.ask(`5;${box.token};1024`)];
        const waiting = Number(end.split(";")[1]);
        const lines: string[] = [];
        for (let i = 0; i < waiting; i++) lines.push(await again.line());
        const came = idsIn(lines);
        assert.deepEqual(
          came,
          box.ids.slice(COUNT - came.length),
          "in order, and nothing missing at the end",
        );
        const expected = new Set([...read, ...came]);
        assert.equal(expected.size, COUNT, `lost at byte ${at}`);
        if (!acknowledges) assert.equal(came.length, COUNT);
        if (came.length > 0) {
          assert.equal(
            await again.ask(`6;${box.token};${came.concat(came).join(";")}`),
            `105;${came.length}`,
          );
        }
        assert.deepEqual(left(relay, box), []);
      });
    });
  }

  it("by GET: what the connection did not take is there, in order", async () => {
    await using relay = await openRelay();
    await everyCut(relay, all, async (at, box) => {
      const read = await cutAt(relay, `4;${box.token}`, at);
      await letGo(relay, box);
      const still = left(relay, box);
      // A delivery as small as this one is one write: it was taken whole, or not at all.
      assert.ok(still.length === 0 || still.length === COUNT, "taken is taken");
      if (read.length > 0) assert.equal(still.length, 0, "what was read is not kept");
      await using again = await relay.connect();
      const lines = await again.askRun(`4;${box.token}`);
      assert.deepEqual(idsIn(lines), still);
      assert.equal(lines.at(-1), `105;${still.length}`);
      assert.deepEqual(await again.askRun(`4;${box.token}`), ["105;0"]);
    });
  });
});

describe("a delivery larger than any socket buffer", () => {
  const count = 40;
  const length = 250_000;
  const line = 4 * Math.ceil(length / 3) + 81;

  for (const tls of [false, true]) {
    for (const at of tls ? [0, 3 * line + 17] : [0, 1, line, 3 * line + 17]) {
      it(`by GET over ${tls ? "TLS" : "a plain line"}, cut after ${at} bytes: the rest is there`, async () => {
        await using relay = await openRelay();
        const box = await fill(relay, nameOf("large"), count, length);
        const client = tls ? await Client.tls(relay.port) : await relay.connect();
        client.socket.removeAllListeners("data");
        client.socket.pause();
        client.write(`4;${box.token}`);
        if (at > 0) await readAtLeast(client, at);
        await until(() => relay.core.mailboxes.open(box.name).held > 0, "it is under way");
        client.socket.destroy();
        await letGo(relay, box);
        const still = left(relay, box);
        assert.deepEqual(still, box.ids.slice(count - still.length), "what left were the first");
        assert.ok(still.length > count / 4, `only ${still.length} are left: the rest can be in no buffer`);
        assert.ok(count - still.length >= Math.floor(at / line) - 1, "what was read is not kept");
        await using again = await relay.connect();
        const lines = await again.askRun(`4;${box.token}`);
        assert.deepEqual(idsIn(lines), still);
        assert.equal(lines.at(-1), `105;${still.length}`);
        await until(() => relay.core.chunks.fullness === 0, "all memory is free");
        assert.equal(relay.core.mailboxes.open(box.name).messages.size, 0);
      });
    }
  }

  it("by SUBSCRIBE, cut wherever: every message arrives", async () => {
    await using relay = await openRelay();
    const box = await fill(relay, nameOf("large"), 40, length);
    for (const at of [0, 1, 6, 7, line, 2 * line + 5, 20 * line]) {
      await cutAt(relay, `5;${box.token};1024`, at);
      await letGo(relay, box);
      assert.deepEqual(left(relay, box), box.ids);
    }
    await using again = await relay.connect();
    await again.ask(`5;${box.token};1024`);
    const lines: string[] = [];
    for (const _ of box.ids) lines.push(await again.line());
    assert.deepEqual(idsIn(lines), box.ids);
  });
});

async function readAtLeast(client: Client, bytes: number): Promise<void> {
  let read = 0;
  const enough = new Promise<void>((resolve) => {
    client.socket.on("data", (chunk: Buffer) => {
      read += chunk.length;
      if (read < bytes) return;
      client.socket.pause();
      resolve();
    });
  });
  client.socket.resume();
  await soon(enough, "it does not come");
}
