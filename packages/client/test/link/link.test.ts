/** What a link makes of replies, honest and not (docs/protocol.md, "Lines" and "Mailboxes"). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_ACK_IDS, type Message, ProtocolError } from "@asfaleia/protocol";
import { type FakeClient, messageId, messageLine } from "../../../../test/kit/fake-relay.ts";
import { failsWith, isRefused, linked, MAILBOX, OTHER, TOKEN, texts } from "./rig.ts";

const ID = Buffer.alloc(16, 1);
const SENT = `103;${ID.toString("base64")}\n`;
const X = Buffer.from("x");

/** A script that takes one request and writes lines. */
const answers =
  (...lines: (string | Uint8Array)[]) =>
  async (client: FakeClient): Promise<void> => {
    await client.line();
    client.write(Buffer.concat(lines.map((line) => Buffer.from(line))));
    await client.gone();
  };

test("SEND gives the message id", async (t) => {
  const asked = Promise.withResolvers<string>();
  const link = await linked(t, async (client) => {
    asked.resolve((await client.line()).toString());
    client.write(SENT);
    await client.gone();
  });
  assert.deepEqual(Buffer.from(await link.send(TOKEN, OTHER, X)), ID);
  assert.equal(await asked.promise, `3;a.b.c;${OTHER};eA==`);
});

test("requests may be made without awaiting those before, and are answered in order", async (t) => {
  const link = await linked(t, async (client) => {
    for (let i = 0; i < 3; i++) await client.line();
    client.write(`${SENT}102;mailbox-full;no room\n105;0\n`);
    await client.gone();
  });
  const [sent, refused, lookup] = await Promise.allSettled([
    link.send(TOKEN, OTHER, X),
    link.send(TOKEN, OTHER, X),
    link.lookup(TOKEN, OTHER),
  ]);
  assert.equal(sent.status, "fulfilled");
  assert.equal(refused.status === "rejected" && refused.reason.code, "mailbox-full");
  assert.equal(refused.status === "rejected" && refused.reason.relayText, "no room");
  assert.deepEqual(lookup.status === "fulfilled" && lookup.value, []);
});

test("more requests than may be under way wait for their turn, and keep their order", async (t) => {
  const requests = 1000;
  const link = await linked(t, async (client) => {
    for (let i = 0; i < requests; i++) {
      await client.line();
      client.write(`103;${Buffer.from(messageId(i)).toString("base64")}\n`);
    }
    await client.gone();
  });
  const ids = await Promise.all(Array.from({ length: requests }, () => link.send(TOKEN, OTHER, X)));
  assert.deepEqual(
    ids.map((id) => Buffer.from(id).readUInt32BE()),
    Array.from({ length: requests }, (_, i) => i),
  );
});

test("GET gives every message and ends", async (t) => {
  const link = await linked(
    t,
    answers(messageLine(MAILBOX, 1, "one"), messageLine(MAILBOX, 2, "two"), "105;2\n"),
  );
  assert.deepEqual(await texts(link.get(TOKEN)), ["one", "two"]);
});

test("GET is asked only when it is read", async (t) => {
  const link = await linked(t, answers(SENT));
  link.get(TOKEN);
  await link.send(TOKEN, OTHER, X);
});

test("a reader of GET who leaves does not hold up the link", async (t) => {
  const link = await linked(t, async (client) => {
    await client.line();
    client.write(messageLine(MAILBOX, 1));
    await client.line();
    for (let i = 2; i < 100; i++) client.write(messageLine(MAILBOX, i, "x".repeat(60_000)));
    client.write(`105;99\n${SENT}`);
    await client.gone();
  });
  for await (const _ of link.get(TOKEN)) break;
  await link.send(TOKEN, OTHER, X);
});

const ONE = messageLine(MAILBOX, 1, "one");
const BREACHES_OF_GET: Record<string, (string | Uint8Array)[]> = {
  "counts less than it sent": [ONE, "105;0\n"],
  "counts more than it sent": [ONE, "105;2\n"],
  "sends another mailbox's message": [ONE, messageLine(OTHER, 2), "105;2\n"],
  "sends more than an envelope may hold": [ONE, messageLine(MAILBOX, 2, "x".repeat(65_537)), "105;2\n"],
  "answers with SENT": [ONE, SENT],
  "sends garbage": [ONE, "garbage\n"],
  "sends an unknown packet": [ONE, "999;1\n"],
  "sends an empty line": [ONE, "\n"],
  "sends an error that is not one": [ONE, "102;no-such-code;x\n"],
  "sends an error with control characters": [ONE, "102;not-allowed;\x1b[2J\n"],
  "sends an endless line": [ONE, "104;", "x".repeat(300_000)],
};
for (const [name, lines] of Object.entries(BREACHES_OF_GET)) {
  test(`a relay that ${name} is hung up on, and what came before is given out`, async (t) => {
    const link = await linked(t, answers(...lines));
    const got: string[] = [];
    await failsWith("bad-relay", texts(link.get(TOKEN), got));
    assert.deepEqual(got, ["one"]);
    await link.closed;
    await failsWith("bad-relay", link.send(TOKEN, OTHER, X));
  });
}

for (const [name, behind] of Object.entries({ END: "105;1\n", MESSAGE: ONE })) {
  test(`another ${name} behind END is a breach`, async (t) => {
    const link = await linked(t, answers(ONE, "105;1\n", behind));
    assert.deepEqual(await texts(link.get(TOKEN)), ["one"]);
    await link.closed;
    await failsWith("bad-relay", link.send(TOKEN, OTHER, X));
  });
}

test("after a breach everything under way fails with the same error", async (t) => {
  const link = await linked(t, async (client) => {
    for (let i = 0; i < 3; i++) await client.line();
    client.write("nonsense\n");
    await client.gone();
  });
  const results = await Promise.allSettled([1, 2, 3].map(() => link.send(TOKEN, OTHER, X)));
  const errors = new Set(results.map((result) => result.status === "rejected" && result.reason));
  assert.equal(errors.size, 1);
  await failsWith("bad-relay", link.lookup(TOKEN, OTHER));
});

for (const [name, line] of Object.entries({
  MESSAGE: ONE,
  SENT,
  TOKEN: "101;t;1\n",
  ERROR: "102;not-allowed;\n",
})) {
  test(`an unasked ${name} is a breach`, async (t) => {
    const link = await linked(t, (client) => {
      client.write(line);
      return client.gone();
    });
    await link.closed;
    await failsWith("bad-relay", link.send(TOKEN, OTHER, X));
  });
}

test("a hang-up fails what is under way", async (t) => {
  const link = await linked(t, async (client) => {
    await client.line();
    client.socket.end("103;");
  });
  await failsWith("closed", link.send(TOKEN, OTHER, X));
  await link.closed;
});

test("close sends what is on its way out", async (t) => {
  const arrived = Promise.withResolvers<string>();
  const link = await linked(t, async (client) => {
    arrived.resolve((await client.line()).toString());
    await client.gone();
  });
  const sending = link.send(TOKEN, OTHER, X);
  await new Promise((resolve) => setImmediate(resolve));
  link.close();
  await failsWith("closed", sending);
  assert.match(await arrived.promise, /^3;/);
  await link.closed;
});

test("the signal ends an open link", async (t) => {
  const abort = new AbortController();
  const link = await linked(t, (client) => client.gone(), { signal: abort.signal });
  const reason = new Error("leaving");
  const sending = link.send(TOKEN, OTHER, X);
  abort.abort(reason);
  await assert.rejects(sending, reason);
  await assert.rejects(link.send(TOKEN, OTHER, X), reason);
  await link.closed;
});

test("SUBSCRIBE tells how many wait, then gives messages as they come", async (t) => {
  const link = await linked(t, async (client) => {
    assert.equal((await client.line()).toString(), "5;a.b.c;2");
    client.write(
      Buffer.concat([Buffer.from("105;3\n"), messageLine(MAILBOX, 1, "1"), messageLine(MAILBOX, 2, "2")]),
    );
    assert.match((await client.line()).toString(), /^6;a\.b\.c;[^;]+$/);
    client.write(Buffer.concat([messageLine(MAILBOX, 3, "3"), Buffer.from("105;1\n")]));
    await client.gone();
  });
  const { waiting, messages } = await link.subscribe(TOKEN, 2);
  assert.equal(waiting, 3);
  const reader = messages[Symbol.asyncIterator]();
  assert.equal(text(await reader.next()), "1");
  assert.equal(text(await reader.next()), "2");
  assert.equal(await link.ack(TOKEN, [messageId(1)]), 1);
  assert.equal(text(await reader.next()), "3");
  const last = reader.next();
  link.close();
  await failsWith("closed", last);
});

function text(result: IteratorResult<Message>): string {
  return Buffer.from(result.value.envelope).toString();
}

test("a window of 0 asks and takes nothing over", async (t) => {
  const link = await linked(t, answers("105;12\n", SENT));
  const sending = link.subscribe(TOKEN, 0);
  const { waiting, messages } = await sending;
  assert.equal(waiting, 12);
  assert.deepEqual(await texts(messages), []);
});

test("a subscription that brings another envelope than it may is a breach", async (t) => {
  const large = messageLine(MAILBOX, 2, "x".repeat(65_537));
  const link = await linked(t, answers("105;2\n", ONE, large));
  const { messages } = await link.subscribe(TOKEN, 2);
  const got: string[] = [];
  await failsWith("bad-relay", texts(messages, got));
  assert.deepEqual(got, ["one"]);
});

test("a subscription that is taken over ends, and the link lives", async (t) => {
  const link = await linked(t, async (client) => {
    await client.line();
    client.write(Buffer.concat([Buffer.from("105;1\n"), ONE, Buffer.from(`102;taken-over;${MAILBOX}\n`)]));
    await client.line();
    client.write(SENT);
    await client.gone();
  });
  const { messages } = await link.subscribe(TOKEN, 8);
  const got: string[] = [];
  await isRefused("taken-over", texts(messages, got));
  assert.deepEqual(got, ["one"]);
  await link.send(TOKEN, OTHER, X);
});

test("taken-over of a mailbox that nobody subscribed to is a breach", async (t) => {
  const link = await linked(t, answers("105;0\n", `102;taken-over;${OTHER}\n`));
  const { messages } = await link.subscribe(TOKEN, 8);
  await failsWith("bad-relay", texts(messages));
});

test("going-away ends subscriptions, and what is then not answered fails with it", async (t) => {
  const link = await linked(t, async (client) => {
    await client.line();
    client.write("105;0\n");
    for (let i = 0; i < 2; i++) await client.line();
    client.write(`102;going-away;upgrade\n${SENT}`);
    client.socket.end();
  });
  const { messages } = await link.subscribe(TOKEN, 8);
  const answered = link.send(TOKEN, OTHER, X);
  const unanswered = link.send(TOKEN, OTHER, X);
  await isRefused("going-away", texts(messages));
  await answered;
  await isRefused("going-away", unanswered);
  await isRefused("going-away", link.send(TOKEN, OTHER, X));
});

test("a relay that is going away is asked nothing more", async (t) => {
  const link = await linked(
    t,
    async (client) => {
      await client.line();
      client.write("105;0\n102;going-away;\n");
      await client.gone();
      assert.equal(client.unread, 0);
    },
    { timeoutMs: 1000 },
  );
  const { messages } = await link.subscribe(TOKEN, 8);
  await isRefused("going-away", texts(messages));
  await isRefused("going-away", link.send(TOKEN, OTHER, X));
});

test("ACK goes out in lines of what one may hold", async (t) => {
  const counts: number[] = [];
  const link = await linked(t, async (client) => {
    for (;;) {
      const count = (await client.line()).toString().split(";").length - 2;
      counts.push(count);
      client.write(`105;${count}\n`);
    }
  });
  const ids = Array.from({ length: 2 * MAX_ACK_IDS + 1 }, (_, i) => messageId(i));
  assert.equal(await link.ack(TOKEN, ids), ids.length);
  assert.deepEqual(counts, [MAX_ACK_IDS, MAX_ACK_IDS, 1]);
  assert.equal(await link.ack(TOKEN, []), 0);
});

test("an ACK that removes more than it named is a breach", async (t) => {
  const link = await linked(t, answers("105;2\n"));
  await failsWith("bad-relay", link.ack(TOKEN, [ID]));
});

test("PUBLISH and LOOKUP", async (t) => {
  const link = await linked(t, async (client) => {
    assert.equal((await client.line()).toString(), "7;a.b.c;card;60;eA==");
    client.write(SENT);
    assert.equal((await client.line()).toString(), `8;a.b.c;${OTHER}`);
    client.write("106;card;eA==\n106;other;eQ==\n105;2\n");
    await client.line();
    client.write("102;not-found;\n");
    await client.gone();
  });
  await link.publish(TOKEN, "card", 60, X);
  const documents = await link.lookup(TOKEN, OTHER);
  assert.deepEqual(
    documents.map(({ slot, document }) => [slot, Buffer.from(document).toString()]),
    [
      ["card", "x"],
      ["other", "y"],
    ],
  );
  assert.deepEqual(await link.lookup(TOKEN, OTHER), []);
});

test("a slot twice, or more slots than there can be, are breaches", async (t) => {
  const twice = await linked(t, answers("106;card;eA==\n106;card;eA==\n105;2\n"));
  await failsWith("bad-relay", twice.lookup(TOKEN, OTHER));
  const nine = Array.from({ length: 9 }, (_, i) => `106;s${i};eA==\n`);
  const many = await linked(t, answers(...nine, "105;9\n"));
  await failsWith("bad-relay", many.lookup(TOKEN, OTHER));
});

test("what no relay could take is not sent: nothing gets another request onto a line", async (t) => {
  const link = await linked(t, (client) => client.gone());
  const unsent: (() => Promise<unknown>)[] = [
    () => link.send(TOKEN, `${OTHER}\n4;a.b.c`, X),
    () => link.send(TOKEN, `eA==;eA==`, X),
    () => link.send(TOKEN, "", X),
    () => link.send(TOKEN, "Bücher", X),
    () => link.send(TOKEN, OTHER, Buffer.alloc(0)),
    () => link.lookup(TOKEN, "not a key"),
    () => link.publish(TOKEN, "Card", 1, X),
    () => link.publish(TOKEN, "card\n", 1, X),
    () => link.publish(TOKEN, "card", 0, X),
    () => link.publish(TOKEN, "card", -1, X),
    () => link.publish(TOKEN, "card", 1.5, X),
    () => link.subscribe(TOKEN, 1025),
    () => link.subscribe(TOKEN, Number.NaN),
    () => link.ack(TOKEN, [X]),
  ];
  for (const make of unsent) {
    await assert.rejects(make(), (error) => error instanceof ProtocolError || error instanceof RangeError);
  }
  await isRefused("too-large", link.send(TOKEN, OTHER, Buffer.alloc(65_537)));
});
