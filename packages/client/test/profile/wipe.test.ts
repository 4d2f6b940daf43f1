/** The end of a profile: nothing of it remains, and nothing else goes. */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { createProfile, openProfile, wipeProfile } from "./internals.ts";
import { failsWith, filesOf, newFolder, otherProcess } from "./rig.ts";
import { person } from "./samples.ts";

test("nothing remains, and once more does nothing", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  await wipeProfile(folder);
  assert.deepEqual(readdirSync(dirname(folder)), []);
  await wipeProfile(folder);
  await failsWith("not-found", openProfile(folder, {}));
});

test("a profile after a crash goes with its log", async (t) => {
  const folder = newFolder(t);
  const profile = await createProfile(folder, { kind: "passphrase", passphrase: "a", workFactor: 4 });
  person(profile);
  const files = filesOf(folder);
  profile.close();
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, "key.new"), "half");
  await wipeProfile(folder);
  assert.equal(existsSync(folder), false);
});

test("the key is overwritten before its name goes", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  const alias = join(dirname(folder), "alias");
  linkSync(join(folder, "key"), alias);
  const key = readFileSync(alias);
  await wipeProfile(folder);
  const left = readFileSync(alias);
  assert.equal(left.length, key.length);
  for (let at = 0; at + 8 <= key.length; at += 8)
    assert.equal(left.includes(key.subarray(at, at + 8)), false);
});

test("an open profile is not wiped", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  const other = otherProcess(t, "hold", folder);
  await other.says();
  const error = await failsWith("in-use", wipeProfile(folder, { waitMs: 0 }));
  assert.equal(error.pid, other.pid);
  assert.ok(existsSync(join(folder, "key")));
  await other.kill();
  await wipeProfile(folder, { waitMs: 0 });
  assert.equal(existsSync(folder), false);
});

test("a wipe that was interrupted after the key goes on", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  rmSync(join(folder, "key"));
  await failsWith("not-found", openProfile(folder, {}));
  await wipeProfile(folder);
  assert.equal(existsSync(folder), false);
});

test("what is not the profile's stays", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  writeFileSync(join(folder, "notes"), "mine");
  mkdirSync(join(folder, "more"));
  await wipeProfile(folder);
  assert.deepEqual(readdirSync(folder).sort(), ["more", "notes"]);
});

test("a key file that is a symbolic link is removed, and what it points to stays", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  const elsewhere = join(dirname(folder), "elsewhere");
  writeFileSync(elsewhere, readFileSync(join(folder, "key")));
  rmSync(join(folder, "key"));
  symlinkSync(elsewhere, join(folder, "key"));
  const before = readFileSync(elsewhere);
  await wipeProfile(folder);
  assert.deepEqual(readFileSync(elsewhere), before);
  assert.equal(existsSync(folder), false);
});

test("modes that let others in are no reason to stay", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  chmodSync(folder, 0o755);
  await wipeProfile(folder);
  assert.equal(existsSync(folder), false);
});
