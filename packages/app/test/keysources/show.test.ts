/** How looked-up keys and changes look at a terminal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint, randomart } from "@asfaleia/identity";
import fc from "fast-check";
import { newEd25519 } from "../../../../test/kit/keys.ts";
import { missing, run, SshOracle } from "../../../identity/test/oracle.ts";
import { compareKeys } from "../../src/keysources/changes.ts";
import { type KeyList, readKeys } from "../../src/keysources/keys.ts";
import { changeText, keyListText } from "../../src/keysources/show.ts";

function named(comment = ""): KeyList["usable"][number] {
  return { key: newEd25519().signer.publicKey, comment };
}

/** What drives a terminal, turns lines or hides: everything but visible signs and line feeds. */
const HARMFUL = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

test("a single key looks as ssh-keygen -lv shows it", { skip: missing("ssh-keygen") }, () => {
  using oracle = new SshOracle();
  oracle.generate("ed", { name: "ed", type: "ed25519" });
  oracle.generate("p521", { name: "p521", type: "ecdsa", bits: 521 });
  for (const name of ["ed", "p521"]) {
    assert.equal(
      keyListText(readKeys(oracle.readText(`${name}.pub`)), 80),
      run("ssh-keygen", ["-lvf", oracle.path(`${name}.pub`)]),
    );
    const bare = oracle.readText(`${name}.pub`).split(" ").slice(0, 2).join(" ");
    assert.equal(
      keyListText(readKeys(bare), 80),
      run("ssh-keygen", ["-lvf", oracle.write("bare.pub", `${bare}\n`)]),
    );
  }
});

test("several keys are numbered, their pictures side by side as far as there is room", () => {
  const usable = [named("one"), named("two"), named("three"), named("four")];
  const arts = usable.map(({ key }) => randomart(key).split("\n"));
  for (const [columns, inRow] of [
    [80, 3],
    [82, 4],
    [200, 4],
    [40, 2],
    [39, 1],
    [10, 1],
  ] as const) {
    const lines = keyListText({ usable, unusable: [] }, columns).split("\n");
    assert.match(lines[0]!, /^1 {2}256 SHA256:\S{43} one \(ED25519\)$/);
    assert.match(lines[3]!, /^4 {2}256 SHA256:\S{43} four \(ED25519\)$/);
    assert.equal(
      lines[5],
      arts
        .slice(0, inRow)
        .map((art) => art[0])
        .join("  "),
    );
    assert.equal(
      lines[15],
      arts
        .slice(0, inRow)
        .map((art) => art[10])
        .join("  "),
    );
    assert.equal(lines.length, 4 + 12 * Math.ceil(4 / inRow) + 1);
    assert.deepEqual(lines[4]?.split(/ +/), ["1", "2", "3", "4"].slice(0, inRow));
    if (columns >= 39) for (const line of lines.slice(4)) assert.ok(line.length <= columns);
  }
});

test("unusable keys are explained; none at all is said", () => {
  const page = `ssh-dss ${Buffer.from("\0\0\0\x07ssh-dssAAAA").toString("base64")}\nnonsense\n`;
  const text = keyListText(readKeys(page), 80);
  assert.match(
    text,
    /^Not usable: ssh-dss \(SHA256:\S{43}\)\n {2}DSA keys are broken.*\nNot usable: line 2\n {2}The line is/,
  );
  assert.equal(keyListText({ usable: [], unusable: [] }, 80), "There are no keys.\n");
});

test("comments drive no terminal, and are cut", () => {
  const evil = "\u001b[2J\u001b]52;c;x\u0007\u0000\u009b\u202e\u200b\u{e0041}end";
  const list = { usable: [named(evil), named("x".repeat(5000))], unusable: [] };
  const text = keyListText(list, 80);
  assert.doesNotMatch(text, HARMFUL);
  assert.match(text, /<U\+001B>\[2J/);
  assert.match(text, / x{64}… \(ED25519\)\n/);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (comment, who) => {
      const usable = [named(comment.replaceAll(/[\r\n]/g, ""))];
      const change = compareKeys(
        ["SHA256:old"],
        usable.map(({ key }) => fingerprint(key)),
      );
      const shown =
        keyListText({ usable, unusable: [] }, 80) + changeText(who, who, change, { usable, unusable: [] });
      assert.doesNotMatch(shown, HARMFUL);
      assert.equal(shown.split("\n").length, 12 + 9);
    }),
  );
});

test("what is the same is one quiet line, what has changed cannot be passed over", () => {
  const [stays, comes, goes] = [named("stays"), named("comes"), named("goes")];
  const ids = [stays, comes, goes].map(({ key }) => fingerprint(key)) as [string, string, string];
  const show = (before: string[], usable: KeyList["usable"], unusable: KeyList["unusable"] = []) => {
    const change = compareKeys(
      before,
      usable.map(({ key }) => fingerprint(key)),
    );
    return changeText("alice", "github:alice", change, { usable, unusable });
  };
  assert.equal(show([ids[0]], [stays]), "alice: github:alice shows the same key as before.\n");
  assert.equal(
    show([ids[0], ids[1]], [comes, stays]),
    "alice: github:alice shows the same 2 keys as before.\n",
  );

  const changed = show([ids[0], ids[2]], [stays, comes]);
  assert.match(changed, /^@{59}\n@ {5}WARNING: SOMEBODY'S KEYS HAVE CHANGED! +@\n@{59}\n/);
  assert.ok(
    changed
      .split("\n")
      .slice(0, 3)
      .every((line) => line.length === 59),
  );
  assert.match(changed, /github:alice shows other keys than were pinned for alice\.\n/);
  assert.ok(
    changed.includes(`  new   256 ${ids[1]} comes (ED25519)\n  gone  ${ids[2]}\n  same  ${ids[0]}\n`),
  );
  assert.match(changed, /Ask them in another way .*Nothing was changed here\.\n$/s);

  assert.match(
    show([ids[2]], [comes]),
    /shows none of the keys .* somebody else may have the account now\./s,
  );
  const empty = show([ids[0]], [], readKeys("nonsense").unusable);
  assert.match(
    empty,
    /shows no usable key any more.*\n {2}gone .*Not usable: line 1.*the host does not tell/s,
  );
});
