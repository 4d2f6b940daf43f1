import assert from "node:assert/strict";
import { test } from "node:test";
import { BEGINNING, MachineClock, Scheduler, WorldRestless } from "./clock.ts";

test("What is due is done in the order of time, and at one instant in the order of labels", async () => {
  const scheduler = new Scheduler();
  const done: string[] = [];
  for (const [ms, label] of [
    [5, "b"],
    [1, "z"],
    [5, "a"],
    [0, "first"],
  ] as const) {
    scheduler.after(ms, label, () => done.push(`${label} at ${scheduler.now}`));
  }
  await scheduler.runUntil(10);
  assert.deepEqual(done, ["first at 0", "z at 1", "a at 5", "b at 5"]);
  assert.equal(scheduler.now, 10);
});

test("What is called off is not done, and calling off twice harms nobody", async () => {
  const scheduler = new Scheduler();
  const cancel = scheduler.after(1, "gone", () => assert.fail("called off"));
  cancel();
  cancel();
  await scheduler.runUntil(2);
  assert.deepEqual(scheduler.trace, []);
});

test("All that something leads to at its instant comes before what is due later", async () => {
  const scheduler = new Scheduler();
  const done: string[] = [];
  scheduler.after(1, "cause", async () => {
    scheduler.after(0, "effect", () => done.push("effect"));
    await new Promise((resolve) => setImmediate(resolve));
    done.push("cause");
  });
  scheduler.after(2, "later", () => done.push("later"));
  await scheduler.runUntil(3);
  assert.deepEqual(done, ["cause", "effect", "later"]);
});

test("Virtual time waits for whoever is busy", async () => {
  const scheduler = new Scheduler();
  const waited = { isBusy: false };
  scheduler.waitFor(waited);
  scheduler.after(1, "begins", () => {
    waited.isBusy = true;
    setTimeout(() => {
      waited.isBusy = false;
    }, 5);
  });
  scheduler.after(2, "later", () => assert.equal(waited.isBusy, false));
  await scheduler.runUntil(2);
  assert.equal(scheduler.trace.length, 2);
});

test("A machine's time of day is set without its timers minding", async () => {
  const scheduler = new Scheduler();
  const clock = new MachineClock(scheduler, "m");
  const rings: number[] = [];
  clock.after(1000, () => rings.push(scheduler.now));
  clock.jump(-86_400_000);
  assert.equal(clock.now(), BEGINNING - 86_400_000);
  await scheduler.runUntil(5000);
  assert.deepEqual(rings, [1000]);
  clock.setRight();
  assert.equal(clock.now(), BEGINNING + 5000);
  assert.equal(clock.furthest, 86_400_000);
  assert.throws(() => clock.after(Number.NaN, () => {}), RangeError);
});

test("A world without rest ends, and says what it was about", async () => {
  const scheduler = new Scheduler();
  const again = (): void => void scheduler.after(1, "m#7 again", again);
  again();
  await assert.rejects(scheduler.runUntil(1_000_000), (error) => {
    assert(error instanceof WorldRestless);
    assert.match(error.message, /× m# again/);
    return true;
  });
});
