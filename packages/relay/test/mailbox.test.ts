import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProtocolError } from "@asfaleia/protocol";
import fc from "fast-check";
import { MAILBOX_OVERHEAD_BYTES, Mailboxes } from "../src/mailbox.ts";
import { MESSAGE_OVERHEAD_BYTES, type Message } from "../src/message.ts";
import { nameOf } from "./kit.ts";

const KiB = 1024;
const ROOMY = { ttl: 100, memory: 64 * KiB * KiB, "mailbox-bytes": 256 * KiB, "mailbox-messages": 256 };
const NOBODY = { onGone() {} };
const refusedWith = (code: string) => (error: unknown) =>
  error instanceof ProtocolError && error.code === code;

let ids = 0;
const newId = () => String(ids++);
const some = (length: number, seed = 1) => new Uint8Array(length).fill((seed % 255) + 1);

const mailbox = fc.integer({ min: 0, max: 2 });
const which = fc.nat();
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("put" as const),
      mailbox,
      token: fc.constantFrom("t1", "t2", "t3"),
      length: fc.oneof(fc.integer({ min: 1, max: 3 * KiB }), fc.constantFrom(1, KiB, KiB + 1, 40 * KiB)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("hold" as const), mailbox, which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("release" as const), mailbox, which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("remove" as const), mailbox, which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("own" as const), mailbox }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.integer({ min: 0, max: 60 }) }),
  },
);

interface Kept {
  readonly message: Message;
  readonly bytes: Uint8Array;
  readonly token: string;
  readonly stored: number;
  held: boolean;
}

describe("mailboxes", () => {
  it("behave as a list with limits, whatever happens in whatever order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const limits = { ttl: 100, memory: 150 * KiB, "mailbox-bytes": 64 * KiB, "mailbox-messages": 32 };
        const mailboxes = new Mailboxes(limits);
        const names = [0, 1, 2].map((number) => nameOf(`model ${number}`));
        const queues: Kept[][] = [[], [], []];
        const owned = new Map<number, number>();
        const gone: Message[] = [];
        const reader = { onGone: (message: Message) => void gone.push(message) };
        const opened = new Set<number>();
        const blockBytes = (kept: readonly Kept[]) => kept.reduce((sum, { bytes }) => sum + blocks(bytes), 0);
        const charged = () =>
          queues.flat().length * MESSAGE_OVERHEAD_BYTES +
          blockBytes(queues.flat()) +
          opened.size * MAILBOX_OVERHEAD_BYTES;
        let now = 1_000_000;
        for (const [seed, next] of steps.entries()) {
          if (next.do === "wait") {
            now += next.seconds * 1000;
            const live = (kept: Kept) => kept.stored > now - limits.ttl * 1000;
            const held = queues.flat().filter((kept) => kept.held && !live(kept)).length;
            gone.length = 0;
            for (const [at, queue] of queues.entries()) queues[at] = queue.filter(live);
            const short = charged() > limits.memory * 0.9;
            mailboxes.expire(now);
            assert.equal(gone.length, held, "its reader is told of what expires");
            for (const at of [...opened]) {
              if (queues[at]!.length > 0) continue;
              const came = owned.get(at);
              if (!short && came !== undefined && came > now - limits.ttl * 1000) continue;
              opened.delete(at);
              owned.delete(at);
            }
            assert.equal(mailboxes.bytes, charged());
            continue;
          }
          const queue = queues[next.mailbox]!;
          if (next.do === "put" || next.do === "own") {
            const hadRoom = opened.has(next.mailbox) || charged() + MAILBOX_OVERHEAD_BYTES <= limits.memory;
            if (!hadRoom) {
              assert.throws(() => mailboxes.open(names[next.mailbox]!), refusedWith("relay-full"));
              continue;
            }
          }
          const box = mailboxes.open(names[next.mailbox]!);
          opened.add(next.mailbox);
          if (next.do === "own") {
            box.ownerCame = now;
            owned.set(next.mailbox, now);
          } else if (next.do === "put") {
            const bytes = some(next.length, seed);
            const share = queue.filter(({ token }) => token === next.token);
            const part = owned.has(next.mailbox) ? 1 : 8;
            const tokenPart = owned.has(next.mailbox) ? 2 : 128;
            const fits =
              blockBytes(queue) + blocks(bytes) <= limits["mailbox-bytes"] / part &&
              queue.length + 1 <= limits["mailbox-messages"] / part &&
              blockBytes(share) + blocks(bytes) <= limits["mailbox-bytes"] / tokenPart &&
              share.length + 1 <= limits["mailbox-messages"] / tokenPart;
            const put = () => mailboxes.put(box, next.token, newId(), bytes, now);
            if (!fits) assert.throws(put, refusedWith("mailbox-full"));
            else if (charged() + blocks(bytes) + MESSAGE_OVERHEAD_BYTES > limits.memory)
              assert.throws(put, refusedWith("relay-full"));
            else queue.push({ message: put(), bytes, token: next.token, stored: now, held: false });
          } else {
            const candidates = queue.filter(
              ({ held }) => next.do === "remove" || held === (next.do === "release"),
            );
            const kept = candidates[next.which % Math.max(1, candidates.length)];
            if (!kept) continue;
            if (next.do === "hold") mailboxes.hold(kept.message, reader);
            if (next.do === "release") mailboxes.release(kept.message);
            if (next.do === "remove") {
              gone.length = 0;
              queue.splice(queue.indexOf(kept), 1);
              mailboxes.remove(kept.message);
              mailboxes.remove(kept.message);
              assert.deepEqual(gone, kept.held ? [kept.message] : []);
            }
            kept.held = next.do === "hold";
          }
          compare(mailboxes, names[next.mailbox]!, queue);
          assert.equal(mailboxes.bytes, charged());
        }
        for (const kept of queues.flat()) mailboxes.remove(kept.message);
        mailboxes.expire(now + 1000 * 1000);
        assert.equal(mailboxes.bytes, 0, "everything that was charged was given back");
      }),
      { numRuns: 250 },
    );
  });

  const fill = (mailboxes: Mailboxes, name: string, token: () => string, length: number) => {
    const box = mailboxes.open(name);
    let count = 0;
    try {
      for (; count < 100_000; count++) mailboxes.put(box, token(), newId(), some(length), 0);
    } catch (error) {
      assert.ok(refusedWith("mailbox-full")(error), String(error));
    }
    return count;
  };
  const everOther = () => newId();
  const limits = { ttl: 100, memory: KiB * KiB * KiB, "mailbox-bytes": 512 * KiB, "mailbox-messages": 1024 };

  for (const { name, owned, token, length, holds } of [
    { name: "all its bytes", owned: true, token: everOther, length: KiB, holds: 512 },
    { name: "half its bytes from one token", owned: true, token: () => "one", length: KiB, holds: 256 },
    { name: "an eighth of its bytes unowned", owned: false, token: everOther, length: KiB, holds: 64 },
    { name: "a sixteenth of that from one token", owned: false, token: () => "one", length: KiB, holds: 4 },
    { name: "whole blocks, not bytes", owned: true, token: everOther, length: KiB + 1, holds: 256 },
  ]) {
    it(`hold ${name}`, () => {
      const mailboxes = new Mailboxes(limits);
      if (owned) mailboxes.open(nameOf("full")).ownerCame = 0;
      assert.equal(fill(mailboxes, nameOf("full"), token, length), holds);
      assert.ok(
        fill(mailboxes, nameOf("another"), token, length) > 0,
        "one full mailbox is nobody else's concern",
      );
    });
  }

  for (const { name, owned, token, holds } of [
    { name: "all messages", owned: true, token: everOther, holds: 1024 },
    { name: "half of them from one token", owned: true, token: () => "one", holds: 512 },
    { name: "an eighth of them unowned", owned: false, token: everOther, holds: 128 },
    { name: "a sixteenth of that from one token", owned: false, token: () => "one", holds: 8 },
  ]) {
    it(`hold ${name}, however small`, () => {
      const mailboxes = new Mailboxes({ ...limits, "mailbox-bytes": KiB * KiB * KiB });
      if (owned) mailboxes.open(nameOf("full")).ownerCame = 0;
      assert.equal(fill(mailboxes, nameOf("full"), token, 1), holds);
    });
  }

  it("hold again as much once it is gone", () => {
    const mailboxes = new Mailboxes(limits);
    assert.equal(
      fill(mailboxes, nameOf("full"), () => "one", KiB),
      4,
    );
    const box = mailboxes.open(nameOf("full"));
    mailboxes.remove(box.first as Message);
    assert.equal(
      fill(mailboxes, nameOf("full"), () => "one", KiB),
      1,
    );
  });

  it("are refused with relay-full once the memory is used up, and take again what is credited", () => {
    const memory = 64 * KiB;
    const mailboxes = new Mailboxes({ ...ROOMY, memory });
    mailboxes.charge(memory - MAILBOX_OVERHEAD_BYTES);
    const box = mailboxes.open(nameOf("last"));
    box.ownerCame = 0;
    assert.throws(() => mailboxes.open(nameOf("too many")), refusedWith("relay-full"));
    assert.throws(() => mailboxes.put(box, "t", newId(), some(1), 0), refusedWith("relay-full"));
    assert.equal(box.shares.size, 0, "a refused message leaves no share behind");
    mailboxes.credit(KiB + MESSAGE_OVERHEAD_BYTES);
    mailboxes.put(box, "t", newId(), some(KiB), 0);
    assert.equal(mailboxes.bytes, memory);
  });

  it("zero the bytes of what is removed or expired", () => {
    const mailboxes = new Mailboxes(ROOMY);
    const box = mailboxes.open(nameOf("wipe"));
    box.ownerCame = 0;
    for (const leave of [(message: Message) => mailboxes.remove(message), () => mailboxes.expire(100_000)]) {
      const message = mailboxes.put(box, "t", newId(), some(700), 0);
      const view = mailboxes.envelope(message, new Uint8Array(0));
      assert.deepEqual(view, some(700));
      leave(message);
      assert.ok(view.every((byte) => byte === 0));
    }
    const view = mailboxes.envelope(mailboxes.put(box, "t", newId(), some(700), 0), new Uint8Array(0));
    mailboxes.wipeAll();
    assert.ok(view.every((byte) => byte === 0));
  });

  it("expire to the second, oldest first, across mailboxes", () => {
    const mailboxes = new Mailboxes(ROOMY);
    const [a, b] = [mailboxes.open(nameOf("a")), mailboxes.open(nameOf("b"))];
    a.ownerCame = 0;
    b.ownerCame = 0;
    mailboxes.put(a, "t", "1", some(1), 0);
    mailboxes.put(b, "t", "2", some(1), 1000);
    mailboxes.put(a, "t", "3", some(1), 2000);
    mailboxes.expire(99_999);
    assert.deepEqual([...a.messages.keys(), ...b.messages.keys()], ["1", "3", "2"]);
    mailboxes.expire(101_000);
    assert.deepEqual([...a.messages.keys(), ...b.messages.keys()], ["3"]);
  });

  it("are forgotten when empty, but not while somebody subscribes or their owner came lately", () => {
    const mailboxes = new Mailboxes({ ...ROOMY, ttl: 100 });
    mailboxes.open(nameOf("stranger"));
    mailboxes.open(nameOf("owner")).ownerCame = 50_000;
    mailboxes.open(nameOf("subscriber")).subscriber = {
      ...NOBODY,
      onMessage() {},
      pump() {},
      onTakenOver() {},
    };
    mailboxes.expire(100_000);
    assert.equal(mailboxes.bytes, 2 * MAILBOX_OVERHEAD_BYTES);
    assert.equal(mailboxes.open(nameOf("owner")).ownerCame, 50_000);
    mailboxes.expire(150_000);
    assert.equal(mailboxes.bytes, MAILBOX_OVERHEAD_BYTES);
  });

  it("forget which owners came when memory is short", () => {
    const mailboxes = new Mailboxes({ ...ROOMY, memory: 100 * KiB });
    mailboxes.open(nameOf("owner")).ownerCame = 0;
    mailboxes.charge(95 * KiB);
    mailboxes.expire(0);
    assert.equal(mailboxes.bytes, 95 * KiB);
  });
});

function blocks(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / KiB) * KiB;
}

function compare(mailboxes: Mailboxes, name: string, queue: readonly Kept[]): void {
  const box = mailboxes.open(name);
  const room = new Uint8Array(64 * KiB);
  const forwards: Message[] = [];
  for (let message = box.first; message; message = message.after) forwards.push(message);
  const backwards: Message[] = [];
  for (let message = box.last; message; message = message.before) backwards.unshift(message);
  const expected = queue.map(({ message }) => message);
  assert.ok(expected.every((message, at) => message === forwards[at] && message === backwards[at]));
  assert.equal(forwards.length, queue.length);
  assert.equal(box.messages.size, queue.length);
  assert.equal(box.held, queue.filter(({ held }) => held).length);
  assert.equal(
    box.bytes,
    queue.reduce((sum, { bytes }) => sum + blocks(bytes), 0),
  );
  assert.equal(box.shares.size, new Set(queue.map(({ token }) => token)).size);
  for (const { message, bytes } of queue) {
    assert.ok(Buffer.from(mailboxes.envelope(message, room)).equals(bytes));
  }
}
