/** How many guests are told that an invite is closed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusals } from "../../src/engine/guests.ts";

test("64 are told for each invite, and no more", () => {
  const refusals = new Refusals();
  for (let n = 0; n < 64; n++) assert.ok(refusals.mayTell(1));
  for (let n = 0; n < 64; n++) assert.ok(!refusals.mayTell(1));
  assert.ok(refusals.mayTell(2));
});
