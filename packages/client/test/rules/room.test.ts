import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { diskOf, fits, hasRoomAgain, isDiskShort, roomOf } from "../../src/rules/room.ts";

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;
const SET = { quota: 1024, reserve: 256 };
/** More than any line takes: 65,536 bytes of text, six times, and what is around them. */
const LONGEST = 6 * 65_536 + 16_384;

test("a disk as it is set, and as it is", () => {
  const large = { free: 5 * GIBIBYTE, size: 100 * GIBIBYTE };
  assert.deepEqual(diskOf(SET, large, 7), {
    quota: GIBIBYTE,
    reserve: 256 * MEBIBYTE,
    free: 5 * GIBIBYTE + 7,
  });
  assert.equal(diskOf(SET, { free: 1, size: 64 * MEBIBYTE }, 0).reserve, 8 * MEBIBYTE);
  const nowhere = diskOf(SET, undefined, 0);
  assert.equal(nowhere.free, Number.POSITIVE_INFINITY);
  assert.equal(isDiskShort(nowhere, true), false);
});

test("a disk is short below the reserve, until an eighth more is free", () => {
  const disk = (free: number) => ({ quota: 1, reserve: 800, free });
  assert.deepEqual(
    [799, 800, 899, 900].map((free) => [isDiskShort(disk(free), false), isDiskShort(disk(free), true)]),
    [
      [true, true],
      [false, true],
      [false, true],
      [false, false],
    ],
  );
  assert.equal(isDiskShort({ quota: 1, reserve: 0, free: 0 }, true), false);
});

test("a contact has its quota, and never more than is free", () => {
  const disk = { quota: 1000, reserve: 100, free: 5000 };
  assert.equal(roomOf("contact", disk), 1000);
  assert.equal(roomOf("blocked", disk), 1000);
  assert.equal(roomOf("contact", { ...disk, free: 700 }), 600);
  assert.equal(roomOf("request", { quota: GIBIBYTE, reserve: 0, free: GIBIBYTE }), 4 * MEBIBYTE);
  assert.equal(roomOf("me", { ...disk, free: 0 }), Number.POSITIVE_INFINITY);
});

test("lines fit into the room, other contents into an eighth more, and what makes room always does", () => {
  const [line, other] = [
    { isLine: true, fullAt: undefined },
    { isLine: false, fullAt: undefined },
  ];
  const at = (after: number) => ({ before: 500, after });
  assert.deepEqual([fits(at(800), 800, line), fits(at(801), 800, line)], [true, false]);
  assert.deepEqual([fits(at(900), 800, other), fits(at(901), 800, other)], [true, false]);
  assert.equal(fits(at(600), 800, { ...line, fullAt: 500 }), false);
  assert.equal(fits(at(600), 800, { ...other, fullAt: 500 }), true);
  // The room has shrunk below what is taken: an eighth of that is left, and no eighth of an eighth.
  assert.deepEqual([fits(at(562), 80, other), fits(at(563), 80, other)], [true, false]);
  const full = { isLine: false, fullAt: 480 };
  assert.deepEqual([fits(at(540), 80, full), fits(at(541), 80, full)], [true, false]);
  assert.equal(fits(at(499), 0, { ...line, fullAt: 500 }), true);
});

test("who was refused has no room again before something was removed, or the room has grown", () => {
  fc.assert(
    fc.property(fc.nat(4 * GIBIBYTE), fc.nat(4 * GIBIBYTE), fc.nat(LONGEST), (room, before, weight) => {
      const isRefused = !fits({ before, after: before + weight }, room, { isLine: true, fullAt: undefined });
      if (isRefused && weight > 0) assert.equal(hasRoomAgain(before, room), false);
    }),
    { numRuns: 2_000 },
  );
  assert.equal(hasRoomAgain(0, MEBIBYTE), true);
  assert.equal(hasRoomAgain(7 * MEBIBYTE, 8 * MEBIBYTE), true);
  assert.equal(hasRoomAgain(7 * MEBIBYTE + 1, 8 * MEBIBYTE), false);
});
