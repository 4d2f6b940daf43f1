/** The tour, walked in tmux by keys only: every screen is that of its snapshot. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { missing } from "../../packages/identity/test/oracle.ts";
import { CHAPTERS } from "./chapters.ts";
import { compared } from "./look.ts";
import { snapshotNames } from "./snapshots.ts";
import { SIZES } from "./stage.ts";
import { walk } from "./walk.ts";

const needs = { skip: missing("tmux") };

for (const size of SIZES) {
  test(
    `two people, from nothing to a verified chat and back, at ${size.columns}×${size.rows}`,
    needs,
    async () => {
      await walk(size, compared(size));
    },
  );
}

test("every step has a snapshot at every size, and every snapshot a step", () => {
  const steps = CHAPTERS.flatMap((chapter) => chapter.steps.map(({ name }) => name)).sort();
  assert.equal(new Set(steps).size, steps.length);
  for (const size of SIZES) assert.deepEqual(snapshotNames(size), steps);
});
