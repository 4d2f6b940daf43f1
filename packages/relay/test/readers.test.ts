import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { base64, codeOf, nameOf, openRelay, until } from "./kit.ts";

describe("a mailbox and its readers", () => {
  it("is read by a subscription or by GET, not by both", async () => {
    await using relay = await openRelay();
    const [bob, alice] = [await relay.token(nameOf("bob")), await relay.token(nameOf("alice"))];
    await using one = await relay.connect();
    await using two = await relay.connect();
    assert.equal(await one.ask(`5;${bob};2`), "105;0");
    assert.equal(codeOf(await one.ask(`4;${bob}`)), "not-allowed");
    assert.equal(codeOf(await two.ask(`4;${bob}`)), "not-allowed");
    assert.deepEqual(await two.askRun(`4;${alice}`), ["105;0"]);
    await one.cut();
    await until(() => relay.core.mailboxes.open(nameOf("bob")).subscriber === undefined, "it is free");
    assert.deepEqual(await two.askRun(`4;${bob}`), ["105;0"]);
  });

  it("tells with window 0 what waits, and takes nothing over", async () => {
    await using relay = await openRelay();
    const token = await relay.token(nameOf("bob"));
    await using one = await relay.connect();
    await using two = await relay.connect();
    for (let i = 0; i < 3; i++) await two.ask(`3;${token};${nameOf("bob")};aGk=`);
    assert.equal(await two.ask(`5;${token};0`), "105;3");
    assert.deepEqual(await one.askRun(`5;${token};1`), ["105;3"]);
    assert.match(await one.line(), /^104;/);
    assert.equal(codeOf(await two.ask(`5;${token};0`)), "not-allowed");
    assert.equal(await one.ask(`5;${token};0`), "105;3");
    assert.equal(codeOf(await two.ask(`5;${token};1025`)), "wrong-usage");
  });

  it("is taken over by a newer subscription, with all that was not acknowledged", async () => {
    await using relay = await openRelay();
    const bob = nameOf("bob");
    const token = await relay.token(bob);
    await using one = await relay.connect();
    await using two = await relay.connect();
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push((await two.ask(`3;${token};${bob};aGk=`)).slice(4));
    await one.ask(`5;${token};2`);
    const first = [await one.line(), await one.line()];
    await one.ask(`6;${token};${ids[0]}`);
    assert.equal(await two.ask(`5;${token};1024`), "105;3");
    const got = [await two.line(), await two.line(), await two.line()];
    assert.deepEqual(
      [...first.slice(0, 1), ...got].map((line) => line.split(";")[2]),
      ids,
    );
    assert.match(await one.line(), /^104;/);
    assert.equal(await one.line(), `102;taken-over;${bob}`);
    // Who was taken over may still acknowledge what it got, and ask for other things.
    assert.equal(await one.ask(`6;${token};${ids[1]}`), "105;1");
    assert.equal(await one.ask(`6;${token};${ids[1]};${base64(randomBytes(16))}`), "105;0");
    await one.ask(`3;${token};${bob};aGk=`);
    assert.match(await two.line(), /^104;/);
    assert.deepEqual(one.unread, []);
  });

  it("has its window changed by another SUBSCRIBE on the same connection", async () => {
    await using relay = await openRelay();
    const bob = nameOf("bob");
    const [token, another] = [await relay.token(bob), await relay.token(bob)];
    await using client = await relay.connect();
    for (let i = 0; i < 5; i++) await client.ask(`3;${token};${bob};aGk=`);
    await client.ask(`5;${token};2`);
    const ids = idsOf([await client.line(), await client.line()]);
    assert.equal(await client.ask(`5;${another};4`), "105;5");
    ids.push(...idsOf([await client.line(), await client.line()]));
    assert.equal(new Set(ids).size, 4);
    assert.equal(await client.ask(`6;${token};${ids.slice(0, 2).join(";")}`), "105;2");
    ids.push(...idsOf([await client.line()]));
    assert.equal(new Set(ids).size, 5);
    assert.equal(await client.ask(`5;${token};0`), "105;3");
  });

  it("is one of sixteen at most that a connection subscribes to", async () => {
    await using relay = await openRelay();
    await using client = await relay.connect();
    for (let i = 0; i < 16; i++)
      assert.equal(await client.ask(`5;${await relay.token(nameOf(`${i}`))};1`), "105;0");
    assert.equal(codeOf(await client.ask(`5;${await relay.token(nameOf("16"))};1`)), "slow-down");
    assert.equal(await client.ask(`5;${await relay.token(nameOf("0"))};9`), "105;0");
    await client.cut();
    await until(() => relay.arrivals.connections.size === 0, "it is gone");
    for (let i = 0; i < 16; i++)
      assert.equal(relay.core.mailboxes.open(nameOf(`${i}`)).subscriber, undefined);
  });

  it("sends to one connection and reads from another, a thousand messages in order", async () => {
    await using relay = await openRelay();
    const bob = nameOf("bob");
    relay.core.mailboxes.open(bob).ownerCame = relay.clock.now;
    const [reading, writing] = [await relay.token(bob), await relay.token(nameOf("alice"))];
    await using reader = await relay.connect();
    await using writer = await relay.connect();
    await reader.ask(`5;${reading};16`);
    const texts = Array.from({ length: 1000 }, (_, i) => base64(Buffer.from(`message ${i}`)));
    writer.write(...texts.map((text) => `3;${writing};${bob};${text}`));
    for (const text of texts) {
      let line = await reader.line();
      while (line.startsWith("105;")) line = await reader.line();
      assert.equal(line.split(";")[3], text);
      reader.write(`6;${reading};${line.split(";")[2]}`);
    }
  });
});

function idsOf(lines: readonly string[]): string[] {
  return lines.map((line) => {
    assert.match(line, /^104;/);
    return line.split(";")[2] as string;
  });
}
