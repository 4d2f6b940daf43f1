import assert from "node:assert/strict";
import { test } from "node:test";
import { closest } from "../src/suggest.ts";

test("what was meant is at most two slips away: one missing, one too many, another one, two swapped", () => {
  const names = ["Alice", "bob", "Caroline"];
  for (const [typed, meant] of [
    ["alice", "Alice"],
    ["alcie", "Alice"],
    ["ALCIE", "Alice"],
    ["Alise", "Alice"],
    ["Aliice", "Alice"],
    ["lice", "Alice"],
    ["obb", "bob"],
    ["bbo", "bob"],
    ["Craolien", "Caroline"],
  ] as const)
    assert.equal(closest(typed, names), meant, typed);
});

test("what is further away is not guessed, nor a name of which nothing is left", () => {
  assert.equal(closest("Craloien", ["Caroline"]), undefined);
  assert.equal(closest("xy", ["me"]), undefined);
  assert.equal(closest("bob", []), undefined);
});

test("of several the closest one is meant", () => {
  assert.equal(closest("alise", ["elise", "alice", "alise"]), "alise");
  assert.equal(closest("card", ["add", "cards", "cord-x"]), "cards");
});
