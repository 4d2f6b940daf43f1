/** Conversations in order, search, what disappears, reactions, early changes, files. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Message, Profile } from "../../packages/client/test/profile/internals.ts";
import { contact, early, file, fresh, message } from "../../packages/client/test/profile/samples.ts";
import type { OnProfile } from "../profile.ts";

function texts(messages: readonly Message[]): (string | undefined)[] {
  return messages.map(({ text }) => text);
}

function conversation(profile: Profile): number {
  return profile.contacts.add(contact());
}

export function messagesConform(test: OnProfile): void {
  test("a message comes back as it went in", (profile) => {
    const of = conversation(profile);
    const whole = message(of, {
      until: 9,
      readAt: 8,
      editedAt: 7,
      isOwn: true,
      isDeleted: true,
      n: 2 ** 40,
      at: 1.7e12,
    });
    const bare = message(of, { text: undefined, body: new Uint8Array(0), kind: "notice" });
    for (const one of [whole, bare]) {
      const added = profile.messages.add(one);
      assert.deepEqual(added, { ...one, row: added?.row });
      assert.deepEqual(profile.messages.get(of, one.id), added);
    }
    assert.equal(profile.messages.get(of, fresh()), undefined);
    assert.equal(profile.messages.get(of + 1, whole.id), undefined);
    assert.throws(() => profile.messages.add(message(of, { id: fresh(15) })));
    assert.throws(() => profile.messages.add(message(of + 1)));
  });

  test("nothing is there twice, unless another sender or conversation has it", (profile) => {
    const [of, other] = [conversation(profile), conversation(profile)];
    const first = profile.messages.add(message(of, { text: "first" }));
    const { id } = first!;
    assert.equal(profile.messages.add(message(of, { id, text: "again", n: 0 })), undefined);
    assert.notEqual(profile.messages.add(message(of, { id, sender: "another", text: "copied" })), undefined);
    assert.notEqual(profile.messages.add(message(other, { id })), undefined);
    assert.deepEqual(profile.messages.get(of, id), first);
    assert.deepEqual(texts(profile.messages.last(of, 9)), ["first", "copied"]);
  });

  test("a late one goes right before the sender's later ones", (profile) => {
    const of = conversation(profile);
    const say = (sender: string, n: number): void => {
      profile.messages.add(message(of, { sender, n, text: `${sender}${n}` }));
    };
    say("a", 3);
    say("b", 1);
    say("a", 5);
    say("a", 2);
    say("b", 2);
    say("a", 4);
    say("a", 1);
    say("a", 0);
    say("b", 0);
    assert.deepEqual(texts(profile.messages.last(of, 99)), "a1 a2 a3 b1 a4 a5 b2 a0 b0".split(" "));
  });

  test("any arrival order gives the order of a list that is inserted into", (profile) => {
    const arrivals = fc.array(fc.record({ sender: fc.constantFrom("a", "b", "c"), n: fc.nat(40) }), {
      maxLength: 60,
    });
    const rising = fc.constant([100, ...Array(45).keys()].map((n) => ({ sender: "a", n })));
    const falling = fc.constant([...Array(45).keys()].map((n) => ({ sender: "a", n: 45 - n })));
    const check = (some: readonly { sender: string; n: number }[]): void => {
      const of = conversation(profile);
      profile.messages.add(message(conversation(profile), { sender: "a", n: 50 }));
      const model: { sender: string; n: number; text: string }[] = [];
      for (const [i, { sender, n }] of some.entries()) {
        const line = { sender, n, text: `${i}` };
        profile.messages.add(message(of, line));
        const later = n === 0 ? -1 : model.findIndex((known) => known.sender === sender && known.n > n);
        model.splice(later < 0 ? model.length : later, 0, line);
      }
      assert.deepEqual(texts(profile.messages.last(of, 1000)), texts(model as unknown as Message[]));
    };
    profile.transaction(() => {
      fc.assert(fc.property(fc.oneof({ weight: 8, arbitrary: arrivals }, rising, falling), check), {
        numRuns: 60,
      });
    });
  });

  test("a conversation is read from its end, page by page", (profile) => {
    const [of, other] = [conversation(profile), conversation(profile)];
    for (let n = 1; n <= 7; n++) profile.messages.add(message(of, { n, text: `${n}` }));
    const elsewhere = profile.messages.add(message(other));
    const page = profile.messages.last(of, 3);
    assert.deepEqual(texts(page), ["5", "6", "7"]);
    const before = profile.messages.last(of, 3, page[0]?.row);
    assert.deepEqual(texts(before), ["2", "3", "4"]);
    assert.deepEqual(texts(profile.messages.last(of, 3, before[0]?.row)), ["1"]);
    assert.deepEqual(profile.messages.last(of, 3, elsewhere?.row), []);
  });

  test("a conversation is read on from a line, page by page, in its own order", (profile) => {
    const [of, other] = [conversation(profile), conversation(profile)];
    // The third comes late: behind the others in the table, before them in the conversation.
    for (const n of [1, 2, 4, 5, 6, 7, 3]) profile.messages.add(message(of, { n, text: `${n}` }));
    const elsewhere = profile.messages.add(message(other));
    const [first] = profile.messages.last(of, 7);
    const page = profile.messages.following(of, 3, first?.row ?? 0);
    assert.deepEqual(texts(page), ["2", "3", "4"]);
    const next = profile.messages.following(of, 9, page.at(-1)?.row ?? 0);
    assert.deepEqual(texts(next), ["5", "6", "7"]);
    assert.deepEqual(profile.messages.following(of, 3, next.at(-1)?.row ?? 0), []);
    assert.deepEqual(profile.messages.following(of, 3, elsewhere?.row ?? 0), []);
  });

  test("an id is found by its beginning, with at most three others", (profile) => {
    const of = conversation(profile);
    const ids = [0, 1, 2, 3].map((last) => new Uint8Array(16).fill(0xff, 0, 4).fill(last, 15));
    for (const id of ids) profile.messages.add(message(of, { id }));
    const far = profile.messages.add(message(of, { id: new Uint8Array(16).fill(0xff, 0, 3) }));
    const found = (prefix: Uint8Array): Uint8Array[] => profile.messages.byPrefix(prefix).map(({ id }) => id);
    assert.deepEqual(found(new Uint8Array([255, 255, 255, 255])), ids.slice(0, 3));
    assert.deepEqual(found(ids[3]!), [ids[3]]);
    assert.deepEqual(found(new Uint8Array([255, 255, 255, 0])), [far?.id]);
    assert.deepEqual(found(new Uint8Array([255, 254])), []);
    for (const length of [0, 1, 17]) assert.throws(() => found(new Uint8Array(length)), RangeError);
  });

  test("search finds lines with every word, the last one begun, newest first", (profile) => {
    const [of, other] = [conversation(profile), conversation(profile)];
    const said = [
      "the quick brown fox",
      "a brown bear",
      "Fox, brown; quick!",
      "ein schöner Tag",
      "東京都に行く",
    ];
    for (const [n, text] of said.entries())
      profile.messages.add(message(n === 2 ? other : of, { n: n + 1, text }));
    const found = (words: string, limit = 9): (string | undefined)[] =>
      texts(profile.messages.search(words, limit));
    assert.deepEqual(found("brown"), [said[2], said[1], said[0]]);
    assert.deepEqual(found("brown", 2), [said[2], said[1]]);
    assert.deepEqual(found("BROWN fo"), [said[2], said[0]]);
    assert.deepEqual(found("bro fox"), []);
    assert.deepEqual(found("schöner"), [said[3]]);
    assert.deepEqual(found("東京"), [said[4]]);
    assert.deepEqual(found("京東"), []);
    assert.deepEqual(found("brown bear"), [said[1]]);
    for (const nothing of ["", "  ", "!!!", '"', "*"]) assert.deepEqual(found(nothing), []);
  });

  test("what is searched for is never a query language", (profile) => {
    const of = conversation(profile);
    profile.messages.add(message(of, { text: "cats and dogs" }));
    const nothing = [
      "cats OR birds",
      "NOT cats",
      "cats*dogs",
      "text:cats",
      "NEAR(cats dogs)",
      "cats + x",
      "(",
      "a\0b",
    ];
    for (const words of nothing) assert.deepEqual(profile.messages.search(words, 9), [], words);
    for (const words of ['"cats', "^cats", "{cats}", '"cats" - (dogs)', "cats\0dogs"]) {
      assert.equal(profile.messages.search(words, 9).length, 1, words);
    }
    const parts = fc.constantFrom(
      '"',
      "'",
      "*",
      "OR",
      "AND",
      "NEAR(",
      ")",
      ":",
      "^",
      "-",
      "cats",
      " ",
      "\0",
      "{",
      "+",
      ",",
      "\ud800",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string())), (some) => {
        assert.ok(profile.messages.search(some.join(""), 9).length <= 1);
      }),
    );
  });

  test("search finds what a look at every line finds", (profile) => {
    const of = conversation(profile);
    const vocabulary = ["art", "artist", "war", "ward", "a", "person", "persons"];
    const lines = fc.array(fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 5 }), {
      maxLength: 30,
    });
    const asked = fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 3 });
    const check = (said: readonly string[][], words: readonly string[]): void => {
      for (const line of said) profile.messages.add(message(of, { n: 0, text: line.join(" ") }));
      const last = words.at(-1)!;
      const isMeant = (line: readonly string[]): boolean =>
        words.slice(0, -1).every((word) => line.includes(word)) && line.some((word) => word.startsWith(last));
      const expected = said.filter(isMeant).map((line) => line.join(" "));
      assert.deepEqual(texts(profile.messages.search(words.join(" "), 99)), expected.reverse());
      profile.messages.removeArrivedBefore(of, 2, 9_999);
    };
    profile.transaction(() => fc.assert(fc.property(lines, asked, check)));
  });

  test("search follows edits and deletions", (profile) => {
    const of = conversation(profile);
    const { row } = profile.messages.add(message(of, { text: "aardvark" }))!;
    const rows = (word: string): number[] => profile.messages.search(word, 9).map((found) => found.row);
    assert.deepEqual(rows("aardvark"), [row]);
    profile.messages.update(row, { text: "badger", body: fresh(5), editedAt: 5 });
    assert.deepEqual([rows("aardvark"), rows("badger")], [[], [row]]);
    profile.messages.update(row, { text: undefined, body: new Uint8Array(0), isDeleted: true });
    assert.deepEqual(rows("badger"), []);
    assert.deepEqual(profile.messages.last(of, 1)[0]?.body, new Uint8Array(0));
    profile.messages.update(row, { text: "camel" });
    assert.deepEqual(rows("camel"), [row]);
    profile.messages.remove(row);
    assert.deepEqual(rows("camel"), []);
    assert.deepEqual(profile.messages.last(of, 9), []);
  });

  test("unread are those of others that were not read", (profile) => {
    const of = conversation(profile);
    const { row } = profile.messages.add(message(of, { n: 2, text: "second" }))!;
    profile.messages.add(message(of, { n: 1, text: "first" }));
    profile.messages.add(message(of, { isOwn: true, sender: "own" }));
    profile.messages.add(message(of, { readAt: 5, n: 3 }));
    assert.deepEqual(texts(profile.messages.unread(of, 9)), ["first", "second"]);
    assert.deepEqual(texts(profile.messages.unread(of, 1)), ["first"]);
    profile.messages.update(row, { readAt: 9 });
    const [first] = profile.messages.unread(of, 9);
    assert.equal(first?.text, "first");
    assert.deepEqual(profile.messages.readAll(of, 11), [{ id: first.id, sender: first.sender }]);
    assert.deepEqual([profile.messages.readAll(of, 12), profile.messages.unread(of, 9)], [[], []]);
    assert.equal(profile.messages.get(of, first.id)?.readAt, 11);
    assert.deepEqual(
      profile.messages.last(of, 9).filter(({ readAt }) => readAt === 11),
      [{ ...first, readAt: 11 }],
    );
  });

  test("what has outlived its time goes, with its reactions and its file", (profile) => {
    const of = conversation(profile);
    const add = (until: number | undefined): Message => profile.messages.add(message(of, { until }))!;
    const [kept, later, first, second] = [add(undefined), add(30), add(20), add(10)];
    profile.messages.putReaction(of, { target: first.id, by: "x", emoji: "x" });
    profile.messages.putReaction(of, { target: later.id, by: "x", emoji: "x" });
    const offer = file(of, { message: second.id });
    profile.files.add(offer);
    profile.files.putPart(of, offer.id, 0, fresh(10));
    assert.equal(profile.messages.nextExpiry(), 10);
    assert.deepEqual(profile.messages.removeExpired(9, 9), []);
    assert.deepEqual(profile.messages.removeExpired(20, 1), [second]);
    assert.deepEqual(profile.messages.removeExpired(20, 9), [first]);
    assert.deepEqual(profile.messages.last(of, 9), [kept, later]);
    assert.deepEqual(profile.messages.reactions(of, first.id), []);
    assert.equal(profile.messages.reactions(of, later.id).length, 1);
    assert.equal(profile.files.get(of, offer.id), undefined);
    assert.equal(profile.files.bytesKept(), 0);
    assert.equal(profile.messages.nextExpiry(), 30);
    profile.messages.update(later.row, { until: undefined });
    assert.equal(profile.messages.nextExpiry(), undefined);
  });

  test("what arrived before a time goes from one conversation", (profile) => {
    const [of, other] = [conversation(profile), conversation(profile)];
    for (const arrivedAt of [10, 20, 30])
      profile.messages.add(message(of, { arrivedAt, text: `${arrivedAt}` }));
    profile.messages.add(message(other, { arrivedAt: 10 }));
    assert.equal(profile.messages.removeArrivedBefore(of, 30, 1), 1);
    assert.deepEqual(texts(profile.messages.last(of, 9)), ["20", "30"]);
    assert.equal(profile.messages.removeArrivedBefore(of, 30, 9), 1);
    assert.equal(profile.messages.removeArrivedBefore(of, 30, 9), 0);
    assert.deepEqual(texts(profile.messages.last(of, 9)), ["30"]);
    assert.equal(profile.messages.last(other, 9).length, 1);
  });

  test("one reaction of each to each message", (profile) => {
    const of = conversation(profile);
    const target = profile.messages.add(message(of))!.id;
    const react = (by: string, emoji: string): void =>
      profile.messages.putReaction(of, { target, by, emoji });
    react("x", "👍");
    react("y", "👎");
    react("x", "🎉");
    profile.messages.putReaction(of, { target: fresh(), by: "x", emoji: "!" });
    assert.deepEqual(profile.messages.reactions(of, target), [
      { target, by: "x", emoji: "🎉" },
      { target, by: "y", emoji: "👎" },
    ]);
    profile.messages.removeReaction(of, target, "x");
    profile.messages.removeReaction(of, target, "z");
    assert.deepEqual(profile.messages.reactions(of, target), [{ target, by: "y", emoji: "👎" }]);
  });

  test("changes that came early wait, 64 of a contact, and are handed out once", (profile) => {
    const [of, other] = [conversation(profile), conversation(profile)];
    const target = fresh();
    const elsewhere = early(other, { target });
    profile.messages.addEarly(elsewhere);
    const made = Array.from({ length: 66 }, () => early(of, { target }));
    for (const one of made) profile.messages.addEarly(one);
    assert.deepEqual(profile.messages.takeEarly(of, fresh()), []);
    assert.deepEqual(profile.messages.takeEarly(of, target), made.slice(2));
    assert.deepEqual(profile.messages.takeEarly(of, target), []);
    assert.deepEqual(profile.messages.takeEarly(other, target), [elsewhere]);
  });

  test("files and their parts", (profile) => {
    const of = conversation(profile);
    const [incoming, outgoing] = [file(of), file(of, { direction: "out", state: "accepted", size: 0 })];
    for (const one of [incoming, outgoing]) profile.files.add(one);
    assert.throws(() => profile.files.add(incoming));
    assert.deepEqual(profile.files.get(of, incoming.id), incoming);
    assert.deepEqual(profile.files.open(), [incoming, outgoing]);
    const parts = [fresh(100), fresh(50), fresh(260_000)];
    for (const [i, bytes] of parts.entries()) profile.files.putPart(of, incoming.id, 2 - i, bytes);
    profile.files.putPart(of, incoming.id, 2, parts[1]!);
    assert.deepEqual(profile.files.parts(of, incoming.id), [0, 1, 2]);
    assert.deepEqual(profile.files.part(of, incoming.id, 0), parts[2]);
    assert.deepEqual(profile.files.part(of, incoming.id, 2), parts[1]);
    assert.equal(profile.files.part(of, outgoing.id, 0), undefined);
    assert.equal(profile.files.bytesKept(), 260_100);
    profile.files.update(of, incoming.id, "complete");
    assert.deepEqual(profile.files.open(), [outgoing]);
    profile.files.removeParts(of, incoming.id);
    assert.deepEqual(profile.files.parts(of, incoming.id), []);
    assert.equal(profile.files.get(of, incoming.id)?.state, "complete");
    assert.throws(() => profile.files.putPart(of, fresh(), 0, fresh()));
  });
}
