/** The order of a conversation, without a socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DOCUMENT,
  END,
  encodeBase64,
  LineReader,
  MESSAGE,
  parseDocument,
  parseEnd,
  parseSent,
  SENT,
} from "@asfaleia/protocol";
import fc from "fast-check";
import { messageId, messageLine } from "../../../../test/kit/fake-relay.ts";
import { LinkError } from "../../src/link/errors.ts";
import { messageOf, oneLine, Requests, run } from "../../src/link/requests.ts";
import { MAILBOX, OTHER } from "./rig.ts";

/** Everything that a conversation gives out, in order. */
type Log = string[];

/** One thing that happens: a request and its whole reply, or something unasked. */
type Turn =
  | { readonly kind: "send" | "end"; readonly number: number }
  | { readonly kind: "get" | "lookup"; readonly count: number }
  | { readonly kind: "refused" }
  | { readonly kind: "push"; readonly number: number };

const number = fc.nat({ max: 500 });
const count = fc.nat({ max: 5 });
const anyTurn: fc.Arbitrary<Turn> = fc.oneof(
  fc.record({ kind: fc.constantFrom("send" as const, "end" as const), number }),
  fc.record({ kind: fc.constantFrom("get" as const, "lookup" as const), count }),
  fc.record({ kind: fc.constant("refused" as const) }),
  fc.record({ kind: fc.constant("push" as const), number }),
);

function settle(name: string, log: Log) {
  return {
    resolve: (value: unknown) =>
      log.push(`${name} ${value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value}`),
    reject: (error: unknown) => log.push(`${name} failed ${(error as { code: string }).code}`),
  };
}

/** The requests of these turns under way, the mailbox OTHER subscribed, and what they log. */
function conversation(turns: readonly Turn[]): { requests: Requests; log: Log } {
  const log: Log = [];
  const requests = new Requests();
  const pushed = messageOf(OTHER, 1024);
  requests.subscribe({
    mailbox: OTHER,
    push: (rest) => log.push(`push ${Buffer.from(pushed(rest).id).readUInt32BE()}`),
    end: (error) => log.push(`ended ${(error as LinkError).code}`),
  });
  const message = messageOf(MAILBOX, 1024);
  turns.forEach((turn, i) => {
    const to = settle(`${turn.kind} ${i}`, log);
    if (turn.kind === "send" || turn.kind === "refused") requests.add(oneLine(SENT, parseSent, to), 10);
    if (turn.kind === "end") requests.add(oneLine(END, parseEnd, to), 10);
    if (turn.kind === "get") {
      const take = (rest: Uint8Array): void =>
        void log.push(`got ${Buffer.from(message(rest).id).readUInt32BE()}`);
      requests.add(run(MESSAGE, take, to), 10);
    }
    if (turn.kind === "lookup") {
      const take = (rest: Uint8Array): void => void log.push(`found ${parseDocument(rest).slot}`);
      requests.add(run(DOCUMENT, take, to), 10);
    }
  });
  return { requests, log };
}

/** What an honest relay sends in these turns. */
function bytesOf(turns: readonly Turn[]): Buffer {
  return Buffer.concat(turns.flatMap(linesOf).map((line) => Buffer.from(line)));
}

function linesOf(turn: Turn): (string | Uint8Array)[] {
  switch (turn.kind) {
    case "send":
      return [`103;${Buffer.from(encodeBase64(messageId(turn.number))).toString()}\n`];
    case "end":
      return [`105;${turn.number}\r\n`];
    case "get":
      return [...range(turn.count).map((i) => messageLine(MAILBOX, i)), `105;${turn.count}\n`];
    case "lookup":
      return [...range(turn.count).map((i) => `106;s${i};eA==\n`), `105;${turn.count}\n`];
    case "refused":
      return ["102;not-allowed;no\n"];
    case "push":
      return [messageLine(OTHER, turn.number)];
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Feeds bytes cut after each of these lengths. */
function feed(requests: Requests, bytes: Uint8Array, cuts: readonly number[]): void {
  const reader = new LineReader(2048);
  let from = 0;
  for (const length of [...cuts, bytes.length]) {
    const piece = bytes.slice(from, from + length);
    reader.feed(piece, (line) => {
      requests.take(line);
      return true;
    });
    // What was handed out must not lean on bytes that the socket uses again.
    piece.fill(0);
    from += length;
  }
}

test("any cut of the bytes gives the same", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 60 }));
  fc.assert(
    fc.property(fc.array(anyTurn), cuts, (turns, cuts) => {
      const whole = conversation(turns);
      feed(whole.requests, bytesOf(turns), []);
      const cut = conversation(turns);
      feed(cut.requests, bytesOf(turns), cuts);
      assert.deepEqual(cut.log, whole.log);
      assert.equal(cut.requests.size, 0);
      assert.equal(cut.requests.headBytes, 0);
    }),
  );
});

test("every turn is answered by what was sent for it, in order", () => {
  fc.assert(
    fc.property(fc.array(anyTurn), (turns) => {
      const { requests, log } = conversation(turns);
      feed(requests, bytesOf(turns), []);
      assert.deepEqual(log, turns.flatMap(loggedOf));
    }),
  );
});

function loggedOf(turn: Turn, i: number): Log {
  switch (turn.kind) {
    case "send":
      return [`send ${i} ${Buffer.from(messageId(turn.number)).toString("hex")}`];
    case "end":
      return [`end ${i} ${turn.number}`];
    case "get":
      return [...range(turn.count).map((n) => `got ${n}`), `get ${i} undefined`];
    case "lookup":
      return [...range(turn.count).map((n) => `found s${n}`), `lookup ${i} undefined`];
    case "refused":
      return [`refused ${i} failed not-allowed`];
    case "push":
      return [`push ${turn.number}`];
  }
}

test("whatever a relay says, a line is taken or the relay is bad", () => {
  const honest = fc.array(anyTurn).map((turns) => bytesOf(turns).toString("latin1").split("\n"));
  const token = fc.constantFrom(
    "100",
    "101",
    "102",
    "103",
    "104",
    "105",
    "106",
    "1",
    "",
    MAILBOX,
    OTHER,
    "taken-over",
  );
  const made = fc.array(fc.oneof(token, fc.string()), { maxLength: 6 }).map((fields) => fields.join(";"));
  const lines = fc.array(
    fc.oneof(
      made,
      honest.map((some) => some[0] ?? ""),
    ),
  );
  fc.assert(
    fc.property(fc.array(anyTurn), lines, (turns, lines) => {
      const { requests, log } = conversation(turns);
      const asked = requests.size;
      let broken: LinkError | undefined;
      for (const line of lines) {
        try {
          requests.take(Buffer.from(line, "latin1"));
        } catch (error) {
          assert.ok(error instanceof LinkError && error.code === "bad-relay");
          broken = error;
          break;
        }
      }
      requests.fail(broken ?? new LinkError("closed"));
      const answered = log.filter((entry) => /^(send|end|get|lookup|refused) /.test(entry));
      assert.equal(answered.length, asked, "each request is answered once");
      assert.equal(log.filter((entry) => entry.startsWith("ended")).length, 1, "each subscription ends once");
    }),
  );
});

test("a newer subscription of a mailbox ends the older", () => {
  const log: Log = [];
  const requests = new Requests();
  const subscriber = (name: string) => ({
    mailbox: MAILBOX,
    push: () => log.push(`${name} got`),
    end: (error: unknown) => log.push(`${name} ${(error as LinkError).code}`),
  });
  requests.subscribe(subscriber("first"));
  requests.subscribe(subscriber("second"));
  requests.take(messageLine(MAILBOX, 1).subarray(0, -1));
  assert.deepEqual(log, ["first taken-over", "second got"]);
});
