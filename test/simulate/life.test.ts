import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineClock, Scheduler } from "./clock.ts";
import { Killed, Life } from "./life.ts";
import { Seeded } from "./random.ts";
import { standInProfile } from "./standinstate.ts";

function aLife() {
  const scheduler = new Scheduler();
  const profile = standInProfile();
  let killed = 0;
  const life = new Life({
    profile,
    clock: new MachineClock(scheduler, "m"),
    scheduler,
    random: new Seeded("life"),
    dial: () => Promise.reject(new Error("nobody there")),
    onKilled: () => killed++,
  });
  const keep = (value: string): void =>
    life.profile.transaction(() => life.profile.settings.set("value", value));
  return { scheduler, profile, life, keep, killed: () => killed };
}

test("Killed before a commit, nothing of it is kept; after it, all of it is", () => {
  for (const [when, kept] of [
    ["before", "one"],
    ["after", "two"],
  ] as const) {
    const { profile, life, keep, killed } = aLife();
    life.killAt({ commits: 2, when });
    keep("one");
    assert.throws(() => keep("two"), Killed);
    assert.equal(profile.settings.get("value"), kept);
    assert.equal(killed(), 1);
  }
});

test("Who is gone reaches neither disk nor clock nor network any more", async () => {
  const { scheduler, life, keep, killed } = aLife();
  life.environment.clock.after(1, () => assert.fail("rung for the dead"));
  const { settings } = life.profile;
  const dialled = life.environment.dial(
    { transport: "tcp", host: "a.test", port: 1, fingerprint: "x" },
    { signal: new AbortController().signal },
  );
  life.kill();
  life.kill();
  assert.equal(killed(), 1);
  assert.throws(() => keep("more"), Killed);
  assert.throws(() => settings.get("value"), Killed);
  life.environment.clock.after(1, () => assert.fail("rung for the dead"));
  await scheduler.runUntil(10);
  const settled = await Promise.race([
    dialled.then(
      () => "linked",
      () => "refused",
    ),
    turns(),
  ]);
  assert.equal(settled, "silence");
});

async function turns(): Promise<string> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  return "silence";
}
