import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { fingerprint } from "@asfaleia/identity";
import { maxLineBytes } from "@asfaleia/protocol";
import { drawEd25519 } from "../../identity/test/keys.ts";
import { isLoopback, placeOf } from "../src/listener.ts";
import { base64, codeOf, nameOf, openRelay, until, wholeRelay } from "./kit.ts";

const hello = () => `9;${base64(randomBytes(32))}`;

describe("lines", () => {
  it("are answered in their order, whatever waits for what", async () => {
    await using relay = await wholeRelay({ rate: 100_000 });
    const pair = drawEd25519();
    const name = fingerprint(pair.publicKey);
    await using first = await relay.connect();
    const token = await first.prove(pair);
    // On a new connection the token is new too, so that its first use waits for its check.
    await using client = await relay.connect();
    const requests = [`3;${token};${name};aGk=`, hello(), `5;${token};0`, "77", `4;${token}`, "4;nonsense"];
    const rounds = 300;
    client.write(...Array.from({ length: rounds }, () => requests).flat());
    const expected = ["103;", "100;", "105;1", "102;wrong-usage", "104;", "105;1", "102;bad-token"];
    for (let i = 0; i < rounds; i++) {
      for (const start of expected) assert.ok((await client.line()).startsWith(start), start);
    }
  });

  it("may come cut at any byte, with CR or without", async () => {
    await using relay = await openRelay();
    await using client = await relay.connect();
    client.socket.setNoDelay(true);
    const text = `${hello()}\r\n4;x\n`;
    for (const char of text) {
      client.socket.write(char);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.match(await client.line(), /^100;/);
    assert.equal(codeOf(await client.line()), "bad-token");
  });

  it("that are wrong get wrong-usage, and the connection goes on", async () => {
    await using relay = await wholeRelay();
    await using client = await relay.connect();
    const wrong = [
      "0",
      "00;x",
      "1;a;b",
      "9;",
      "9;AAAA",
      "9;AAAA;AAAA",
      "3",
      "3;a",
      "3;a;;aGk=",
      "4",
      "5;a;01",
      "5;a;1025",
      "10",
      "999",
      "1000",
      "104;a;b;c",
      "0;AAAA;guess",
    ];
    for (const line of [...wrong, "", ";", "x"]) {
      client.write(line);
      assert.equal(codeOf(await client.line()), "wrong-usage", line);
    }
    assert.match(await client.ask(hello()), /^100;/);
  });

  it("that are too long get too-large, and a close", async () => {
    for (const ending of ["", "\n"]) {
      await using relay = await openRelay({ "max-envelope": 4096 });
      await using client = await relay.connect();
      client.socket.write(`3;${"a".repeat(maxLineBytes(4096))}${ending}4;x\n`);
      assert.equal(codeOf(await client.next()), "too-large");
      assert.equal(await client.next(), undefined);
      client.socket.end();
      await client.closed();
      await until(() => relay.arrivals.connections.size === 0, "it is forgotten");
      assert.equal(relay.core.inputBytes, 0);
    }
  });

  it("as long as they may be are taken", async () => {
    await using relay = await openRelay({ "max-envelope": 4096 });
    await using client = await relay.connect();
    client.socket.write(`3;${"a".repeat(maxLineBytes(4096) - 2)}\r\n`);
    assert.equal(codeOf(await client.next()), "wrong-usage");
    assert.match(await client.ask(hello()), /^100;/);
  });

  it("of a client that has closed its side are all answered", async () => {
    await using relay = await openRelay();
    const token = await relay.token(nameOf("bob"));
    const big = base64(randomBytes(100_000));
    await using client = await relay.connect();
    client.write(...Array.from({ length: 4 }, () => `3;${token};${nameOf("bob")};${big}`));
    client.socket.end(`${hello()}\n4;${token}\n${hello()}\n4;unfinished`);
    const lines = await client.rest();
    assert.deepEqual(
      lines.map((line) => line.slice(0, 4)),
      ["103;", "103;", "103;", "103;", "100;", "104;", "104;", "104;", "104;", "105;", "100;"],
    );
    await until(() => relay.arrivals.connections.size === 0, "it is forgotten");
  });

  it("of a client that closes at once leave nothing behind", async () => {
    await using relay = await openRelay();
    await using client = await relay.connect();
    client.socket.end();
    relay.clock.now += 21_000;
    await until(() => {
      relay.arrivals.checkTimes();
      return client.isClosed;
    }, "it is closed");
  });
});

describe("the first byte", () => {
  for (const first of ["x", "\n", " 0", "GET / HTTP/1.1\r\n", "\x15\x03\x01", "\0", "\xff"]) {
    it(`${JSON.stringify(first)} is told off and closed`, async () => {
      await using relay = await openRelay();
      await using client = await relay.connect();
      client.socket.write(Buffer.from(first, "latin1"));
      assert.equal(codeOf(await client.next()), "wrong-usage");
      assert.equal(await client.next(), undefined);
    });
  }

  it("does not let a client stay that was told off", async () => {
    await using relay = await openRelay();
    await using client = await relay.connect();
    client.write("x");
    await client.rest();
    // Our side is still open, and writing into it works until theirs is gone altogether.
    client.write("y");
    relay.clock.now += 21_000;
    relay.arrivals.checkTimes();
    await until(() => {
      client.write("y");
      return client.socket.destroyed;
    }, "it is cut");
  });

  it("of TLS with nothing behind it is closed", async () => {
    await using relay = await openRelay();
    await using client = await relay.connect();
    client.socket.write(Buffer.from([0x16, 3, 1]));
    await using garbage = await relay.connect();
    garbage.socket.write(Buffer.concat([Buffer.from([0x16, 3, 1, 0, 100]), randomBytes(100)]));
    await garbage.closed();
    await new Promise((resolve) => setTimeout(resolve, 20));
    relay.clock.now += 21_000;
    relay.arrivals.checkTimes();
    await client.closed();
  });
});

describe("whoever is at the other end", () => {
  const loopback = "127.0.0.1";
  for (const [remoteAddress, localAddress, expected] of [
    [loopback, loopback, true],
    ["127.9.9.9", "127.0.0.2", true],
    ["::1", "::1", true],
    ["::ffff:127.0.0.1", "::ffff:127.0.0.1", true],
    [undefined, undefined, true],
    [undefined, loopback, false],
    [loopback, undefined, false],
    ["192.0.2.1", loopback, false],
    [loopback, "192.0.2.1", false],
    ["192.0.2.1", "192.0.2.1", false],
    ["::ffff:192.0.2.1", "::1", false],
    ["1270.0.0.1", loopback, false],
    ["::12", "::1", false],
    ["fe80::1%lo", "fe80::1%lo", false],
  ] as const) {
    it(`${remoteAddress} to ${localAddress} is ${expected ? "" : "not "}on this machine`, () => {
      const ends = {
        ...(remoteAddress === undefined ? {} : { remoteAddress }),
        ...(localAddress === undefined ? {} : { localAddress }),
      };
      assert.equal(isLoopback(ends), expected);
    });
  }

  for (const [a, b, same] of [
    ["192.0.2.1", "::ffff:192.0.2.1", true],
    ["192.0.2.1", "192.0.2.2", false],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::1", true],
    ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
    ["2001:db8::1", "2001:db8::2:0:0:1", true],
    ["2001:db8::1", "2001:db8:0:1::1", false],
    ["fe80::1%eth0", "fe80::2", true],
    ["::1", "::2", true],
  ] as const) {
    it(`${a} and ${b} ${same ? "are" : "are not"} counted together`, () => {
      assert.equal(placeOf({ remoteAddress: a }) === placeOf({ remoteAddress: b }), same);
    });
  }
});
