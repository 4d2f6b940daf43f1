/** One thing at a time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns, TurnsClosed } from "../../src/engine/turns.ts";

test("turns do not mix, and come in the order in which they were asked for", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const take = (name: string): Promise<void> =>
    turns.take(async () => {
      log.push(`${name} begins`);
      await pause();
      log.push(`${name} ends`);
    });
  await Promise.all([take("a"), take("b"), take("c")]);
  assert.deepEqual(log, ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

test("a turn that fails is told to whoever asked for it, and hinders no other", async () => {
  const turns = new Turns();
  const failing = turns.take(() => {
    throw new Error("no");
  });
  const next = turns.take(() => "yes");
  await assert.rejects(failing, { message: "no" });
  assert.equal(await next, "yes");
});

test("closing lets the turn that runs end, and refuses those that wait", async () => {
  const turns = new Turns();
  let end = (): void => {};
  const running = turns.take(
    () =>
      new Promise<string>((resolve) => {
        end = () => resolve("done");
      }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  const waiting = turns.take(() => "too late");
  const closed = turns.close();
  end();
  assert.equal(await running, "done");
  await assert.rejects(waiting, TurnsClosed);
  await closed;
  assert.equal(turns.isQuiet, true);
  await assert.rejects(
    turns.take(() => "later"),
    TurnsClosed,
  );
});
