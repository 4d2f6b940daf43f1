/** Events for any number of readers, none of whom can fill the memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Events, EventsMissedError, MAX_EVENTS_BEHIND } from "../../src/engine/events.ts";
import type { MessengerEvent } from "../../src/messenger.ts";

const event = (n: number): MessengerEvent => ({ type: "connection", relay: String(n), isUp: true });

test("every reader gets every event from its beginning on", async () => {
  const events = new Events();
  const early = events.read(undefined);
  events.emit(event(1));
  const late = events.read(undefined);
  events.emit(event(2));
  assert.deepEqual((await early.next()).value, event(1));
  assert.deepEqual((await early.next()).value, event(2));
  assert.deepEqual((await late.next()).value, event(2));
  events.close();
  assert.equal((await late.next()).done, true);
});

test("a reader that waits is woken, and one that is called off ends", async () => {
  const events = new Events();
  const stop = new AbortController();
  const reader = events.read(stop.signal);
  const waiting = reader.next();
  events.emit(event(1));
  assert.deepEqual((await waiting).value, event(1));
  const ended = reader.next();
  stop.abort();
  assert.equal((await ended).done, true);
  assert.equal((await events.read(stop.signal).next()).done, true);
});

test("a reader that falls behind hears of it after what came in time, and holds up nobody", async () => {
  const events = new Events();
  const slow = events.read(undefined);
  for (let n = 0; n <= MAX_EVENTS_BEHIND; n++) events.emit(event(n));
  for (let n = 0; n < MAX_EVENTS_BEHIND; n++) assert.deepEqual((await slow.next()).value, event(n));
  await assert.rejects(slow.next(), EventsMissedError);
  assert.equal((await slow.next()).done, true);
});

test("what ends the messenger is told to every reader, once", async () => {
  const events = new Events();
  const reader = events.read(undefined);
  events.emit(event(1));
  events.fail(new Error("disk full"));
  assert.deepEqual((await reader.next()).value, event(1));
  await assert.rejects(reader.next(), { message: "disk full" });
  assert.equal((await reader.next()).done, true);
});
