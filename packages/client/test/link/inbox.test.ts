/** What was not yet read, and when it is too much. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "@asfaleia/protocol";
import { Flow, Inbox, MAX_UNREAD_BYTES, PAUSE_BYTES } from "../../src/link/inbox.ts";
import { MAILBOX } from "./rig.ts";

function messageOf(bytes: number): Message {
  return { mailbox: MAILBOX, id: new Uint8Array(16), envelope: new Uint8Array(bytes) };
}

function setUp(): { flow: Flow; inbox: Inbox } {
  const flow = new Flow(() => {});
  return { flow, inbox: new Inbox(flow) };
}

test("a heap that nobody waits behind pauses until it is read", async () => {
  const { flow, inbox } = setUp();
  inbox.push(messageOf(PAUSE_BYTES / 2));
  assert.equal(flow.mustPause, false);
  inbox.push(messageOf(PAUSE_BYTES / 2));
  assert.equal(flow.mustPause, true);
  await inbox.next();
  assert.equal(flow.mustPause, false);
});

test("for whoever waits it grows on, up to the bound", () => {
  const { flow, inbox } = setUp();
  inbox.push(messageOf(PAUSE_BYTES));
  flow.waiting(1);
  assert.equal(flow.mustPause, false);
  inbox.push(messageOf(MAX_UNREAD_BYTES));
  assert.equal(flow.mustPause, true);
});

test("a reader who waits counts, and takes what comes without a queue", async () => {
  const { flow, inbox } = setUp();
  const next = inbox.next();
  assert.equal(flow.isAwaited, true);
  inbox.push(messageOf(PAUSE_BYTES));
  assert.equal(flow.isAwaited, false);
  assert.equal(flow.mustPause, false);
  assert.equal((await next).done, false);
});

test("a reader who leaves drops what waits and what comes", async () => {
  const { flow, inbox } = setUp();
  inbox.push(messageOf(PAUSE_BYTES));
  await inbox.return();
  assert.equal(flow.mustPause, false);
  inbox.push(messageOf(PAUSE_BYTES));
  assert.equal(flow.mustPause, false);
  assert.equal((await inbox.next()).done, true);
});

test("the end comes behind what is there, and an error once", async () => {
  const { inbox } = setUp();
  inbox.push(messageOf(1));
  const error = new Error("over");
  inbox.end({ error });
  inbox.end();
  assert.equal((await inbox.next()).done, false);
  await assert.rejects(inbox.next(), error);
  assert.equal((await inbox.next()).done, true);
});

test("one reader at a time", async () => {
  const { inbox } = setUp();
  const first = inbox.next();
  await assert.rejects(inbox.next(), TypeError);
  inbox.end();
  assert.equal((await first).done, true);
});
