/** Files that were altered, cut or lost; a full disk; and what is still to be read. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  createProfile,
  exportLines,
  exportSane,
  migrate,
  openMemoryDatabase,
  openProfile,
  type Profile,
  ProfileError,
  profileOver,
  protectionOf,
} from "./internals.ts";
import { failsWith, filesOf, newFolder, sshKey } from "./rig.ts";
import { message, person } from "./samples.ts";

const PAGE_BYTES = 4096;
const MESSAGES = 400;

/** A closed profile with a conversation; its files. */
async function written(t: TestContext): Promise<{ folder: string; database: string; lines: string[] }> {
  const folder = newFolder(t);
  const profile = await createProfile(folder, { kind: "none" });
  fill(profile);
  const lines = [...exportLines(profile)];
  profile.close();
  return { folder, database: join(folder, "profile.db"), lines };
}

function fill(profile: Profile): void {
  profile.transaction(() => {
    const { id } = person(profile, { name: "Alice" });
    for (let n = 1; n <= MESSAGES; n++) {
      const one = message(id, { n, text: `number ${n}`, body: new Uint8Array(200) });
      profile.messages.add(one);
      if (n % 50 === 0) profile.messages.putReaction(id, { target: one.id, by: "x", emoji: "👍" });
    }
  });
}

async function salvaged(
  folder: string,
): Promise<{ lines: string[]; end: { messages: number; unreadable: number } }> {
  const lines: string[] = [];
  for await (const line of exportSane(folder, {}, { waitMs: 0 })) lines.push(line);
  return { end: JSON.parse(lines.pop()!), lines };
}

test("a database that is lost, empty, cut or another one is damaged", async (t) => {
  const { folder, database } = await written(t);
  const whole = readFileSync(database);
  for (const length of [
    0,
    1,
    100,
    PAGE_BYTES,
    PAGE_BYTES + 1,
    PAGE_BYTES * 9,
    whole.length - PAGE_BYTES,
    whole.length - 1,
  ]) {
    writeFileSync(database, whole.subarray(0, length));
    await failsWith("damaged", openProfile(folder, {}, { waitMs: 0 }));
  }
  rmSync(database);
  await failsWith("damaged", openProfile(folder, {}, { waitMs: 0 }));
  const another = await written(t);
  writeFileSync(database, readFileSync(another.database));
  await failsWith("damaged", openProfile(folder, {}, { waitMs: 0 }));
  writeFileSync(database, whole);
  (await openProfile(folder, {}, { waitMs: 0 })).close();
});

test("a flipped bit in any page is found where it is read, and nothing false is read", async (t) => {
  const { folder, database, lines } = await written(t);
  const whole = readFileSync(database);
  let found = 0;
  for (let page = 0; page < whole.length / PAGE_BYTES; page += 3) {
    const damaged = Buffer.from(whole);
    damaged[page * PAGE_BYTES + ((page * 37) % PAGE_BYTES)]! ^= 1 << (page % 8);
    writeFileSync(database, damaged);
    try {
      const profile = await openProfile(folder, {}, { waitMs: 0 });
      try {
        assert.deepEqual([...exportLines(profile)], lines);
      } finally {
        profile.close();
      }
    } catch (error) {
      assert.ok(error instanceof ProfileError && error.code === "damaged", `page ${page}: ${error}`);
      found++;
    }
  }
  assert.ok(found > 5, `${found}`);
});

test("a key file that is altered or cut opens nothing", async (t) => {
  const key = sshKey();
  const passphrase = async (): Promise<string> => "a";
  const unlock = { passphrase, privateKey: async () => key };
  const protections = [
    { kind: "none" },
    { kind: "passphrase", passphrase: "a", workFactor: 4 },
    { kind: "ssh", publicKey: key.publicKey },
  ] as const;
  for (const protection of protections) {
    const folder = newFolder(t);
    (await createProfile(folder, protection)).close();
    const file = join(folder, protection.kind === "none" ? "key" : "key.age");
    const whole = readFileSync(file);
    const altered = Array.from({ length: 40 }, (_, i) => {
      const bytes = Buffer.from(whole);
      bytes[Math.floor((i * whole.length) / 40)]! ^= 1 << (i % 8);
      return bytes;
    });
    const cut = [0, 1, 30, whole.length - 1].map((length) => whole.subarray(0, length));
    for (const bytes of [...altered, ...cut, Buffer.concat([whole, whole]), Buffer.alloc(17_000, "a")]) {
      writeFileSync(file, bytes);
      await assert.rejects(
        openProfile(folder, unlock, { waitMs: 0 }),
        (error) => error instanceof ProfileError && ["damaged", "wrong-key"].includes(error.code),
      );
    }
    writeFileSync(file, whole);
    (await openProfile(folder, unlock, { waitMs: 0 })).close();
  }
});

test("two key files, or none, are told apart from a profile", async (t) => {
  const { folder } = await written(t);
  writeFileSync(join(folder, "key.age"), "x");
  await failsWith("damaged", protectionOf(folder));
  rmSync(join(folder, "key"));
  await failsWith("damaged", protectionOf(folder));
  rmSync(join(folder, "key.age"));
  await failsWith("not-found", protectionOf(folder));
});

test("a whole profile is salvaged whole", async (t) => {
  const { folder, lines } = await written(t);
  const { lines: read, end } = await salvaged(folder);
  assert.deepEqual(read, lines.slice(0, -1));
  assert.deepEqual(end, { type: "end", messages: MESSAGES, unreadable: 0 });
});

test("damage costs the messages of the pages it hit, and no others", async (t) => {
  const { folder, database, lines } = await written(t);
  const whole = readFileSync(database);
  const known = new Set(lines);
  let [partly, hit] = [0, 0];
  for (let page = 1; page + 1 < whole.length / PAGE_BYTES; page += 4) {
    const damaged = Buffer.from(whole);
    for (const at of [page, page + 1]) damaged.fill(0, at * PAGE_BYTES + 500, at * PAGE_BYTES + 510);
    writeFileSync(database, damaged);
    try {
      const { lines: read, end } = await salvaged(folder);
      // A reaction or a pinned key may be lost; a message comes back as it was or not at all.
      const bare = (line: string): string => line.replace(/"(reactions|identities)":\[.*\]/, "");
      const bareKnown = new Set([...known].map(bare));
      for (const line of read) assert.ok(bareKnown.has(bare(line)), line);
      assert.equal(end.messages, read.filter((line) => line.startsWith('{"type":"message"')).length);
      if (end.unreadable > 0) hit++;
      if (end.unreadable > 0 && end.messages > MESSAGES / 2) partly++;
    } catch (error) {
      assert.ok(error instanceof ProfileError && error.code === "damaged", `page ${page}: ${error}`);
    }
  }
  assert.ok(partly > 2 && partly >= hit - 3, `${partly} of ${hit}`);
});

test("a salvage that is left early lets go of the profile", async (t) => {
  const { folder } = await written(t);
  for await (const line of exportSane(folder, {})) {
    assert.match(line, /"what":"export"/);
    break;
  }
  (await openProfile(folder, {}, { waitMs: 0 })).close();
});

test("a full disk keeps nothing of a transaction, and no harm is done", () => {
  const db = openMemoryDatabase();
  migrate(db);
  const profile = profileOver(db);
  const { id } = person(profile);
  db.script(`PRAGMA max_page_count = ${db.number("PRAGMA page_count")! + 5}`);
  let caught = 0;
  const fillUp = (): void => {
    profile.settings.set("state", "new");
    for (let n = 1; n <= 100; n++) {
      try {
        profile.messages.add(message(id, { n, body: new Uint8Array(3000) }));
      } catch {
        // sqlite has ended the transaction by now: nothing that comes after may be kept on its own.
        caught++;
      }
    }
  };
  assert.throws(() => profile.transaction(fillUp), { code: "disk-full" });
  assert.ok(caught > 50);
  assert.equal(profile.settings.get("state"), undefined);
  assert.deepEqual(profile.messages.last(id, 9), []);
  db.script("PRAGMA max_page_count = 100000");
  profile.transaction(() => profile.settings.set("state", "later"));
  assert.equal(profile.settings.get("state"), "later");
  profile.close();
});

test("what was cut from the log of a killed process is not kept, and what came before is", async (t) => {
  const folder = newFolder(t);
  const first = await createProfile(folder, { kind: "none" });
  first.settings.set("a", "1");
  first.settings.set("b", "2");
  // As a crash leaves them: the copy has the log, which closing would have emptied.
  const files = filesOf(folder);
  first.close();
  for (const name of ["profile.db", "profile.db-wal"]) writeFileSync(join(folder, name), files.get(name)!);
  truncateSync(join(folder, "profile.db-wal"), files.get("profile.db-wal")!.length - 100);
  const second = await openProfile(folder, {});
  assert.equal(second.settings.get("a"), "1");
  assert.equal(second.settings.get("b"), undefined);
  second.close();
});
