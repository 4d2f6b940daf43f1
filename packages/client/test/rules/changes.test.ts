/** Who may change what, and for how long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_EMOJI_BYTES } from "../../src/format/content.ts";
import {
  type Change,
  CLOCKS_DIFFER_MS,
  DELETE_WITHIN_MS,
  EDIT_WITHIN_MS,
  isEmoji,
  mayDelete,
  mayEdit,
  mayReact,
  type Said,
} from "../../src/rules/changes.ts";

const AT = 1_800_000_000_000;
const said: Said = { contact: 3, isOwn: false, at: AT, kind: "text", isDeleted: false, editedAt: undefined };
const change: Change = { contact: 3, isOwn: false, at: AT + 1_000, n: 9 };

test("who said it may edit and delete it", () => {
  assert.equal(mayEdit(said, change), true);
  assert.equal(mayDelete(said, change), true);
  const own = { ...said, isOwn: true };
  assert.equal(mayEdit(own, { ...change, isOwn: true }), true);
  assert.equal(mayDelete(own, { ...change, isOwn: true }), true);
});

test("nobody else may, whatever it is and whenever", () => {
  const anyMessage = fc.record<Said>({
    contact: fc.nat(3),
    isOwn: fc.boolean(),
    at: fc.nat(1e13),
    kind: fc.constantFrom("text", "reply", "offer", "notice", "new-thing"),
    isDeleted: fc.boolean(),
    editedAt: fc.option(fc.nat(1e13), { nil: undefined }),
  });
  const anyChange = fc.record<Change>({
    contact: fc.nat(3),
    isOwn: fc.boolean(),
    at: fc.nat(1e13),
    n: fc.nat(100),
  });
  fc.assert(
    fc.property(anyMessage, anyChange, (message, by) => {
      fc.pre(message.contact !== by.contact || message.isOwn !== by.isOwn);
      assert.equal(mayEdit(message, by), "not-theirs");
      assert.equal(mayDelete(message, by), "not-theirs");
    }),
  );
});

for (const [name, may, withinMs] of [
  ["edit", mayEdit, EDIT_WITHIN_MS],
  ["deletion", mayDelete, DELETE_WITHIN_MS],
] as const) {
  test(`the time for the ${name} ends, an hour allowed on either side`, () => {
    const after = (ms: number) => may(said, { ...change, at: AT + ms });
    assert.equal(after(withinMs), true);
    assert.equal(after(withinMs + CLOCKS_DIFFER_MS), true);
    assert.equal(after(withinMs + CLOCKS_DIFFER_MS + 1), "too-late");
    assert.equal(after(-CLOCKS_DIFFER_MS), true);
    assert.equal(after(-CLOCKS_DIFFER_MS - 1), "too-early");
  });
}

test("texts, replies and what is said with a file are edited, and nothing else", () => {
  for (const kind of ["text", "reply", "offer"]) assert.equal(mayEdit({ ...said, kind }, change), true);
  for (const kind of ["notice", "new-thing", ""])
    assert.equal(mayEdit({ ...said, kind }, change), "wrong-kind");
});

test("what somebody said is deleted and reacted to, even in a form not known here", () => {
  for (const kind of ["text", "reply", "offer", "new-thing"]) {
    assert.equal(mayDelete({ ...said, kind }, change), true);
    assert.equal(mayReact({ ...said, kind }, { contact: 3, emoji: "👍" }), true);
  }
  assert.equal(mayDelete({ ...said, kind: "notice" }, change), "wrong-kind");
  assert.equal(mayReact({ ...said, kind: "notice" }, { contact: 3, emoji: "👍" }), "wrong-kind");
});

test("a deletion is final, and may be said again", () => {
  const deleted = { ...said, isDeleted: true };
  assert.equal(mayDelete(deleted, change), true);
  assert.equal(mayDelete(deleted, { ...change, at: AT + 1e12 }), true);
  assert.equal(mayEdit(deleted, change), "deleted");
  assert.equal(mayReact(deleted, { contact: 3, emoji: "👍" }), "deleted");
  assert.equal(mayReact(deleted, { contact: 3, emoji: "" }), "deleted");
});

test("only a newer edit counts: by its time, then by its counter", () => {
  const edited = { ...said, editedAt: AT + 1_000, editedN: 8 };
  assert.equal(mayEdit(edited, { ...change, at: AT + 1_001, n: 1 }), true);
  assert.equal(mayEdit(edited, { ...change, n: 9 }), true);
  assert.equal(mayEdit(edited, { ...change, n: 8 }), "stale");
  assert.equal(mayEdit(edited, { ...change, n: 7 }), "stale");
  assert.equal(mayEdit(edited, { ...change, at: AT + 999, n: 100 }), "stale");
  assert.equal(mayEdit({ ...edited, editedN: undefined }, { ...change, n: 100 }), "stale");
});

test("edits come to the same in whatever order they come", () => {
  const edits = fc.uniqueArray(fc.record({ at: fc.integer({ min: AT, max: AT + 4 }), n: fc.nat(20) }), {
    selector: ({ at, n }) => `${at} ${n}`,
    minLength: 1,
    maxLength: 8,
  });
  const orders = edits.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(orders, ([one, other]) => {
      const ends = [one, other].map((order) => {
        let message = said;
        for (const { at, n } of order) {
          if (mayEdit(message, { ...change, at, n }) === true)
            message = { ...message, editedAt: at, editedN: n };
        }
        return [message.editedAt, message.editedN];
      });
      assert.deepEqual(ends[0], ends[1]);
    }),
  );
});

test("everybody in the conversation may react at any time, with one emoji or none", () => {
  for (const isOwn of [true, false]) {
    assert.equal(mayReact({ ...said, isOwn }, { contact: 3, emoji: "❤️" }), true);
    assert.equal(mayReact({ ...said, isOwn }, { contact: 3, emoji: "" }), true);
  }
  assert.equal(mayReact(said, { contact: 4, emoji: "👍" }), "not-theirs");
  assert.equal(mayReact(said, { contact: 3, emoji: "👍👍" }), "not-an-emoji");
});

test("an emoji is one picture, of whatever parts", () => {
  for (const emoji of ["👍", "👍🏽", "❤", "❤️", "🇩🇪", "1️⃣", "#⃣", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "©"]) {
    assert.ok(isEmoji(emoji), JSON.stringify(emoji));
  }
});

test("nothing else is one", () => {
  const others = [
    "",
    " ",
    "a",
    "1",
    "+1",
    "👍 ",
    "👍a",
    "👍\n",
    "🇩",
    "\u200D",
    "👍\u200D",
    "\uFE0F",
    "\u202E👍",
    "👍\u0301",
    "❤❤",
  ];
  for (const text of others) assert.ok(!isEmoji(text), JSON.stringify(text));
  assert.ok(isEmoji("👨‍👩‍👧‍👦‍👦"), "32 bytes");
  assert.ok(!isEmoji("👨‍👩‍👧‍👦‍👦‍👦"), "39 bytes");
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
      if (!isEmoji(text)) return;
      assert.ok(Buffer.byteLength(text) <= MAX_EMOJI_BYTES);
      assert.equal([...new Intl.Segmenter().segment(text)].length, 1);
    }),
  );
});

test("what is taken for an emoji is one character to the eye", () => {
  const part = fc.constantFrom(
    "👍",
    "❤",
    "🏴",
    "👩",
    "\uFE0F",
    "\u200D",
    "🏽",
    "🇩",
    "🇪",
    "1",
    "\u20E3",
    "\u{E0067}",
    "\u{E007F}",
    "a",
  );
  let found = 0;
  fc.assert(
    fc.property(fc.string({ unit: part, minLength: 1, maxLength: 5 }), (text) => {
      if (!isEmoji(text)) return;
      found++;
      assert.equal([...new Intl.Segmenter().segment(text)].length, 1, JSON.stringify(text));
    }),
    { numRuns: 2_000 },
  );
  assert.ok(found > 20);
});
