/** Two contacts by a spoken code, and a safety number that both compare. */
import assert from "node:assert/strict";
import { type Chapter, press, type } from "./step.ts";

export const MEETING: Chapter = {
  title: "Meeting",
  steps: [
    {
      name: "alice-code",
      who: "alice",
      keys: [type("/code"), ...press("Enter")],
      shows: /\d+-[a-z]+-[a-z]+/,
      learns: ["code", (rows) => /\d+-[a-z]+-[a-z]+/.exec(rows.join("\n"))?.[0]],
      says: "Alice has Bob on the telephone. `/code` makes a code for her to read out.",
    },
    {
      name: "bob-join-typed",
      who: "bob",
      keys: [type("/join {code}")],
      shows: /› \/join \d+-/,
      says: "Bob types what he hears. Whoever guesses gets one try: a wrong word, and the code is gone.",
    },
    {
      name: "bob-joined",
      who: "bob",
      keys: press("Enter"),
      shows: /Alice is a contact/,
      says: "A moment later both have each other. The relay saw that a code was used, but no key, name or card in it.",
    },
    {
      name: "alice-joined",
      who: "alice",
      keys: [],
      shows: /Bob is a contact/,
    },
    {
      name: "alice-verify",
      who: "alice",
      keys: [type("/verify"), ...press("Enter")],
      shows: /Verify Bob[\s\S]*(?:\d{5} {2}){3}\d{5}/,
      learns: ["number", numberOn],
      says:
        "A code proves that Bob is whoever heard it. To be sure that it was heard by nobody else, they compare the safety " +
        "number, `/verify`, while they are on the telephone: it is the same on both screens. Further down are a QR code of " +
        "it and pictures of both keys.",
    },
    {
      name: "bob-verify",
      who: "bob",
      keys: [type("/verify"), ...press("Enter")],
      shows: /Verify Alice[\s\S]*(?:\d{5} {2}){3}\d{5}/,
      holds: (_stage, rows, words) => assert.equal(numberOn(rows), words.get("number")),
    },
    {
      name: "alice-verified",
      who: "alice",
      keys: [type("y")],
      shows: /Bob +verified/,
    },
    {
      name: "bob-verified",
      who: "bob",
      keys: [type("y")],
      shows: /Alice +verified/,
      says: "Both say `y`, and from now on the line above the conversation says *verified*. A key that changed would end that.",
    },
  ],
};

function numberOn(rows: readonly string[]): string {
  const digits = rows.flatMap((row) => (/^ +(?:\d{5} *)+$/.test(row) ? (row.match(/\d{5}/g) ?? []) : []));
  assert.equal(digits.length, 12, rows.join("\n"));
  return digits.join(" ");
}
