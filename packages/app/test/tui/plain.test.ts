import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import type { ReadStream, WriteStream } from "node:tty";
import { UNICODE_SIGNS } from "../../src/tui/format.ts";
import { plainSurface } from "../../src/tui/plain/surface.ts";
import { PlainTerminal } from "../../src/tui/plain/terminal.ts";
import { Loop } from "../../src/tui/runtime/loop.ts";
import { PictureDesk } from "../../src/tui/runtime/pictures.ts";
import { AT, contact, MadeUpFace, message } from "./kit.ts";

const WAIT_MS = 10_000;

interface Plain {
  readonly face: MadeUpFace;
  type(line: string): void;
  /** Waits until it is written behind what was waited for before. */
  says(text: string | RegExp): Promise<void>;
  written(): string;
}

async function withPlain(
  prepare: (face: MadeUpFace) => void,
  test: (plain: Plain) => Promise<void>,
): Promise<void> {
  const face = new MadeUpFace();
  prepare(face);
  const input = new PassThrough();
  const output = new PassThrough();
  let all = "";
  let seen = 0;
  let wake = (): void => {};
  output.setEncoding("utf8").on("data", (text: string) => {
    all += text;
    wake();
  });
  const over = new AbortController();
  const terminal = new PlainTerminal(
    input as unknown as ReadStream,
    output as unknown as WriteStream,
    () => loop.state,
  );
  const loop: Loop = new Loop({
    terminal,
    mount: plainSurface,
    hasColors: false,
    signs: UNICODE_SIGNS,
    downloads: async () => "/nowhere",
    signal: over.signal,
    clock: () => AT,
    connect: () => Promise.resolve(face),
    notify: () => {},
    pictures: new PictureDesk({ ASFALEIA_PICTURES: "off" }, () => {}),
    fetchesPictures: () => false,
  });
  const running = loop.run();
  try {
    await test({
      face,
      type: (line) => input.write(`${line}\n`),
      written: () => all,
      says: async (text) => {
        const end = performance.now() + WAIT_MS;
        for (;;) {
          const found = new RegExp(
            typeof text === "string" ? text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&") : text,
          ).exec(all.slice(seen));
          if (found !== null) {
            seen += found.index + found[0].length;
            return;
          }
          assert.ok(performance.now() < end, `says ${text}:\n${all.slice(seen)}`);
          await Promise.race([
            new Promise<void>((resolve) => {
              wake = resolve;
            }),
            new Promise((resolve) => setTimeout(resolve, 50)),
          ]);
        }
      },
    });
  } finally {
    over.abort();
    await running;
  }
}

describe("the chat as lines", () => {
  it("tells what was said, what happens, and sends lines", () =>
    withPlain(
      (face) => {
        face.messages = [
          message(0, { text: "hello" }),
          message(1, { isOwn: true, state: "delivered", text: "two\nlines" }),
        ];
      },
      async ({ says, type, face }) => {
        await says("* asfaleia://relay.example.org:3308 connected");
        await says("== bob, not verified ==");
        await says(/Today, \w+ \d+ November 2026\n\d\d:\d\d bob: hello\n\d\d:\d\d me: two\n {2}lines\n/);
        type("a line");
        await says(/\d\d:\d\d me: a line\n/);
        assert.equal(face.last("messages.send")?.text, "a line");
        const said = face.says({ text: "an answer", replyTo: message(0).id, kind: "reply" });
        await says("bob: (answers bob: hello)\n  an answer");
        face.emit({ type: "changed", message: { ...said, text: "other", edited: true } });
        await says("* edited: bob: other");
        face.says({ contact: 3, with: "carol", text: "psst" });
        await says("* carol has written: 1 new (/open carol)");
      },
    ));

  it("offers choices by number, asks, and takes answers", () =>
    withPlain(
      () => {},
      async ({ says, type, face }) => {
        await says("== bob");
        type("/open car");
        await says("1. carol");
        type("1");
        await says("== carol, not verified ==");
        type("/verify");
        await says("01234  56789");
        await says("y it is the same");
        type("y");
        await says("* carol is verified");
        // As it was shown: whoever compared another one than there is by then has compared nothing.
        const { number } = await face.call("contacts.safety", { contact: 3 });
        assert.deepEqual(face.last("contacts.setVerified"), { contact: 3, verified: true, number });
        type("/block");
        await says("(y or n)");
        type("n");
        type("/timer");
        await says("* messages stay");
        assert.equal(face.last("contacts.block"), undefined);
      },
    ));

  it("moves no cursor, draws no boxes, and takes nothing back", () =>
    withPlain(
      (face) => {
        face.contacts[1] = contact(2, "b\x1b[2Job");
        face.messages = [message(0, { text: "\x1b[2J\u202eevil", with: "b\x1b[2Job" })];
      },
      async ({ says, type, written }) => {
        await says("evil");
        type("/help");
        await says("Commands");
        type("");
        type("/info");
        await says("verified");
        assert.doesNotMatch(written(), /[\x00-\x08\x0b-\x1f\u202e\u2500-\u257f]/);
      },
    ));
});
