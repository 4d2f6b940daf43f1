import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { asciiText } from "@asfaleia/protocol";
import fc from "fast-check";
import { type Delivery, GetRun, Subscription } from "../src/deliver.ts";
import { Mailboxes } from "../src/mailbox.ts";
import { Chunks, Flusher, HIGH_WATER_BYTES, Output } from "../src/output.ts";
import { base64, envelopeOf, nameOf } from "./kit.ts";

const BOB = nameOf("bob");
const LIMITS = { ttl: 100, memory: 2 ** 30, "mailbox-bytes": 2 ** 29, "mailbox-messages": 100_000 };

interface Write {
  readonly bytes: Uint8Array;
  readonly done: (error?: Error | null) => void;
}

/** Chunks that are looked at when they are given back. */
class ZeroedChunks extends Chunks {
  override give(chunk: Parameters<Chunks["give"]>[0]): void {
    super.give(chunk);
    assert.ok(!chunk.bytes.some((byte) => byte !== 0), "what was taken is zeroed");
  }
}

/** One end of a connection whose other end is the test: it says when the operating system has taken a write. */
class Wire implements Delivery {
  readonly mailboxes: Mailboxes;
  readonly room = new Uint8Array(1024 * 1024);
  readonly chunks = new ZeroedChunks(2 ** 28);
  readonly output: Output;
  readonly under: Write[] = [];
  /** What the operating system has taken. */
  text = "";
  onRoom = () => {};

  constructor(mailboxes: Mailboxes) {
    this.mailboxes = mailboxes;
    const write = (bytes: Uint8Array, done: Write["done"]) => this.under.push({ bytes, done }) < 0;
    this.output = new Output({ write } as unknown as Socket, this.chunks, new Flusher(), () => this.onRoom());
  }

  /** The operating system takes the next write. @returns whether there was one */
  take(): boolean {
    this.output.flush();
    const next = this.under.shift();
    if (!next) return false;
    this.text += asciiText(next.bytes);
    next.done(null);
    return true;
  }

  takeAll(): void {
    while (this.take());
  }

  /** The connection breaks, with a write under way or not. */
  breakOff(): void {
    this.output.flush();
    const writing = this.under.shift();
    this.output.close();
    writing?.done(new Error("broken"));
  }

  /** Complete lines that were taken since the last call. */
  lines(): string[] {
    const lines = this.text.split("\n");
    this.text = lines.pop() as string;
    return lines;
  }

  /** The numbers that the taken envelopes begin with. */
  numbers(): number[] {
    return this.lines()
      .filter((line) => line.startsWith("104;"))
      .map((line) => Buffer.from(envelopeOf(line)).readUInt32BE());
  }
}

let stored = 0;

function setUp(counts: readonly number[] = []) {
  const mailboxes = new Mailboxes(LIMITS);
  const mailbox = mailboxes.open(BOB);
  mailbox.ownerCame = 0;
  const put = (length = 100, now = 0) => {
    const envelope = Buffer.alloc(Math.max(4, length), stored);
    envelope.writeUInt32BE(stored);
    const message = mailboxes.put(mailbox, "t", String(stored++).padStart(24, "0"), envelope, now);
    mailbox.subscriber?.onMessage(message, Buffer.from(base64(envelope)));
    return message;
  };
  const waiting = () => {
    const numbers: number[] = [];
    for (let message = mailbox.first; message; message = message.after) numbers.push(Number(message.id));
    return numbers;
  };
  for (const length of counts) put(length);
  return { mailboxes, mailbox, put, waiting };
}

function subscribe(wire: Wire, mailbox: ReturnType<Mailboxes["open"]>, window: number) {
  const told = { ended: false };
  const subscription = new Subscription(wire, mailbox, window, () => {
    told.ended = true;
    wire.onRoom = () => {};
  });
  wire.onRoom = () => subscription.pump();
  subscription.start();
  subscription.pump();
  return Object.assign(subscription, { told });
}

const sizes = fc.array(
  fc.oneof(fc.integer({ min: 4, max: 2000 }), fc.integer({ min: 20_000, max: 120_000 })),
  {
    minLength: 1,
    maxLength: 30,
  },
);

describe("GET", () => {
  it("removes what was taken and keeps the rest, in order, wherever it breaks", () => {
    fc.assert(
      fc.property(sizes, fc.nat(40), (lengths, writes) => {
        const { mailboxes, mailbox, waiting } = setUp(lengths);
        const all = waiting();
        const wire = new Wire(mailboxes);
        const run = new GetRun(wire, mailbox);
        let done = run.pump();
        wire.onRoom = () => {
          done ||= run.pump();
        };
        for (let i = 0; i < writes; i++) wire.take();
        assert.ok(!done || wire.output.waiting < 2 * HIGH_WATER_BYTES);
        wire.breakOff();
        run.release();
        const taken = wire.numbers();
        assert.deepEqual([...taken, ...waiting()], all);
        assert.equal(mailbox.held, 0);
        assert.equal(wire.chunks.fullness, 0);
        const next = new Wire(mailboxes);
        const again = new GetRun(next, mailbox);
        let over = again.pump();
        next.onRoom = () => {
          over ||= again.pump();
        };
        next.takeAll();
        const lines = next.text;
        assert.deepEqual(next.numbers(), all.slice(taken.length));
        assert.ok(lines.endsWith(`105;${all.length - taken.length}\n`));
        assert.ok(over);
        assert.deepEqual(waiting(), []);
      }),
      { numRuns: 40 },
    );
  });

  it("writes no more than the reader takes", () => {
    const { mailboxes, mailbox } = setUp(new Array(100).fill(50_000));
    const wire = new Wire(mailboxes);
    assert.equal(new GetRun(wire, mailbox).pump(), false);
    assert.ok(wire.output.waiting < HIGH_WATER_BYTES + 70_000);
    assert.equal(mailbox.messages.size, 100, "nothing is removed before it is taken");
  });

  it("sends what waited when it began, however much comes meanwhile", () => {
    const { mailboxes, mailbox, put, waiting } = setUp(new Array(20).fill(50_000));
    const wire = new Wire(mailboxes);
    const run = new GetRun(wire, mailbox);
    let done = run.pump();
    wire.onRoom = () => {
      put();
      done ||= run.pump();
    };
    for (let i = 0; i < 1000 && wire.take(); i++);
    assert.ok(done);
    assert.match(wire.text, /\n105;20\n$/);
    assert.ok(waiting().length > 0);
  });

  it("does not send what another GET has in flight, and does what that one let go", () => {
    const { mailboxes, mailbox, waiting } = setUp([100, 100]);
    const all = waiting();
    const [one, two, three] = [new Wire(mailboxes), new Wire(mailboxes), new Wire(mailboxes)];
    const first = new GetRun(one, mailbox);
    first.pump();
    assert.ok(new GetRun(two, mailbox).pump());
    two.takeAll();
    assert.deepEqual(two.lines(), ["105;0"]);
    one.breakOff();
    first.release();
    assert.ok(new GetRun(three, mailbox).pump());
    three.takeAll();
    assert.deepEqual(three.numbers(), all);
  });

  it("goes on where what it was to send has expired", () => {
    const { mailboxes, mailbox } = setUp(new Array(20).fill(50_000));
    const wire = new Wire(mailboxes);
    const run = new GetRun(wire, mailbox);
    assert.ok(!run.pump());
    let done = false;
    wire.onRoom = () => {
      done ||= run.pump();
    };
    mailboxes.expire(1e9);
    wire.takeAll();
    assert.ok(done);
    const lines = wire.lines();
    assert.equal(lines.at(-1), `105;${lines.length - 1}`);
    assert.equal(mailbox.held, 0);
    assert.equal(mailboxes.bytes, 0);
  });
});

describe("a subscription", () => {
  it("sends the backlog in order, then what comes, never more than its window", () => {
    const { mailboxes, mailbox, put, waiting } = setUp(new Array(10).fill(100));
    const wire = new Wire(mailboxes);
    const subscription = subscribe(wire, mailbox, 4);
    wire.takeAll();
    const expected = waiting();
    assert.deepEqual(wire.numbers(), expected.slice(0, 4));
    const message = put();
    expected.push(Number(message.id));
    wire.takeAll();
    assert.deepEqual(wire.numbers(), []);
    // Whichever is confirmed makes room, not only the first.
    mailboxes.remove([...mailbox.messages.values()][2]!);
    subscription.pump();
    wire.takeAll();
    assert.deepEqual(wire.numbers(), expected.slice(4, 5));
    for (let next = 5; next < expected.length; next++) {
      mailboxes.remove(mailbox.first!);
      subscription.pump();
      wire.takeAll();
      assert.deepEqual(wire.numbers(), [expected[next]]);
      assert.equal(mailbox.held, 4);
    }
    for (let i = 0; i < 4; i++) mailboxes.remove(mailbox.first!);
    assert.equal(mailbox.held, 0);
    const live = put();
    wire.takeAll();
    assert.deepEqual(wire.numbers(), [Number(live.id)]);
  });

  it("hands out each message once and in order, whatever happens, and all of them in the end", () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant("put" as const),
        length: fc.oneof(fc.constant(50), fc.integer({ min: 4, max: 100_000 })),
      }),
      fc.record({ do: fc.constantFrom("take", "ack", "takeover", "break", "get") }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 5 }), (steps, window) => {
        const { mailboxes, mailbox, put, waiting } = setUp();
        let wire = new Wire(mailboxes);
        let subscription = subscribe(wire, mailbox, window);
        let seen: number[] = [];
        const look = () => {
          for (const number of wire.numbers()) {
            assert.ok(!seen.includes(number), "sent twice to one reader");
            assert.ok(seen.length === 0 || number > (seen.at(-1) as number), "out of order");
            seen.push(number);
          }
        };
        const begin = () => {
          wire = new Wire(mailboxes);
          seen = [];
          subscription = subscribe(wire, mailbox, window);
        };
        for (const now of steps) {
          if (now.do === "put") put((now as { length: number }).length);
          if (now.do === "take") wire.take();
          look();
          if (now.do === "ack" && seen.length > 0) {
            const message = [...mailbox.messages.values()].find(({ id }) => seen.includes(Number(id)));
            if (message) mailboxes.remove(message);
            subscription.pump();
          }
          if (now.do === "takeover") {
            const old = wire;
            const { told } = subscription;
            begin();
            assert.ok(told.ended);
            old.takeAll();
            assert.equal(old.text.trimEnd().split("\n").at(-1), `102;taken-over;${BOB}`);
          }
          if (now.do === "break") {
            wire.breakOff();
            subscription.stop();
            assert.equal(mailbox.held, 0);
            begin();
          }
          assert.ok(mailbox.held <= window);
        }
        for (let i = 0; waiting().length > 0 && i < 1000; i++) {
          wire.takeAll();
          look();
          const first = mailbox.first!;
          assert.ok(seen.includes(Number(first.id)), "the oldest is never left waiting");
          mailboxes.remove(first);
          subscription.pump();
        }
        assert.deepEqual(waiting(), []);
        assert.equal(mailbox.held, 0);
      }),
      { numRuns: 100 },
    );
  });

  it("waits for its reader, and goes on where it stopped", () => {
    const { mailboxes, mailbox, put, waiting } = setUp(new Array(40).fill(30_000));
    const wire = new Wire(mailboxes);
    subscribe(wire, mailbox, 1024);
    assert.ok(wire.output.waiting < HIGH_WATER_BYTES + 50_000);
    put();
    const all = waiting();
    wire.takeAll();
    assert.deepEqual(wire.numbers(), all);
  });

  it("gives up what it held to the next reader, in its old place", () => {
    const { mailboxes, mailbox, put, waiting } = setUp(new Array(3).fill(100));
    const [one, two] = [new Wire(mailboxes), new Wire(mailboxes)];
    subscribe(one, mailbox, 2);
    put();
    const all = waiting();
    subscribe(two, mailbox, 1024);
    two.takeAll();
    assert.deepEqual(two.numbers(), all);
    one.takeAll();
    assert.equal(mailbox.messages.size, 4);
  });

  it("takes what a broken GET let go, before what is younger", () => {
    const { mailboxes, mailbox, put, waiting } = setUp(new Array(2).fill(100));
    const [get, wire] = [new Wire(mailboxes), new Wire(mailboxes)];
    const run = new GetRun(get, mailbox);
    run.pump();
    subscribe(wire, mailbox, 1);
    wire.takeAll();
    assert.deepEqual(wire.numbers(), []);
    get.breakOff();
    run.release();
    put();
    wire.takeAll();
    assert.deepEqual(wire.numbers(), waiting().slice(0, 1));
  });

  it("has room again when what it held expires, and goes on with the oldest", () => {
    const { mailboxes, mailbox, put } = setUp();
    const wire = new Wire(mailboxes);
    const subscription = subscribe(wire, mailbox, 1);
    put(100, 0);
    const older = put(100, 50_000);
    wire.takeAll();
    assert.equal(wire.numbers().length, 1);
    mailboxes.expire(100_000);
    const younger = put(100, 100_000);
    subscription.window = 2;
    subscription.pump();
    wire.takeAll();
    assert.deepEqual(wire.numbers(), [Number(older.id), Number(younger.id)]);
  });

  it("changes its window, and sends nothing again", () => {
    const { mailboxes, mailbox, waiting } = setUp(new Array(5).fill(100));
    const wire = new Wire(mailboxes);
    const subscription = subscribe(wire, mailbox, 2);
    subscription.window = 4;
    subscription.pump();
    wire.takeAll();
    assert.deepEqual(wire.numbers(), waiting().slice(0, 4));
    subscription.window = 1;
    mailboxes.remove(mailbox.first!);
    subscription.pump();
    wire.takeAll();
    assert.deepEqual(wire.numbers(), []);
  });

  it("leaves no decoded envelope in the room it is put together in", () => {
    const { mailboxes, mailbox } = setUp([5000, 100]);
    const wire = new Wire(mailboxes);
    subscribe(wire, mailbox, 4);
    assert.ok(wire.room.every((byte) => byte === 0));
  });
});
