/** How long a relay may keep a client waiting, with a clock of our own. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { MOST_PATIENCE, Patience, SLOWEST_BYTES_PER_SECOND } from "../../src/link/patience.ts";

/** Patience of a second, and a clock that the test moves. */
function setUp(t: TestContext): { patience: Patience; pass(ms: number): void; expired(): number } {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  let expired = 0;
  const patience = new Patience(
    1000,
    () => {
      expired++;
    },
    () => now,
  );
  const pass = (ms: number): void => {
    for (let i = 0; i < ms; i++) {
      now++;
      t.mock.timers.tick(1);
    }
  };
  return { patience, pass, expired: () => expired };
}

test("silence expires once, on time", (t) => {
  const { patience, pass, expired } = setUp(t);
  patience.restart(0);
  pass(999);
  assert.equal(expired(), 0);
  pass(1);
  assert.equal(expired(), 1);
  pass(5000);
  assert.equal(expired(), 1);
});

test("each restart begins anew, and stop ends it", (t) => {
  const { patience, pass, expired } = setUp(t);
  for (let i = 0; i < 5; i++) {
    patience.restart(0);
    pass(900);
  }
  patience.stop();
  pass(5000);
  assert.equal(expired(), 0);
  assert.equal(patience.isRunning, false);
});

test("a large request gets the time that its bytes may take", (t) => {
  const { patience, pass, expired } = setUp(t);
  patience.restart(2 * SLOWEST_BYTES_PER_SECOND);
  pass(2999);
  assert.equal(expired(), 0);
  pass(1);
  assert.equal(expired(), 1);
});

test("a slow line is waited for, one that drips is not", (t) => {
  const { patience, pass, expired } = setUp(t);
  patience.restart(0);
  for (let i = 0; i < 100; i++) {
    patience.received(SLOWEST_BYTES_PER_SECOND / 10);
    pass(100);
  }
  assert.equal(expired(), 0);
  for (let i = 0; i < 11; i++) {
    patience.received(1);
    pass(100);
  }
  assert.equal(expired(), 1);
});

test("a flood gives nobody more patience than silence has", (t) => {
  const { patience, pass, expired } = setUp(t);
  patience.restart(0);
  patience.received(1e9);
  pass(1000);
  assert.equal(expired(), 1);
});

test("nor does a flood that never ends", (t) => {
  const { patience, pass, expired } = setUp(t);
  patience.restart(0);
  for (let i = 0; i < MOST_PATIENCE * 10; i++) {
    assert.equal(expired(), 0);
    patience.received(1e9);
    pass(100);
  }
  assert.equal(expired(), 1);
});
