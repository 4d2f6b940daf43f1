/** What names a place of keys, and what it is pinned as. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Failure } from "../../src/exit.ts";
import {
  type KeySource,
  MAX_SOURCE_CHARACTERS,
  parseKeySource,
  pinnedKeySource,
  type SourceBases,
} from "../../src/keysources/source.ts";

function source(word: string, bases: SourceBases = {}): KeySource {
  const found = parseKeySource(word, bases);
  assert.ok(found, `${word} is a source`);
  return found;
}

function refuses(word: string, text: RegExp, bases: SourceBases = {}): void {
  assert.throws(
    () => parseKeySource(word, bases),
    (error) => {
      assert.ok(error instanceof Failure, `a Failure for ${JSON.stringify(word)} rather than ${error}`);
      assert.equal(error.exit, 2);
      assert.match(error.message, text);
      return true;
    },
    JSON.stringify(word),
  );
}

test("the short names go to their hosts, in small letters", () => {
  assert.deepEqual(source("github:alice"), {
    text: "github:alice",
    url: "https://github.com/alice.keys",
    account: "alice",
  });
  assert.deepEqual(source("GitHub:Alice-B"), source("github:alice-b"));
  assert.equal(source("github:alice_acme").url, "https://github.com/alice_acme.keys");
  assert.deepEqual(source("gitlab:Al.i_ce-"), {
    text: "gitlab:al.i_ce-",
    url: "https://gitlab.com/al.i_ce-.keys",
    account: "al.i_ce-",
  });
});

test("any other page of keys has an address", () => {
  for (const url of [
    "https://codeberg.org/alice.keys",
    "https://meta.sr.ht/~alice.keys",
    "https://launchpad.net/~alice/+sshkeys",
    "https://example.org:8443/id_ed25519.pub",
    "https://192.0.2.1/a.keys",
    "https://[2001:db8::1]/a.keys",
    "https://xn--bcher-kva.example/a.keys",
    "https://example.org/%7Ealice.keys",
  ]) {
    assert.deepEqual(source(url), { text: url, url });
  }
  assert.equal(source("HTTPS://Example.ORG:443/Alice.keys").text, "https://example.org/Alice.keys");
});

test("one page is not pinned under two names", () => {
  assert.deepEqual(source("https://github.com/Alice.keys"), source("github:alice"));
  assert.deepEqual(source("https://gitlab.com:443/alice.keys"), source("gitlab:alice"));
  // Old names have forms that are no longer given.
  assert.equal(source("https://github.com/alice-.keys").text, "https://github.com/alice-.keys");
});

test("another base has other rules, and what is pinned tells it", () => {
  const bases = { githubUrl: "https://Git.Example.org/gitea/", gitlabUrl: "https://127.0.0.1:8443" };
  assert.deepEqual(source("github:Al.ice_", bases), {
    text: "https://git.example.org/gitea/al.ice_.keys",
    url: "https://git.example.org/gitea/al.ice_.keys",
    account: "al.ice_",
  });
  assert.equal(source("gitlab:alice", bases).url, "https://127.0.0.1:8443/alice.keys");
  assert.equal(source("github:alice", { githubUrl: "https://github.com/" }).text, "github:alice");
  assert.equal(source("github:alice", { githubUrl: "https://gitlab.com" }).text, "gitlab:alice");
  for (const githubUrl of [
    "http://git.example.org",
    "https://u:p@git.example.org",
    "https://git.example.org/?a",
    "",
  ]) {
    refuses("github:alice", /the address of a host of keys/, { githubUrl });
  }
});

test("names that the hosts do not give are refused", () => {
  for (const name of [
    "",
    "-alice",
    "alice-",
    "al--ice",
    "al.ice",
    "alice_",
    "alice_toolongcode",
    "alice/bob",
    "../alice",
    "alice.keys",
    "ali ce",
    "alice\n",
    "älice",
    "a".repeat(40),
    "%2e%2e",
    "alice?x",
    // In small letters it is a k.
    "\u212aate",
  ]) {
    refuses(`github:${name}`, /name of an account/);
  }
  for (const name of [
    "",
    ".alice",
    "-alice",
    "alice.",
    "a..b",
    "..",
    "alice.git",
    "alice.atom",
    "a/b",
    "a".repeat(256),
  ]) {
    refuses(`gitlab:${name}`, /name of an account/);
  }
});

test("what is meant as a source and is none says what to do, and is not repeated", () => {
  refuses("http://github.com/alice.keys", /begins with https/);
  refuses("https:github.com/alice.keys", /begins with https:\/\//);
  refuses("https:///alice.keys", /begins with https:\/\//);
  refuses("https://alice:secret@github.com/alice.keys", /no user and no password/);
  refuses("https://github.com@evil.example/alice.keys", /no user and no password/);
  refuses("https://example.org/a.keys?token=secret", /no \? and no #/);
  refuses("https://example.org/a.keys#secret", /no \? and no #/);
  refuses("https://example.org/a.keys?", /no \? and no #/);
  refuses("https://bücher.example/a.keys", /xn--/);
  refuses("https://example.org/a b.keys", /signs that no address has/);
  refuses("https://example.org\\@evil.example/a.keys", /signs that no address has/);
  refuses("https://example.org/a\u0000.keys", /signs that no address has/);
  refuses("https://example.org\n/a.keys", /signs that no address has/);
  // Whose name stands there first is not whose keys come.
  for (const path of ["alice/../mallory.keys", "./a.keys", "a/%2e%2E/b.keys", ".%2e/b.keys", "a/.."])
    refuses(`https://github.com/${path}`, /no \. and no \.\./);
  refuses("github:alice", /no \. and no \.\./, { githubUrl: "https://example.org/a/../b" });
  refuses("https://example.org", /names no keys/);
  refuses("https://example.org/", /names no keys/);
  for (const place of [
    "0x7f.1",
    "127.1",
    "2130706433",
    "example.org.",
    "example.org:0",
    "ex%61mple.org",
    "[::0001]",
    "a:99999",
  ]) {
    refuses(`https://${place}/a.keys`, /cannot be read/);
  }
  refuses(`https://example.org/${"a".repeat(MAX_SOURCE_CHARACTERS)}`, /characters long/);
  for (const text of ["github:secret!", "https://secret@example.org/x", "http://secret.example/"]) {
    assert.throws(
      () => parseKeySource(text),
      (error) => error instanceof Failure && !error.message.includes("secret"),
    );
  }
});

test("keys, files and other links are no sources", () => {
  for (const word of [
    "",
    "-",
    "bob.pub",
    "githubalice",
    "codeberg:alice",
    "ssh-ed25519 AAAA",
    "asfaleia:abc",
    "@https",
  ])
    assert.equal(parseKeySource(word), undefined, word);
});

test("what is pinned means the same place again, whatever the bases are then", () => {
  const letter = fc.constantFrom(..."abcXYZ019-_.");
  const name = fc.string({ unit: letter, minLength: 1, maxLength: 12 });
  const word = fc.oneof(
    name.map((each) => `github:${each}`),
    name.map((each) => `gitlab:${each}`),
    fc.webUrl({ validSchemes: ["https"] }),
  );
  const bases = fc.constantFrom<SourceBases>(
    {},
    { githubUrl: "https://a.example/x" },
    { gitlabUrl: "https://b.example" },
  );
  let sources = 0;
  fc.assert(
    fc.property(word, bases, (text, given) => {
      let found: KeySource | undefined;
      try {
        found = parseKeySource(text, given);
      } catch (error) {
        assert.ok(error instanceof Failure);
        return;
      }
      assert.ok(found);
      sources++;
      assert.match(found.text, /^[\x21-\x7e]{1,512}$/);
      assert.match(found.url, /^https:\/\/[^/@?#]+\/[^?#]+$/);
      const again = pinnedKeySource(found.text);
      assert.deepEqual([again?.text, again?.url], [found.text, found.url]);
    }),
    { numRuns: 1000 },
  );
  assert.ok(sources > 100, "the property was about something");
});

test("what was never pinned is no pinned source", () => {
  for (const text of ["", "github:", "http://a.example/x", "alice"])
    assert.equal(pinnedKeySource(text), undefined);
});

test("any text is a source, none, or a Failure, and quickly", () => {
  const head = fc.constantFrom("", "github:", "gitlab:", "https://", "https://a.example/", "http:");
  fc.assert(
    fc.property(head, fc.string({ unit: "binary", maxLength: 300 }), (start, rest) => {
      try {
        parseKeySource(start + rest);
      } catch (error) {
        assert.ok(error instanceof Failure);
      }
    }),
  );
  const begun = performance.now();
  for (const name of ["_".repeat(255), "a-".repeat(127), ".a".repeat(127)]) {
    try {
      parseKeySource(`gitlab:${name}!`);
    } catch (error) {
      assert.ok(error instanceof Failure);
    }
  }
  assert.ok(performance.now() - begun < 1000);
});
