/** Lines of JSON-RPC out of bytes, however they come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { LineError, Lines, MAX_REQUEST_BYTES } from "../src/rpc/lines.ts";

const text = fc.string({ unit: "binary", maxLength: 40 }).map((one) => one.replaceAll("\n", ""));

test("lines are the same, in whatever pieces their bytes come", () => {
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (said, sizes) => {
        const bytes = Buffer.from(said.map((line) => `${line}\n`).join(""));
        const lines = new Lines(1000);
        const got: string[] = [];
        for (let at = 0, nth = 0; at < bytes.length; nth++) {
          const size = sizes[nth % sizes.length] ?? 1;
          // The room of a chunk is used again, as a socket may do.
          const chunk = Uint8Array.from(bytes.subarray(at, at + size));
          got.push(...lines.push(chunk));
          chunk.fill(0x78);
          at += size;
        }
        assert.deepEqual(got, Buffer.from(said.join("\n")).toString().split("\n").slice(0, said.length));
      },
    ),
  );
});

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes that are still in use. */
function held(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test("the longest line goes through byte by byte, in as much room as it takes, and none that is longer", () => {
  const lines = new Lines(MAX_REQUEST_BYTES);
  const before = held();
  for (let at = 1; at < MAX_REQUEST_BYTES; at++) assert.equal(lines.push(new Uint8Array([0x61])).length, 0);
  const grown = held() - before;
  assert.ok(grown < 8 * MAX_REQUEST_BYTES, `${grown} bytes more`);
  assert.equal(lines.push(new Uint8Array([0x0a]))[0]?.length, MAX_REQUEST_BYTES - 1);
  lines.push(new Uint8Array(MAX_REQUEST_BYTES - 1));
  assert.throws(() => lines.push(new Uint8Array([0x61])), LineError);
});
