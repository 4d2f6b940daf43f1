import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { BLOCK_BYTES, Blocks, blocksFor } from "../src/blocks.ts";

const SLAB_BYTES = 1024 * BLOCK_BYTES;

/** Bytes of a length that no other run of the same test has. */
function filled(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => ((seed * 31 + i * 7) % 255) + 1);
}

const length = fc.oneof(
  fc.integer({ min: 1, max: 5 * BLOCK_BYTES }),
  fc.constantFrom(1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES),
  fc.integer({ min: 200 * BLOCK_BYTES, max: 700 * BLOCK_BYTES }),
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("store" as const), length }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wipe" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("trim" as const) }) },
);

describe("blocks", () => {
  it("give back what was stored, whatever was stored, wiped and trimmed before", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const blocks = new Blocks();
        const model = new Map<number, Uint8Array>();
        for (const [seed, now] of steps.entries()) {
          if (now.do === "store") {
            const bytes = filled(now.length, seed);
            const first = blocks.store(bytes);
            assert.ok(!model.has(first), "a block in use was given out");
            model.set(first, bytes);
          } else if (now.do === "wipe") {
            const all = [...model];
            const one = all[now.which % Math.max(1, all.length)];
            if (one) wipeOne(blocks, model, one);
          } else {
            blocks.trim();
          }
          checkOne(blocks, [...model].at(seed % Math.max(1, model.size)));
        }
        for (const entry of model) checkOne(blocks, entry);
        for (const entry of [...model]) wipeOne(blocks, model, entry);
        blocks.trim();
        assert.ok(blocks.allocatedBytes <= SLAB_BYTES);
      }),
      { numRuns: 60 },
    );
  });

  it("zero what is wiped, and only that", () => {
    const blocks = new Blocks();
    const kept = blocks.store(filled(BLOCK_BYTES, 1));
    const gone = blocks.store(filled(BLOCK_BYTES, 2));
    const view = blocks.view(gone, BLOCK_BYTES) as Uint8Array;
    blocks.wipe(gone, BLOCK_BYTES);
    assert.ok(view.every((byte) => byte === 0));
    assert.deepEqual(blocks.view(kept, BLOCK_BYTES), filled(BLOCK_BYTES, 1));
  });

  it("zero every block of a long run", () => {
    const blocks = new Blocks();
    const probe = blocks.view(blocks.store(new Uint8Array([1])), 1) as Uint8Array;
    const memory = new Uint8Array(probe.buffer);
    const length = 10 * BLOCK_BYTES + 17;
    const first = blocks.store(filled(length, 3));
    assert.equal(
      memory.reduce((sum, byte) => sum + (byte === 0 ? 0 : 1), 0),
      length + 1,
    );
    blocks.wipe(first, length);
    assert.equal(
      memory.reduce((sum, byte) => sum + (byte === 0 ? 0 : 1), 0),
      1,
    );
    blocks.wipeAll();
    assert.ok(memory.every((byte) => byte === 0));
  });

  it("use freed room again, however scattered it is", () => {
    const blocks = new Blocks();
    const firsts = Array.from({ length: 3 * 1024 }, (_, i) => blocks.store(filled(BLOCK_BYTES, i)));
    assert.equal(blocks.allocatedBytes, 3 * SLAB_BYTES);
    for (const [i, first] of firsts.entries()) if (i % 2 === 0) blocks.wipe(first, BLOCK_BYTES);
    // What is longer than any hole still fits into the holes.
    const long = filled(1500 * BLOCK_BYTES, 7);
    const first = blocks.store(long);
    assert.equal(blocks.allocatedBytes, 3 * SLAB_BYTES);
    const read = new Uint8Array(long.length);
    blocks.read(first, long.length, read);
    assert.ok(Buffer.from(read).equals(long));
  });

  it("let go of empty slabs, but for one, and take the gaps again", () => {
    const blocks = new Blocks();
    const runs = Array.from({ length: 4 }, (_, i) => blocks.store(filled(SLAB_BYTES, i)));
    const last = blocks.store(filled(1, 9));
    for (const run of runs) blocks.wipe(run, SLAB_BYTES);
    blocks.trim();
    assert.equal(blocks.allocatedBytes, 2 * SLAB_BYTES);
    assert.deepEqual(blocks.view(last, 1), filled(1, 9));
    const again = Array.from({ length: 4 }, (_, i) => blocks.store(filled(SLAB_BYTES, i + 20)));
    for (const [i, run] of again.entries()) checkOne(blocks, [run, filled(SLAB_BYTES, i + 20)]);
    assert.deepEqual(blocks.view(last, 1), filled(1, 9));
  });

  it("are as many as the bytes need", () => {
    assert.deepEqual([1, BLOCK_BYTES, BLOCK_BYTES + 1].map(blocksFor), [1, 1, 2]);
  });
});

function checkOne(blocks: Blocks, entry: [number, Uint8Array] | undefined): void {
  if (!entry) return;
  const [first, bytes] = entry;
  const target = new Uint8Array(bytes.length + 1);
  blocks.read(first, bytes.length, target);
  assert.ok(Buffer.from(target.subarray(0, bytes.length)).equals(bytes), "read something else");
  assert.equal(target[bytes.length], 0, "read too much");
  const view = blocks.view(first, bytes.length);
  assert.equal(view !== undefined, bytes.length <= BLOCK_BYTES);
  if (view) assert.ok(Buffer.from(view).equals(bytes), "the view shows something else");
}

function wipeOne(blocks: Blocks, model: Map<number, Uint8Array>, [first, bytes]: [number, Uint8Array]): void {
  const front = blocks.view(first, Math.min(bytes.length, BLOCK_BYTES)) as Uint8Array;
  model.delete(first);
  blocks.wipe(first, bytes.length);
  assert.ok(
    front.every((byte) => byte === 0),
    "a freed block is not zero",
  );
}
