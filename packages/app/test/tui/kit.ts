/** The chat on a terminal without a terminal: an agent that is made up, keys as bytes, and xterm.js to show what comes out. */
import assert from "node:assert/strict";
import { crc32, deflateSync } from "node:zlib";
import type { MessageView } from "@asfaleia/client/messenger";
import xterm from "@xterm/headless";
import type { EventView, Face } from "../../src/face/face.ts";
import { Queue } from "../../src/face/queue.ts";
import { UNICODE_SIGNS } from "../../src/tui/format.ts";
import { KeyDecoder } from "../../src/tui/keys/decoder.ts";
import type { Contact } from "../../src/tui/model/state.ts";
import { Loop } from "../../src/tui/runtime/loop.ts";
import { enterModes } from "../../src/tui/runtime/modes.ts";
import { PictureDesk } from "../../src/tui/runtime/pictures.ts";
import type { Terminal, TerminalEvents } from "../../src/tui/runtime/terminal.ts";
import { mount } from "../../src/tui/views/mount.ts";

export const AT = Date.UTC(2026, 10, 28, 12, 0);
const WAIT_MS = 10_000;

export function contact(id: number, name: string, over: Partial<Contact> = {}): Contact {
  return {
    id,
    name,
    state: "contact",
    verified: false,
    identities: [`SHA256:${name}`],
    devices: [],
    unread: 0,
    timerMs: 0,
    hasCard: true,
    lookups: 1,
    ...over,
  };
}

export function message(nth: number, over: Partial<MessageView> = {}): MessageView {
  return {
    id: nth.toString(16).padStart(32, "0"),
    contact: 2,
    with: "bob",
    from: "SHA256:bob",
    isOwn: false,
    kind: "text",
    text: `message ${nth}`,
    at: AT + nth * 61_000,
    arrivedAt: AT + nth * 61_000,
    edited: false,
    deleted: false,
    read: true,
    reactions: [],
    ...over,
  };
}

/** An agent with contacts and messages, which answers at once and remembers what it was asked. */
export class MadeUpFace implements Face {
  contacts: Contact[] = [contact(1, "me", { state: "me" }), contact(2, "bob"), contact(3, "carol")];
  messages: MessageView[] = [];
  /** Bytes by the id of a file. */
  readonly files = new Map<string, Uint8Array>();
  /** What methods answer, where that is other than below. */
  readonly answers = new Map<string, (params: Record<string, unknown>) => unknown>();
  readonly calls: { readonly method: string; readonly params: Record<string, unknown> }[] = [];
  readonly #queue: Queue<EventView> = new Queue(() => {});
  #next = 1_000_000;

  call(method: string, params: object): Promise<never> {
    const given = params as Record<string, unknown>;
    this.calls.push({ method, params: given });
    try {
      return Promise.resolve(this.#answer(method, given) as never);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  events(): Promise<AsyncIterable<EventView>> {
    return Promise.resolve(this.#queue);
  }

  close(): Promise<void> {
    this.#queue.end();
    return Promise.resolve();
  }

  /** Something happens. */
  emit(event: EventView): void {
    this.#queue.push(event);
  }

  /** Somebody writes. */
  says(over: Partial<MessageView>): MessageView {
    const said = message(this.#next++, { read: false, at: AT, arrivedAt: AT, ...over });
    this.messages.push(said);
    this.emit({ type: "message", message: said });
    return said;
  }

  /** The parameters of the last call of a method. */
  last(method: string): Record<string, unknown> | undefined {
    return this.calls.findLast((one) => one.method === method)?.params;
  }

  #answer(method: string, params: Record<string, unknown>): unknown {
    const own = this.answers.get(method);
    if (own !== undefined) return own(params);
    switch (method) {
      case "contacts.list":
        return this.contacts;
      case "status.get":
        return {
          relays: [{ relay: "asfaleia://relay.example.org:3308#SHA256:x", isUp: true, hasCard: true }],
          isDiskShort: false,
        };
      case "messages.history":
        return this.#page(params);
      case "messages.search":
        return this.messages.filter(({ text }) => text.includes(String(params.words))).reverse();
      case "messages.find":
        return this.messages.find(({ id }) => id === params.id);
      case "messages.send":
      case "messages.reply":
        return this.#said(params);
      case "files.read":
        return {
          bytes: Buffer.from(this.files.get(String(params.file)) ?? [])
            .subarray(Number(params.at))
            .toString("base64"),
        };
      case "contacts.keys":
      case "contacts.changes":
      case "messages.deliveries":
        return [];
      case "contacts.safety":
        return { number: "012345678901234567890123456789012345678901234567890123456789" };
      default:
        return {};
    }
  }

  #page({ contact: id, limit = 50, before, after }: Record<string, unknown>): MessageView[] {
    const all = this.messages.filter((one) => one.contact === id);
    if (after !== undefined) {
      const start = all.findIndex((one) => one.id === after) + 1;
      return all.slice(start, start + Number(limit));
    }
    const end = before === undefined ? all.length : all.findIndex((one) => one.id === before);
    return all.slice(Math.max(0, end - Number(limit)), end);
  }

  #said({ contact: id, text, to }: Record<string, unknown>): MessageView {
    if (String(text).includes("refuse me")) throw new Error("the text is too long");
    const said = message(this.#next++, {
      contact: Number(id),
      isOwn: true,
      state: "queued",
      text: String(text),
      at: AT,
      arrivedAt: AT,
      ...(to === undefined ? {} : { kind: "reply", replyTo: String(to) }),
    });
    this.messages.push(said);
    return said;
  }
}

/** A terminal out of xterm.js. */
class XtermTerminal implements Terminal {
  readonly xterm: InstanceType<typeof xterm.Terminal>;
  readonly bytes: string[] = [];
  events: TerminalEvents | undefined;
  isSuspended = false;
  isClosed = false;

  constructor(columns: number, rows: number) {
    this.xterm = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  }

  get columns(): number {
    return this.xterm.cols;
  }

  get rows(): number {
    return this.xterm.rows;
  }

  open(events: TerminalEvents): void {
    this.events = events;
    this.write(enterModes(true));
  }

  clear(): void {
    this.write("\x1b[0m\x1b[2J\x1b[H");
  }

  write(text: string): void {
    this.bytes.push(text);
    this.xterm.write(text);
  }

  suspend(): void {
    this.isSuspended = true;
  }

  close(): void {
    this.isClosed = true;
  }
}

export interface Harness {
  readonly face: MadeUpFace;
  readonly loop: Loop;
  readonly terminal: XtermTerminal;
  /** Keys as a terminal sends them. */
  press(...keys: string[]): void;
  /** What is on the screen, right blanks cut off. */
  screen(): string[];
  /** Waits until the screen shows it. */
  shows(what: string | RegExp): Promise<void>;
  /** Waits until it comes true. */
  until(what: string, isTrue: () => boolean): Promise<void>;
  resize(columns: number, rows: number): void;
  /** Where the cursor is. */
  cursor(): { readonly x: number; readonly y: number };
  /** Everything that was written to the terminal. */
  written(): string;
}

export interface HarnessOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly hasColors?: boolean;
  readonly env?: Record<string, string>;
  readonly fetchesPictures?: boolean | (() => boolean);
  readonly learn?: (face: Face) => Promise<void>;
  /** When the agent is there. */
  readonly ready?: Promise<void>;
  /** Where files are saved. */
  readonly downloads?: string;
}

/** Runs a test with the chat on a screen, and ends it. */
export async function withTui(
  prepare: (face: MadeUpFace) => void,
  test: (harness: Harness) => Promise<void>,
  options: HarnessOptions = {},
): Promise<void> {
  const { columns = 80, rows = 24, hasColors = true, env = {}, fetchesPictures = false, learn } = options;
  const { ready = Promise.resolve(), downloads = "/nowhere" } = options;
  const face = new MadeUpFace();
  prepare(face);
  const terminal = new XtermTerminal(columns, rows);
  const over = new AbortController();
  const decoder = new KeyDecoder((chord) => terminal.events?.isKnown(chord) === true);
  const loop = new Loop({
    terminal,
    hasColors,
    mount,
    signs: UNICODE_SIGNS,
    downloads: async () => downloads,
    signal: over.signal,
    clock: () => AT,
    connect: () => ready.then(() => face),
    notify: () => terminal.write("\x07"),
    pictures: new PictureDesk({ TERM: "xterm", ...env }, (text) => terminal.write(text)),
    fetchesPictures: () => (typeof fetchesPictures === "boolean" ? fetchesPictures : fetchesPictures()),
    ...(learn === undefined ? {} : { learn }),
  });
  const running = loop.run();
  const screen = (): string[] => {
    const buffer = terminal.xterm.buffer.active;
    return Array.from({ length: terminal.rows }, (_, row) =>
      (buffer.getLine(row)?.translateToString(true) ?? "").trimEnd(),
    );
  };
  const until = async (what: string, isTrue: () => boolean): Promise<void> => {
    const end = performance.now() + WAIT_MS;
    while (!isTrue()) {
      assert.ok(performance.now() < end, `${what}\n${screen().join("\n")}`);
      await new Promise((resolve) => terminal.xterm.write("", () => setTimeout(resolve, 2)));
    }
  };
  const harness: Harness = {
    face,
    loop,
    terminal,
    screen,
    until,
    press: (...keys) => {
      for (const key of keys) {
        const bytes = new TextEncoder().encode(key);
        for (const input of [...decoder.feed(bytes), ...decoder.flush()]) terminal.events?.onInput(input);
      }
    },
    shows: (what) =>
      until(`shows ${what}`, () => {
        const text = screen().join("\n");
        return typeof what === "string" ? text.includes(what) : what.test(text);
      }),
    resize: (width, height) => {
      terminal.xterm.resize(width, height);
      terminal.events?.onResize(width, height);
    },
    cursor: () => ({ x: terminal.xterm.buffer.active.cursorX, y: terminal.xterm.buffer.active.cursorY }),
    written: () => terminal.bytes.join(""),
  };
  try {
    await test(harness);
  } finally {
    over.abort();
    await running;
    terminal.xterm.dispose();
  }
}

export const KEY = {
  enter: "\r",
  escape: "\x1b",
  up: "\x1b[A",
  down: "\x1b[B",
  ctrlUp: "\x1b[1;5A",
  altDown: "\x1b[1;3B",
  pageUp: "\x1b[5~",
  pageDown: "\x1b[6~",
  home: "\x1b[H",
  end: "\x1b[F",
  tab: "\t",
  altEnter: "\x1b\r",
  f1: "\x1bOP",
} as const;

export const ctrl = (letter: string): string => String.fromCharCode(letter.toUpperCase().charCodeAt(0) - 64);

/** A PNG (RFC 2083) of gray pixels, so many in each direction. */
export function grayPicture(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.writeUInt8(8, 8);
  const rows = Buffer.concat(
    Array.from({ length: side }, (_, y) => Buffer.from([0, ...Array(side).fill(y * 3)])),
  );
  const chunk = (type: string, data: Buffer): Buffer => {
    const all = Buffer.alloc(data.length + 12);
    all.writeUInt32BE(data.length, 0);
    all.write(type, 4, "latin1");
    data.copy(all, 8);
    all.writeUInt32BE(crc32(all.subarray(4, data.length + 8)), data.length + 8);
    return all;
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const body = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([signature, ...body]);
}
