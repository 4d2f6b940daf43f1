/** What contacts can make grow in the chat: messages, reactions, requests, pictures that are fetched unasked. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MAX_FETCHED_BYTES, MAX_UNASKED_BYTES } from "../../src/tui/model/pictures.ts";
import { MAX_LOADED } from "../../src/tui/model/talks.ts";
import { contact, KEY, message, withTui } from "./kit.ts";

const some = (count: number) => Array.from({ length: count }, (_, nth) => message(nth));

describe("floods in the chat", () => {
  for (const [where, keys] of [
    ["at the end", []],
    ["in the past", [KEY.pageUp, KEY.pageUp]],
  ] as const) {
    it(`holds no more of 20,000 messages than of any conversation, for somebody ${where}`, () =>
      withTui(
        (face) => {
          face.messages = some(100);
        },
        async ({ shows, press, face, loop, until }) => {
          await shows("message 99");
          press(...keys);
          if (keys.length > 0) await shows("more below");
          for (let n = 0; n < 20; n++) {
            for (let nth = 0; nth < 1_000; nth++) face.says({ text: `flood ${n * 1_000 + nth}` });
            await until("taken", () => (loop.state.talks.get(2)?.messages.length ?? 0) > 0);
          }
          press("a");
          await shows("› a");
          assert.ok((loop.state.talks.get(2)?.messages.length ?? 0) <= MAX_LOADED);
          press("\x7f", KEY.end);
          await shows("flood 19999");
        },
      ));
  }

  it("says that the disk is nearly full for as long as it is, and who takes no more, whatever is open", () =>
    withTui(
      () => {},
      async ({ shows, screen, face, press }) => {
        await shows("Write, /");
        face.emit({ type: "notice", contact: 2, what: "room-used-up", about: "" });
        await shows("bob: NO MORE IS TAKEN IN");
        face.emit({ type: "disk", isShort: true });
        await shows("THE DISK IS NEARLY FULL");
        press("a");
        await shows("› a");
        assert.match(screen().at(-1) ?? "", /the disk is nearly full: messages wait/);
        face.emit({ type: "disk", isShort: false });
        await shows("there is room on the disk again");
        assert.match(screen().at(-1) ?? "", /relay\.example\.org/);
      },
    ));

  it("shows 10,000 reactions on one row", () =>
    withTui(
      (face) => {
        const reactions = Array.from({ length: 10_000 }, (_, nth) => ({
          by: `SHA256:${nth}`,
          emoji: `${nth}👍`,
        }));
        face.messages = [message(0, { reactions }), message(1, { text: "behind it" })];
      },
      async ({ shows, screen }) => {
        await shows("behind it");
        assert.equal(screen().filter((row) => row.includes("👍")).length, 1);
      },
    ));

  it("has one line for 5,000 requests", () =>
    withTui(
      (face) => {
        for (let nth = 0; nth < 5_000; nth++)
          face.contacts.push(contact(100 + nth, `request ${nth}`, { state: "request", unread: 1 }));
      },
      async ({ shows, screen, press }) => {
        await shows("5000 requests");
        assert.equal(screen().filter((row) => row.startsWith(" Requests")).length, 1);
        press("\x1br");
        await shows("Requests of strangers");
        await shows("request 0");
      },
    ));

  it("asks for a picture once, and for no more than fits the limit", () =>
    withTui(
      (face) => {
        face.messages = some(1);
      },
      async ({ shows, face, until }) => {
        await shows("message 0");
        for (let nth = 0; nth < 80; nth++) {
          const id = nth.toString(16).padStart(32, "f");
          const file = { id, name: `${nth}.png`, type: "image/png", state: "offered", done: 0 } as const;
          face.says({ kind: "file", text: "", file: { ...file, size: MAX_FETCHED_BYTES } });
          await shows(`${nth}.png`);
        }
        face.says({ text: "the last" });
        await shows("the last");
        await until("asked", () => face.last("files.accept") !== undefined);
        const asked = face.calls
          .filter(({ method }) => method === "files.accept")
          .map(({ params }) => params.file);
        assert.equal(new Set(asked).size, asked.length, "one was asked for twice");
        assert.equal(asked.length, MAX_UNASKED_BYTES / MAX_FETCHED_BYTES);
      },
      { fetchesPictures: true },
    ));
});
