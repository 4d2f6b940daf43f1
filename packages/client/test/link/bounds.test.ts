/** How much time and memory a relay, or a reader, can take from a client. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Link, openLink } from "@asfaleia/client";
import { type FakeClient, messageId, messageLine } from "../../../../test/kit/fake-relay.ts";
import { failsWith, linked, MAILBOX, OTHER, relayFor, TOKEN, texts } from "./rig.ts";

const X = Buffer.from("x");
const SENT = `103;${Buffer.alloc(16, 1).toString("base64")}\n`;
const SHORT = { timeoutMs: 60 };

test("silence ends the opening, at whatever point it falls", { timeout: 2000 }, async (t) => {
  const silent = await relayFor(t, { tls: false, script: (client) => client.gone() });
  await failsWith("timeout", openLink(silent.address, SHORT));
  await failsWith("timeout", openLink(silent.address, { unsafePlain: true, ...SHORT }));
  const afterTls = await relayFor(t, { script: (client) => client.gone() });
  await failsWith("timeout", openLink(afterTls.address, { timeoutMs: 250 }));
});

test("silence where an answer is due ends the link", async (t) => {
  const link = await linked(t, (client) => client.gone(), SHORT);
  await failsWith("timeout", link.send(TOKEN, OTHER, X));
  await link.closed;
});

test("silence is fine where nothing is due, and each answer is timed by itself", async (t) => {
  const timeoutMs = 400;
  const link = await linked(
    t,
    async (client) => {
      await client.line();
      client.write("105;0\n");
      for (let i = 0; i < 3; i++) {
        await client.line();
        await sleep(150);
        client.write(SENT);
      }
      client.write(messageLine(MAILBOX, 1, "late"));
      await client.gone();
    },
    { timeoutMs },
  );
  const { messages } = await link.subscribe(TOKEN, 1);
  await sleep(timeoutMs + 50);
  await Promise.all([1, 2, 3].map(() => link.send(TOKEN, OTHER, X)));
  for await (const { envelope } of messages) {
    assert.equal(Buffer.from(envelope).toString(), "late");
    break;
  }
});

test("pushes do not stand for an answer", { timeout: 5000 }, async (t) => {
  const link = await linked(
    t,
    async (client) => {
      await client.line();
      client.write("105;0\n");
      await client.line();
      let over = false;
      client.gone().then(() => {
        over = true;
      });
      for (let i = 0; !over; i = (i + 1) % 100) {
        client.write(messageLine(MAILBOX, i));
        await sleep(5);
      }
    },
    SHORT,
  );
  await link.subscribe(TOKEN, 100);
  await failsWith("timeout", link.send(TOKEN, OTHER, X));
});

test("a relay that is not proved may not even send a long line", async (t) => {
  const relay = await relayFor(t, {
    tls: false,
    script: async (client) => {
      client.write(`100;${"x".repeat(17 * 1024)}`);
      await client.gone();
    },
  });
  await failsWith("bad-relay", openLink(relay.address, { unsafePlain: true }));
});

test("a hang-up at every byte of RELAY", async (t) => {
  let length = 1;
  const relay = await relayFor(t, {
    tls: false,
    script: async (client) => {
      const line = await client.relayLine(await client.line());
      length = line.length;
      client.write(line.subarray(0, relay.clients.length - 1));
      client.socket.end();
    },
  });
  for (let bytes = 0; bytes < length; bytes++)
    await failsWith("closed", openLink(relay.address, { unsafePlain: true }));
  assert.equal(relay.clients.length, length);
});

test("a hang-up at every byte of GET's reply gives out the messages that are whole", async (t) => {
  const lines = [messageLine(MAILBOX, 1, "one"), messageLine(MAILBOX, 2, "two")];
  const reply = Buffer.concat(lines);
  const relay = await relayFor(t, {
    tls: false,
    script: async (client) => {
      await client.greet();
      await client.line();
      client.write(reply.subarray(0, relay.clients.length - 1));
      client.socket.end();
    },
  });
  for (let bytes = 0; bytes <= reply.length; bytes++) {
    const link = await openLink(relay.address, { unsafePlain: true });
    const got: string[] = [];
    await failsWith("closed", texts(link.get(TOKEN), got));
    const whole = bytes === reply.length ? 2 : bytes >= lines[0]!.length ? 1 : 0;
    assert.equal(got.length, whole, `${bytes} bytes`);
  }
});

const ENVELOPE = Buffer.alloc(64 * 1024, "e");
const MANY = 300;

/** A link over a Unix socket, where the operating system holds little between the two. */
async function narrowLink(
  t: TestContext,
  script: (client: FakeClient) => Promise<void>,
  timeoutMs = 10_000,
): Promise<Link> {
  const folder = await mkdtemp(join(tmpdir(), "asfaleia-"));
  t.after(() => rm(folder, { recursive: true }));
  const relay = await relayFor(t, {
    path: join(folder, "relay.sock"),
    script: async (client) => {
      await client.greet();
      await script(client);
    },
  });
  const link = await openLink(relay.address, { timeoutMs });
  t.after(() => link.close());
  return link;
}

/** Sends MANY messages, one when the one before was taken. */
class Flood {
  taken = 0;
  readonly done: Promise<void>;

  constructor(client: FakeClient) {
    this.done = this.#run(client);
  }

  async #run(client: FakeClient): Promise<void> {
    for (; this.taken < MANY; this.taken++) {
      const line = messageLine(MAILBOX, this.taken, ENVELOPE);
      await new Promise<void>((resolve) => client.socket.write(line, () => resolve()));
    }
  }

  /** Resolves with the messages that were taken once no more are. */
  async stuck(): Promise<number> {
    for (let last = -1, same = 0; same < 5; await sleep(10)) {
      same = this.taken === last ? same + 1 : 0;
      last = this.taken;
    }
    return this.taken;
  }
}

for (const kind of ["SUBSCRIBE", "GET"] as const) {
  test(`a reader of ${kind} who does not read stops the relay, and loses nothing`, async (t) => {
    const stuck = Promise.withResolvers<number>();
    const link = await narrowLink(t, async (client) => {
      await client.line();
      if (kind === "SUBSCRIBE") client.write(`105;${MANY}\n`);
      const flood = new Flood(client);
      stuck.resolve(await flood.stuck());
      await flood.done;
      if (kind === "GET") client.write(`105;${MANY}\n`);
      await client.gone();
    });
    const messages = kind === "GET" ? link.get(TOKEN) : (await link.subscribe(TOKEN, 1024)).messages;
    const reader = messages[Symbol.asyncIterator]();
    await reader.next();
    const taken = await stuck.promise;
    assert.ok(taken > 10 && taken < 60, `${taken} messages were taken`);
    for (let i = 1; i < MANY; i++) assert.equal((await reader.next()).done, false);
  });
}

test("a reader who acknowledges before reading on is not left waiting for a reply behind the heap", async (t) => {
  const link = await narrowLink(t, async (client) => {
    await client.line();
    client.write(`105;${MANY}\n`);
    await new Flood(client).done;
    await client.line();
    client.write("105;1\n");
    await client.gone();
  });
  const { messages } = await link.subscribe(TOKEN, 1024);
  const reader = messages[Symbol.asyncIterator]();
  await reader.next();
  assert.equal(await link.ack(TOKEN, [messageId(0)]), 1);
  for (let i = 1; i < MANY; i++) await reader.next();
});

test("time does not run while a reader holds up the relay", async (t) => {
  const stuck = Promise.withResolvers<number>();
  const timeoutMs = 500;
  const script = async (client: FakeClient): Promise<void> => {
    await client.line();
    const flood = new Flood(client);
    stuck.resolve(await flood.stuck());
    await flood.done;
    client.write(`105;${MANY}\n`);
    await client.gone();
  };
  const link = await narrowLink(t, script, timeoutMs);
  const reader = link.get(TOKEN)[Symbol.asyncIterator]();
  await reader.next();
  await stuck.promise;
  await sleep(2 * timeoutMs);
  for (let i = 1; i < MANY; i++) assert.equal((await reader.next()).done, false);
  assert.equal((await reader.next()).done, true);
});

test("what the socket does not take is not even made into lines", async (t) => {
  const link = await narrowLink(t, async (client) => {
    client.socket.pause();
    await sleep(50);
    client.write("102;going-away;\n");
    await client.gone();
  });
  let refused = 0;
  const sends = Array.from({ length: 200 }, () =>
    link.send(TOKEN, OTHER, ENVELOPE).catch((error) => {
      if (error.code === "going-away") refused++;
    }),
  );
  // The last in the queue was never sent, so it is refused at once; those under way are not answered.
  await sends.at(-1);
  assert.ok(refused > 150, `${refused} were refused`);
  link.close();
  await Promise.all(sends);
});

test("close does not wait for a relay that takes nothing", async (t) => {
  const link = await narrowLink(t, async (client) => {
    client.socket.pause();
    await client.gone();
  });
  const sends = Array.from({ length: 100 }, () => link.send(TOKEN, OTHER, ENVELOPE));
  const ends = Promise.all(sends.map((sending) => failsWith("closed", sending)));
  await new Promise((resolve) => setImmediate(resolve));
  link.close();
  await ends;
  await link.closed;
});
