/** The line reader: docs/protocol.md, "Lines". */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LineReader, ProtocolError } from "@asfaleia/protocol";
import fc from "fast-check";
import { cut, lineBytes } from "./arbitraries.ts";
import { latin1, type Scenario, text, vectors } from "./vectors.ts";

interface Reading {
  readonly lines: string[];
  readonly error?: string;
  readonly pending: number;
}

/** Reads these pieces one after the other, and notes what the reader said. */
function read(limit: number, pieces: readonly Uint8Array[]): Reading {
  const reader = new LineReader(limit);
  const lines: string[] = [];
  try {
    for (const piece of pieces) {
      const taken = reader.feed(piece, (line) => lines.push(text(line)) > 0);
      assert.equal(taken, piece.length);
      assert.ok(reader.pendingBytes <= limit + 1, "it holds no more than the limit and a CR");
    }
  } catch (error) {
    assert.ok(error instanceof ProtocolError);
    return { lines, error: error.code, pending: reader.pendingBytes };
  }
  return { lines, pending: reader.pendingBytes };
}

/** What the reader should say, written as simply as can be. */
function expected(limit: number, input: string): Reading {
  const parts = input.split("\n");
  const rest = parts.pop() as string;
  const lines: string[] = [];
  for (const part of parts) {
    const line = part.replace(/\r$/, "");
    if (line.length > limit) return { lines, error: "too-large", pending: 0 };
    lines.push(line);
  }
  return rest.length > limit + 1
    ? { lines, error: "too-large", pending: 0 }
    : { lines, pending: rest.length };
}

const single = (bytes: Uint8Array) => Array.from(bytes, (byte) => Uint8Array.of(byte));

interface LineScenario extends Scenario {
  readonly limit: number;
  readonly input: string;
  readonly lines: string[];
  readonly error?: string;
  readonly rest?: string;
}

for (const { name, limit, input, lines, error, rest = "" } of vectors<LineScenario>("lines.json")) {
  test(`lines: ${name}`, () => {
    const wanted = { lines, ...(error ? { error } : {}), pending: rest.length };
    const bytes = latin1(input);
    assert.deepEqual(read(limit, [bytes]), wanted);
    assert.deepEqual(read(limit, single(bytes)), wanted);
    for (let at = 0; at <= bytes.length; at++) {
      assert.deepEqual(read(limit, [bytes.slice(0, at), bytes.slice(at)]), wanted, `cut at ${at}`);
    }
  });
}

test("however the input is cut, the lines are those of the whole", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), cut(lineBytes(200)), (limit, pieces) => {
      const whole = Buffer.concat(pieces);
      const wanted = expected(limit, text(whole));
      assert.deepEqual(read(limit, [new Uint8Array(whole)]), wanted);
      assert.deepEqual(read(limit, pieces), wanted);
    }),
    { numRuns: 2000 },
  );
});

test("long lines, across several growths of what is kept", () => {
  const line = (length: number) => new Uint8Array(length).fill(0x78);
  for (const length of [511, 512, 513, 1025, 2047, 2048, 2049, 99_999, 100_000]) {
    const bytes = Buffer.concat([line(length), latin1("\r\nnext\n")]);
    const pieces = [];
    for (let at = 0; at < bytes.length; at += 700) pieces.push(bytes.subarray(at, at + 700));
    const { lines } = read(100_000, pieces);
    assert.deepEqual(
      lines.map((each) => each.length),
      [length, 4],
    );
  }
  assert.equal(read(100_000, [line(60_000), line(40_002)]).error, "too-large");
});

test("a callback that says no stops the reader behind its line, and what is left can be fed again", () => {
  fc.assert(
    fc.property(cut(lineBytes(200)), fc.array(fc.boolean()), (pieces, answers) => {
      const reader = new LineReader(300);
      const lines: string[] = [];
      let turn = 0;
      for (const piece of pieces) {
        let left = piece;
        do {
          let stopped = false;
          const taken = reader.feed(left, (line) => {
            assert.ok(!stopped, "nothing comes behind a no");
            lines.push(text(line));
            stopped = answers[turn++ % answers.length] === false;
            return !stopped;
          });
          if (stopped) assert.equal(left[taken - 1], 0x0a);
          else assert.equal(taken, left.length);
          left = left.subarray(taken);
        } while (left.length > 0);
      }
      assert.deepEqual(lines, expected(300, text(Buffer.concat(pieces))).lines);
    }),
  );
});

/** Runs something and returns every Uint8Array that it made. */
function arraysMadeBy(run: () => void): Uint8Array[] {
  const original = globalThis.Uint8Array;
  const made: Uint8Array[] = [];
  globalThis.Uint8Array = new Proxy(original, {
    construct(target, args) {
      const array = Reflect.construct(target, args) as Uint8Array;
      made.push(array);
      return array;
    },
  });
  try {
    run();
  } finally {
    globalThis.Uint8Array = original;
  }
  return made;
}

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

test("a view is good only in the callback: behind it, what was kept is zero", () => {
  const reader = new LineReader(100);
  const views: Uint8Array[] = [];
  reader.feed(latin1("a sec"), () => true);
  reader.feed(latin1("ret\n"), (line) => {
    assert.equal(text(line), "a secret");
    return views.push(line) > 0;
  });
  assert.equal(views.length, 1);
  assert.ok(isZero(new Uint8Array((views[0] as Uint8Array).buffer)));
});

test("every buffer that held a part of a line is zero when the line is done, and none is over the limit", () => {
  const limit = 5000;
  const piece = new Uint8Array(700).fill(0x73);
  const tooMuch = new Uint8Array(limit).fill(0x73);
  const ends: ((reader: LineReader) => void)[] = [
    (reader) => reader.feed(latin1("\n"), () => true),
    (reader) => reader.wipe(),
    (reader) => assert.throws(() => reader.feed(tooMuch, () => true)),
    (reader) =>
      assert.throws(() =>
        reader.feed(latin1("\n"), () => {
          throw new Error("the callback fails");
        }),
      ),
  ];
  for (const end of ends) {
    const made = arraysMadeBy(() => {
      const reader = new LineReader(limit);
      for (let i = 0; i < 7; i++) reader.feed(piece, () => true);
      end(reader);
      assert.equal(reader.pendingBytes, 0);
    });
    const kept = made.filter((array) => array.length >= 512);
    assert.ok(kept.length >= 3, "it grew several times");
    for (const array of kept) {
      assert.ok(array.length <= limit + 1 && isZero(array), `${array.length} bytes`);
    }
  }
});

test("a line that lies whole in what was fed is not copied", () => {
  for (const ending of ["\n", "\r\n"]) {
    const fed = latin1(`4;token${ending}`);
    new LineReader(100).feed(fed, (line) => {
      assert.equal(line.buffer, fed.buffer);
      assert.equal(text(line), "4;token");
      return true;
    });
  }
});

test("an idle connection that once had a long line keeps little room", () => {
  const reader = new LineReader(100_000);
  let room = 0;
  const take = (line: Uint8Array) => {
    room = line.buffer.byteLength;
    return true;
  };
  reader.feed(new Uint8Array(50_000), take);
  reader.feed(latin1("\n"), take);
  assert.ok(room >= 50_000);
  reader.feed(latin1("ab"), take);
  reader.feed(latin1("c\n"), take);
  assert.ok(room <= 2048, `${room} bytes are kept`);
});
