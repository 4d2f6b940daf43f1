import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { MAX_ENVELOPE_BYTES } from "@asfaleia/protocol";
import { drawEd25519 } from "../../identity/test/keys.ts";
import { base64, Client, codeOf, nameOf, openRelay, until, wholeRelay } from "./kit.ts";

const hello = () => `9;${base64(randomBytes(32))}`;

describe("limits", () => {
  it("rate: too many requests a second are told to slow down, one reply each", async () => {
    await using relay = await openRelay({ rate: 5 });
    await using client = await relay.connect();
    const codes = async (count: number) => {
      client.write(...Array.from({ length: count }, () => "4;x"));
      const got: (string | undefined)[] = [];
      for (let i = 0; i < count; i++) got.push(codeOf(await client.line()));
      return got;
    };
    assert.deepEqual(await codes(7), [...new Array(5).fill("bad-token"), "slow-down", "slow-down"]);
    relay.clock.now += 400;
    assert.deepEqual(await codes(3), ["bad-token", "bad-token", "slow-down"]);
    relay.clock.now += 60_000;
    assert.deepEqual(await codes(6), [...new Array(5).fill("bad-token"), "slow-down"]);
  });

  it("rate: one token counts as one over many connections", async () => {
    await using relay = await openRelay({ rate: 5 });
    const token = await relay.token(nameOf("alice"));
    const clients = await Promise.all([relay.connect(), relay.connect(), relay.connect()]);
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 9; i++) codes.push(codeOf(await clients[i % 3]!.ask(`5;${token};0`)));
    assert.deepEqual(codes, [...new Array(5).fill("105;0"), ...new Array(4).fill("slow-down")]);
  });

  it("connections-per-address: slow-down after the first byte, then a close; TLS only the close", async () => {
    await using relay = await openRelay({ "connections-per-address": 2 });
    const [one, two] = [await relay.connect(), await relay.connect()];
    await one.ask(hello());
    await using three = await relay.connect();
    three.write(hello());
    assert.equal(codeOf(await three.next()), "slow-down");
    assert.equal(await three.next(), undefined);
    await assert.rejects(Client.tls(relay.port));
    await three.cut();
    await one.cut();
    await two.cut();
    await until(() => relay.arrivals.connections.size === 0, "they are gone");
    // Who left makes room; a count that leaks would show here.
    for (let i = 0; i < 10; i++) {
      await using again = await relay.connect();
      await until(() => again.socket.readyState === "open", "open");
      await again.cut();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await using last = await relay.connect();
    assert.match(await last.ask(hello()), /^100;/);
  });

  it("connections: one too many is closed at once, and fits when another leaves", async () => {
    await using relay = await openRelay({ connections: 2 });
    await using one = await relay.connect();
    await using two = await relay.connect();
    await one.ask(hello());
    await two.ask(hello());
    await using three = await relay.connect();
    await three.closed();
    await two.cut();
    await until(() => relay.arrivals.connections.size === 1, "it is gone");
    await using four = await relay.connect();
    assert.match(await four.ask(hello()), /^100;/);
  });

  it("first-byte-time: who says nothing is closed", async () => {
    await using relay = await wholeRelay({ "first-byte-time": 1 });
    const silent = await Promise.all(Array.from({ length: 20 }, () => relay.connect()));
    await using busy = await relay.connect();
    await busy.ask(hello());
    await Promise.all(silent.map((client) => client.closed()));
    await busy.ask(hello());
  });

  it("login-time, line-time, idle-time: who dawdles is told and closed", async () => {
    await using relay = await openRelay({ "login-time": 60, "line-time": 30, "idle-time": 900 });
    const token = await relay.token(nameOf("alice"));
    const later = async (client: Client, seconds: number) => {
      relay.clock.now += seconds * 1000;
      relay.arrivals.checkTimes();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return client.unread.map(codeOf);
    };
    {
      await using stranger = await relay.connect();
      await stranger.ask(hello());
      assert.deepEqual(await later(stranger, 60), []);
      assert.deepEqual(await later(stranger, 1), ["going-away"]);
      stranger.socket.end();
      await stranger.closed();
    }
    {
      await using slow = await relay.connect();
      await slow.ask(`5;${token};0`);
      slow.socket.write("4;begun");
      await until(() => relay.core.inputBytes === 7, "it arrived");
      assert.deepEqual(await later(slow, 30), []);
      slow.socket.write("more");
      await until(() => relay.core.inputBytes === 11, "it arrived");
      assert.deepEqual(await later(slow, 1), ["going-away"]);
    }
    {
      await using idle = await relay.connect();
      await idle.ask(`5;${token};0`);
      await using subscribed = await relay.connect();
      await subscribed.ask(`5;${token};1`);
      assert.deepEqual(await later(idle, 900), []);
      assert.deepEqual(await later(idle, 1), ["going-away"]);
      relay.clock.now += 3_000;
      relay.arrivals.checkTimes();
      await idle.closed();
      assert.deepEqual(subscribed.unread, [], "who subscribes may rest");
      assert.ok(!subscribed.isClosed);
    }
  });

  it("stall-time: a reader that takes nothing costs bounded memory and is cut; its messages stay", async () => {
    await using relay = await openRelay({ "stall-time": 30, "mailbox-bytes": 256 * 1024 * 1024 });
    const bob = nameOf("bob");
    const box = relay.core.mailboxes.open(bob);
    box.ownerCame = relay.clock.now;
    const count = 200;
    for (let i = 0; i < count; i++) {
      relay.core.mailboxes.put(
        box,
        "t",
        String(i).padStart(24, "0"),
        randomBytes(256 * 1024),
        relay.clock.now,
      );
    }
    const token = await relay.token(bob);
    await using reader = await relay.connect();
    reader.socket.pause();
    reader.write(`5;${token};1024`, ...Array.from({ length: 2000 }, () => `5;${token};0`));
    await until(() => relay.core.chunks.fullness > 0, "it is written to");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const used = relay.core.chunks.fullness * relay.core.settings["output-memory"];
    assert.ok(used < 1.5 * 1024 * 1024, `${used} bytes wait for one reader`);
    assert.ok(relay.core.inputBytes < 256 * 1024, `${relay.core.inputBytes} bytes of its requests`);
    relay.arrivals.checkTimes();
    relay.clock.now += 31_000;
    relay.arrivals.checkTimes();
    await until(() => relay.arrivals.connections.size === 0, "it is cut");
    assert.equal(box.held, 0);
    assert.equal(box.messages.size, count);
    await until(() => relay.core.chunks.fullness === 0, "its memory is free again");
    assert.equal(relay.core.inputBytes, 0);
  });

  it("input-memory: another long line is refused, short ones are not", async () => {
    await using relay = await openRelay({ "input-memory": 1024 * 1024, "max-envelope": MAX_ENVELOPE_BYTES });
    await using greedy = await relay.connect();
    greedy.socket.write(`3;${"a".repeat(2 * 1024 * 1024)}`);
    assert.equal(codeOf(await greedy.next()), "relay-full");
    assert.equal(await greedy.next(), undefined);
    assert.equal(relay.core.inputBytes, 0, "what was refused costs nothing");
    await using modest = await relay.connect();
    assert.match(await modest.ask(hello()), /^100;/);
  });

  it("output-memory: all go on once the one that used it up is cut", async () => {
    await using relay = await openRelay({ "output-memory": 1024 * 1024 });
    const bob = nameOf("bob");
    const box = relay.core.mailboxes.open(bob);
    box.ownerCame = relay.clock.now;
    const token = await relay.token(bob);
    for (let i = 0; i < 100; i++) {
      relay.core.mailboxes.put(
        box,
        "t",
        String(i).padStart(24, "0"),
        randomBytes(256 * 1024),
        relay.clock.now,
      );
    }
    const stalled: Client[] = [];
    for (let i = 0; i < 6 && relay.core.chunks.fullness < 1; i++) {
      const client = await relay.connect();
      client.socket.pause();
      client.write(`4;${token}`);
      stalled.push(client);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await using patient = await relay.connect();
    patient.write(hello());
    relay.arrivals.checkTimes();
    let answered = false;
    void patient.line().then(() => {
      answered = true;
    });
    await until(() => {
      relay.clock.now += 100;
      relay.arrivals.checkTimes();
      return answered;
    }, "somebody else is served");
    for (const client of stalled) await client.cut();
  });

  it("open-challenges: AUTH is told to slow down", async () => {
    await using relay = await openRelay({ "open-challenges": 3 });
    const auth = `0;${base64(drawEd25519().publicKey.blob)}`;
    await using one = await relay.connect();
    for (let i = 0; i < 3; i++) assert.match(await one.ask(auth), /^1;/);
    await using two = await relay.connect();
    assert.equal(codeOf(await two.ask(auth)), "slow-down");
    relay.clock.now += 60_001;
    relay.arrivals.checkTimes();
    await two.rest();
    await using three = await relay.connect();
    assert.match(await three.ask(auth), /^1;/);
    await three.cut();
    await until(() => relay.core.gate.open === 0, "a connection takes its challenges with it");
  });

  it("max-envelope: too-large, and the connection goes on", async () => {
    await using relay = await openRelay({ "max-envelope": 4096 });
    const token = await relay.token(nameOf("bob"));
    await using client = await relay.connect();
    const send = (bytes: number) => client.ask(`3;${token};${nameOf("bob")};${base64(randomBytes(bytes))}`);
    assert.equal(codeOf(await send(4097)), "too-large");
    assert.match(await send(4096), /^103;/);
    assert.ok(
      relay.core.room.every((byte) => byte === 0),
      "no envelope stays where it was decoded",
    );
    assert.equal(codeOf(await client.ask(`3;${token};${nameOf("bob")};aGk`)), "wrong-usage");
    assert.equal(codeOf(await client.ask(`3;${token};${nameOf("bob")};aG=k`)), "wrong-usage");
    assert.equal(relay.core.mailboxes.open(nameOf("bob")).messages.size, 1);
  });
});
