/** Keys that come from a source, in the chat: looked up again, and a change told so that nobody passes it over. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fingerprint, publicKeyFromText, publicKeyLine } from "@asfaleia/identity";
import { KEY, type MadeUpFace, withTui } from "./kit.ts";

/** The line of an ed25519 key of 32 equal bytes. */
function keyLine(fill: number): string {
  const name = Buffer.from("ssh-ed25519");
  const blob = Buffer.concat([
    Buffer.from([0, 0, 0, name.length]),
    name,
    Buffer.from([0, 0, 0, 32]),
    Buffer.alloc(32, fill),
  ]);
  return publicKeyLine(publicKeyFromText(`ssh-ed25519 ${blob.toString("base64")}`).key, `key ${fill}`);
}

const [OLD, NEW] = [keyLine(1), keyLine(2)];
const printOf = (line: string): string => fingerprint(publicKeyFromText(line).key);

const SAME = {
  source: "github:carol",
  kind: "same",
  same: [printOf(OLD)],
  added: [],
  gone: [],
  usable: [OLD],
  unusable: [],
};
const CHANGED = {
  source: "github:bob",
  kind: "replaced",
  same: [],
  added: [printOf(NEW)],
  gone: [printOf(OLD)],
  usable: [NEW],
  unusable: [],
};

/** Bob's keys are others, Carol's the same, `me` has no source. */
function withSources(face: MadeUpFace): void {
  face.answers.set("contacts.refresh", ({ contact }) =>
    contact === 2 ? [CHANGED] : contact === 3 ? [SAME] : [],
  );
}

/** The host shows `line` for github:bob, whose contact has the old one pinned. */
function withHost(face: MadeUpFace, line: string): void {
  face.answers.set("keys.fetch", () => ({
    source: "github:bob",
    account: "bob",
    fingerprints: [printOf(line)],
    usable: [line],
    unusable: [],
  }));
  face.answers.set("contacts.sources", ({ contact }) =>
    contact === 2 ? [{ source: "github:bob", checkedAt: 0, fingerprints: [printOf(OLD)] }] : [],
  );
  face.answers.set("contacts.add", () => face.contacts[1]);
}

const TAKES = ["contacts.add", "contacts.acceptDevice"];

describe("keys looked up again, in the chat", () => {
  it("are asked for of everybody; what has changed comes first, with fingerprints, and nothing is taken", () =>
    withTui(withSources, async ({ shows, press, face, screen }) => {
      await shows("Write, /");
      press("/refresh", KEY.enter);
      await shows(/WARNING: SOMEBODY'S KEYS HAVE CHANGED!/);
      const text = screen().join("\n");
      assert.match(text, /github:bob shows none of the keys that were pinned for bob/);
      const flat = text.replace(/\s+/g, " ");
      assert.ok(flat.includes(`new 256 ${printOf(NEW)}`), text);
      assert.ok(flat.includes(`gone ${printOf(OLD)}`), text);
      assert.match(text, /Nothing was changed here/);
      assert.match(text, /\/add github:bob as bob/);
      assert.ok(text.indexOf("WARNING") < text.indexOf("carol: github:carol shows the same key as before"));
      const asked = face.calls.filter(({ method }) => method === "contacts.refresh");
      assert.deepEqual(
        asked.map(({ params }) => params.contact),
        [1, 2, 3],
      );
      assert.ok(face.calls.every(({ method }) => !TAKES.includes(method)));
    }));

  it("are asked for of one, in letters of any case, and of nobody who is not there", () =>
    withTui(withSources, async ({ shows, press, face, screen }) => {
      await shows("Write, /");
      press("/refresh ca");
      await shows("carol");
      press(KEY.tab, KEY.enter);
      await shows("carol: github:carol shows the same key as before.");
      assert.doesNotMatch(screen().join("\n"), /WARNING/);
      assert.equal(face.calls.filter(({ method }) => method === "contacts.refresh").length, 1);
      press(KEY.escape, "/refresh dave", KEY.enter);
      await shows("there is no contact dave");
    }));

  it("are told where nobody's came from a source, and where a source does not answer", () =>
    withTui(
      () => {},
      async ({ shows, press, face }) => {
        await shows("Write, /");
        face.answers.set("contacts.refresh", () => []);
        press("/refresh", KEY.enter);
        await shows("None of these contacts has keys from a source (/add github:NAME).");
        press(KEY.escape);
        face.answers.set("contacts.refresh", () => [{ source: "github:bob", failed: "it does \x1b[2Jnot" }]);
        press("/refresh bob", KEY.enter);
        await shows("bob: github:bob could not be looked up: it does <U+001B>[2Jnot");
      },
    ));

  it("show a change over whatever else is read meanwhile, and wait for whoever answers a question", () =>
    withTui(
      () => {},
      async ({ shows, press, face, screen }) => {
        await shows("Write, /");
        for (const [open, line, seen] of [
          ["/help", "Conversations", true],
          ["/add", "Paste what you were given", false],
        ] as const) {
          const { promise, resolve } = Promise.withResolvers<unknown>();
          face.answers.set("contacts.refresh", () => promise);
          press("/refresh bob", KEY.enter);
          await shows("Looking …");
          press(KEY.escape, open, KEY.enter);
          await shows(line);
          resolve([CHANGED]);
          if (seen) await shows("SOMEBODY'S KEYS HAVE CHANGED");
          else {
            press("x");
            await shows("› x");
            assert.match(screen().join("\n"), /Paste what you were given/);
          }
          press(KEY.escape);
          await shows("Write, /");
        }
      },
    ));

  it("are compared with what was pinned when a source is added again, and taken under a name only", () =>
    withTui(
      (face) => withHost(face, NEW),
      async ({ shows, press, face, until }) => {
        await shows("Write, /");
        press("/add github:bob", KEY.enter);
        await shows(
          /SOMEBODY'S KEYS HAVE CHANGED[\s\S]*Once they have told you why: \/add github:bob as bob/,
        );
        press("y");
        press(KEY.escape);
        await shows("Write, /");
        assert.equal(face.last("contacts.add"), undefined);
        press("/add github:bob as bob", KEY.enter);
        await shows(/SOMEBODY'S KEYS HAVE CHANGED/);
        await shows("y pins them");
        press("y");
        await until("pinned", () => face.last("contacts.add") !== undefined);
        const source = { source: "github:bob", fingerprints: [printOf(NEW)] };
        assert.deepEqual(face.last("contacts.add"), { keys: [NEW], source, as: "bob" });
      },
    ));

  it("of a source that shows what it showed lead to the contact", () =>
    withTui(
      (face) => withHost(face, OLD),
      async ({ shows, press, face }) => {
        await shows("Write, /");
        press("/open carol", KEY.enter, KEY.enter);
        await shows(/│ carol/);
        press("/add github:bob", KEY.enter);
        await shows(/│ bob {3}not verified/);
        assert.equal(face.last("contacts.add"), undefined);
      },
    ));
});
