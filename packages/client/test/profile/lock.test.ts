/** One process has a profile, and the kernel takes it back from the dead. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createProfile, openProfile } from "./internals.ts";
import { failsWith, newFolder, otherProcess } from "./rig.ts";

test("a profile is opened once in a process", async (t) => {
  const folder = newFolder(t);
  const first = await createProfile(folder, { kind: "none" });
  const error = await failsWith("in-use", openProfile(folder, {}, { waitMs: 0 }));
  assert.equal(error.pid, process.pid);
  assert.match(error.message, new RegExp(`process ${process.pid}$`));
  first.settings.set("still", "works");
  first.close();
  const second = await openProfile(folder, {}, { waitMs: 0 });
  assert.equal(second.settings.get("still"), "works");
  second.close();
});

test("nobody is asked for a passphrase in vain", async (t) => {
  const folder = newFolder(t);
  const profile = await createProfile(folder, { kind: "passphrase", passphrase: "a", workFactor: 10 });
  const passphrase = (): Promise<string> => assert.fail("asked");
  await failsWith("in-use", openProfile(folder, { passphrase }, { waitMs: 0 }));
  profile.close();
});

test("whoever asks again after a wrong secret keeps the lock meanwhile", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "passphrase", passphrase: "right", workFactor: 10 })).close();
  const answers = ["wrong", "wrong again", "right"];
  const passphrase = async (): Promise<string> => {
    await failsWith("in-use", openProfile(folder, {}, { waitMs: 0 }));
    return answers.shift() ?? assert.fail("asked too often");
  };
  const errors: unknown[] = [];
  const asksAgain = (error: unknown): boolean => errors.push(error) > 0;
  (await openProfile(folder, { passphrase, asksAgain }, { waitMs: 0 })).close();
  assert.deepEqual(
    errors.map((error) => (error as { code?: string }).code),
    ["wrong-key", "wrong-key"],
  );
  answers.push("wrong");
  await failsWith("wrong-key", openProfile(folder, { passphrase, asksAgain: () => false }, { waitMs: 0 }));
  (await openProfile(folder, { passphrase: async () => "right" }, { waitMs: 0 })).close();
});

test("another process has it, says who it is, and hands over", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  const other = otherProcess(t, "hold", folder);
  assert.equal(await other.says(), "open");
  const error = await failsWith("in-use", openProfile(folder, {}, { waitMs: 0 }));
  assert.equal(error.pid, other.pid);
  // It closes while we wait.
  const waiting = openProfile(folder, {}, { waitMs: 60_000 });
  other.tell();
  assert.equal(await other.says(), "closed");
  (await waiting).close();
});

test("a process that is killed has it no more", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  const other = otherProcess(t, "hold", folder);
  await other.says();
  await other.kill();
  (await openProfile(folder, {}, { waitMs: 0 })).close();
});

test("killed in the middle of a transaction, nothing of it is kept", async (t) => {
  const folder = newFolder(t);
  const before = await createProfile(folder, { kind: "none" });
  const made = {
    state: "contact",
    verified: false,
    retentionMs: undefined,
    timerMs: 0,
    sent: 0,
    createdAt: 1,
  } as const;
  const contact = before.contacts.add({ ...made, name: "Alice" });
  before.settings.set("state", "old");
  before.close();

  const midway = otherProcess(t, "midway", folder);
  assert.equal(await midway.says(), "midway");
  await midway.kill();
  const old = await openProfile(folder, {}, { waitMs: 0 });
  assert.equal(old.settings.get("state"), "old");
  assert.deepEqual(old.messages.last(contact, 1), []);
  assert.deepEqual(old.messages.search("new", 1), []);
  old.close();

  const committed = otherProcess(t, "committed", folder);
  assert.equal(await committed.says(), "committed");
  await committed.kill();
  const kept = await openProfile(folder, {}, { waitMs: 0 });
  assert.equal(kept.settings.get("state"), "new");
  assert.equal(kept.messages.last(contact, 999).length, 200);
  assert.equal(kept.messages.search("new", 999).length, 200);
  kept.close();
});
