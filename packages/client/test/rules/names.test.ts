/** The user's own names for people. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkName, foldName, MAX_NAME_CHARACTERS, sameName, uniqueName } from "../../src/rules/names.ts";

test("names as people write them are kept as they are", () => {
  for (const name of [
    "alice",
    "Ä",
    "Zoë Müller-Lüdenscheidt",
    "李雷",
    "مريم",
    "O'Hara",
    "meg",
    "me 2",
    "ssh",
    "🦊",
    "3",
    "AAAAh",
  ]) {
    assert.equal(checkName(name), name);
  }
});

test("spaces around are cut, spaces within are single and plain, letters are put together", () => {
  assert.equal(checkName("  alice \n"), "alice");
  assert.equal(checkName("a\u00A0 \u3000b"), "a b");
  assert.equal(checkName("Zoe\u0308"), "Zoë");
});

const REFUSED: Record<string, readonly string[]> = {
  "at least one": ["", "  ", "\n\t"],
  "at most 64": ["x".repeat(65), "🦊".repeat(65)],
  "cannot be seen": [
    "a\nb",
    "a\u0000",
    "a\u202Eb",
    "a\u2066b",
    "a\u200Bb",
    "a\u200Db",
    "a\u00ADb",
    "a\uFE0F",
    "a\u2028b",
    "\uE000",
    "\uD800",
    "a\u{E0041}",
    "\u2800",
    "a\u{1D159}",
  ],
  "your own devices": ["me", "ME", " Me ", "ｍｅ"],
  "begin with '-'": ["-v", "--", "－v"],
  "look like a key": [
    "ssh-ed25519 AAAA",
    "SSH-RSA",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "AAAAC3NzaC1lZDI1NTE5AAAA",
  ],
  "a fingerprint or an address": [
    "SHA256:abc",
    "sha256:",
    "MD5:00",
    "github:alice",
    "https://example.org/a.keys",
    "ＳＨＡ２５６：x",
  ],
};
for (const [reason, names] of Object.entries(REFUSED)) {
  test(`refused, since a name ${reason.startsWith("at ") ? "has" : "does not"}: ${reason}`, () => {
    for (const name of names) {
      assert.throws(
        () => checkName(name),
        (error) => error instanceof RangeError && error.message.includes(reason),
        JSON.stringify(name),
      );
    }
  });
}

test("64 characters are enough, of whatever size", () => {
  assert.equal(checkName("🦊".repeat(64)), "🦊".repeat(64));
});

test("a name that is taken is clean, short, and stays as it is", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.string({ unit: "grapheme", maxLength: 70 }),
  );
  fc.assert(
    fc.property(anyText, (text) => {
      let name: string;
      try {
        name = checkName(text);
      } catch (error) {
        assert.ok(error instanceof RangeError);
        if (text.length > 3) assert.ok(!error.message.includes(text));
        return;
      }
      assert.equal(checkName(name), name);
      assert.equal(name, name.trim().normalize("NFC"));
      assert.ok([...name].length <= MAX_NAME_CHARACTERS);
      assert.doesNotMatch(name, /[\p{Cc}\p{Cf}\p{Bidi_Control}]/u);
    }),
    { numRuns: 500 },
  );
});

test("letter case does not tell names apart, nor does how letters are put together", () => {
  for (const [a, b] of [
    ["Alice", "aLICE"],
    ["ZOË", "zoe\u0308"],
    ["Straße", "STRASSE"],
    ["ΟΔΟΣ", "οδος"],
  ] as const) {
    assert.ok(sameName(a, b), `${a} ${b}`);
  }
  assert.ok(!sameName("alice", "alicia"));
  assert.ok(!sameName("zoe", "zoë"));
});

test("folding finds the same of all cases", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (name) => {
      assert.ok(sameName(name, name.normalize("NFD")));
      assert.equal(foldName(foldName(name)), foldName(name));
    }),
  );
});

test("a taken name gets a number", () => {
  const taken = new Set<string>();
  const name = () => {
    const chosen = uniqueName("alice", (wish) => taken.has(wish));
    taken.add(chosen);
    return chosen;
  };
  assert.deepEqual([name(), name(), name()], ["alice", "alice 2", "alice 3"]);
});

test("a long one is cut for it, between characters", () => {
  const long = `${"🦊".repeat(61)} 🦊🦊`;
  assert.equal(
    uniqueName(long, (name) => name === long),
    `${"🦊".repeat(61)} 2`,
  );
});

test("the name found is free, and a name", () => {
  const wishes = fc.string({ unit: fc.constantFrom("a", "B", " ", "é", "🦊"), minLength: 1, maxLength: 64 });
  fc.assert(
    fc.property(wishes, fc.integer({ min: 0, max: 120 }), (text, others) => {
      fc.pre(text.trim() !== "");
      const wish = checkName(text);
      const taken = new Set<string>();
      for (let i = 0; i <= others; i++) {
        const name = uniqueName(wish, (one) => taken.has(foldName(one)));
        assert.ok(!taken.has(foldName(name)));
        assert.equal(checkName(name), name);
        taken.add(foldName(name));
      }
    }),
  );
});

test("a search without end ends", () => {
  assert.throws(() => uniqueName("alice", () => true), RangeError);
});
