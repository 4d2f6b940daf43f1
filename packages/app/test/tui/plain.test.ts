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

  it("tells of a device that nobody has confirmed, shows it, and takes it or not", () =>
    withPlain(
      (face) => {
        const [id, identity] = ["0f3c8a52-9d1e-8b7a-a1c0-5e2f6b7d8c90", "SHA256:bob"];
        const devices = [{ id, identity, state: "unconfirmed", isOwn: false }] as const;
        face.contacts = face.contacts.with(1, contact(2, "bob", { devices }));
        face.answers.set("devices.list", () => []);
      },
      async ({ says, type, face }) => {
        await says("* 1 new device asks to be taken (/devices)");
        await says("== bob, not verified, new device: /devices ==");
        const devices = (face.contacts[1]?.devices ?? []).map((one) => ({
          ...one,
          id: one.id.replace("0f", "1f"),
        }));
        face.contacts = face.contacts.with(2, contact(3, "carol", { devices }));
        face.emit({ type: "notice", contact: 3, what: "device-added", about: devices[0]?.id ?? "" });
        await says("* a new device of carol asks to be taken: /devices");
        type("/devices");
        await says("1. bob  0f3c8a52, asks to be taken");
        type("1");
        await says(/A device of bob\nNo device of bob that you know has confirmed this one/);
        await says("y it is theirs: accept · n refuse");
        type("n");
        await says("(y or n)");
        type("no");
        type("/devices bob");
        await says("1. 0f3c8a52-9d1e-8b7a-a1c0-5e2f6b7d8c90, asks to be taken");
        type("1");
        await says("y it is theirs");
        assert.equal(face.last("contacts.refuseDevice"), undefined);
        type("y");
        await says("* the device is accepted");
        assert.equal(face.last("contacts.acceptDevice")?.device, face.contacts[1]?.devices[0]?.id);
      },
    ));

  it("looks keys up again, changes a setting, and warns of a name that looks like another", () =>
    withPlain(
      (face) => {
        face.answers.set("contacts.refresh", ({ contact: id }) =>
          id === 2
            ? [{ source: "github:bob", kind: "empty", same: [], added: [], gone: ["SHA256:gone"] }]
            : [],
        );
        face.answers.set("settings.list", () => ({}));
        face.answers.set("settings.set", () => ({ isTold: true }));
        face.answers.set("codes.join", () => contact(7, "B0b"));
      },
      async ({ says, type, face }) => {
        await says("== bob");
        type("/refresh");
        await says("WARNING: SOMEBODY'S KEYS HAVE CHANGED!");
        await says("gone  SHA256:gone");
        type("/config");
        await says("2. receipts, off");
        type("2");
        await says(/whether others are told[^\n]*\n1\. on\n2\. off, as it is/);
        type("1");
        await says("* receipts: on");
        assert.deepEqual(face.last("settings.set"), { name: "receipts", value: "on" });
        type("/config delays");
        await says("(so far: 5; a minus sign leaves it)");
        type("0");
        await says("* delays: 0");
        type("/join 48213-crossover-clockwork");
        await says('== B0b, not verified, looks like "bob" ==');
        await says('Careful: "B0b" looks like another contact, "bob" (SHA256:bob)');
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
