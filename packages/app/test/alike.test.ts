import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { looksLike, mixesScripts } from "../src/contacts/alike.ts";

const PAIRS: [a: string, b: string][] = [
  ["Bob", "bob"],
  ["Alice", "Аlice"],
  ["paypal", "раураl"],
  ["Bill", "BiII"],
  ["modern", "modem"],
  ["Zoe", "Zoë"],
  ["Bob", "B o b"],
  ["Bob", "Bob."],
  ["Bob", "Ｂｏｂ"],
  ["bob0", "bobo"],
  ["Nikos", "Νikοs"],
];

for (const [a, b] of PAIRS) {
  test(`${a} looks like ${b}`, () => {
    assert.equal(looksLike(a, b), true);
    assert.equal(looksLike(b, a), true);
  });
}

test("other names do not, nor does a name look like itself", () => {
  for (const [a, b] of [
    ["Bob", "Bert"],
    ["Anna", "Hanna"],
    ["Иван", "Игорь"],
    ["東京", "京都"],
    ["👩", "👨"],
    ["Bob", "Bob 2"],
  ] as const) {
    assert.equal(looksLike(a, b), false, `${a} ${b}`);
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => assert.equal(looksLike(name, name), false)));
});

test("a name of one script is told from a mixture", () => {
  for (const name of ["Bob", "Иван", "Νίκος", "Bob 東京", "田中 Taro", "Bob-2", "שלום"])
    assert.equal(mixesScripts(name), false, name);
  for (const name of ["Аlice", "Bоb", "Νikos"]) assert.equal(mixesScripts(name), true, name);
});
