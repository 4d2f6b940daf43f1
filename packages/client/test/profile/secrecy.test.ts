/** What the files of a profile give away, and what deleted words leave. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createProfile, type Database, migrate, openMemoryDatabase, profileOver } from "./internals.ts";
import { filesOf, newFolder, sshKey } from "./rig.ts";
import { delivery, fresh, message, ownDevice, person } from "./samples.ts";

test("no name, text or key stands in any file, while it is open or after", async (t) => {
  const folder = newFolder(t);
  const { publicKey } = sshKey();
  const profile = await createProfile(folder, { kind: "ssh", publicKey });
  const own = ownDevice({ identity: publicKey.blob });
  const said = "the treasure is buried under the oak";
  profile.own.put(own);
  const { id, identity, device } = person(profile, { name: "Ali Baba" });
  for (let n = 1; n <= 50; n++) {
    profile.messages.add(message(id, { n, text: said, body: Buffer.from(`body: ${said}`) }));
  }
  profile.deliveries.add(delivery(id, { content: Buffer.from(said) }));
  profile.sessions.putSession(device.id, Buffer.from("the ratchet's record"));
  profile.settings.set("relays", "asfaleia://relay.example");
  const session = Buffer.from("the ratchet's record");
  const words = [
    "Ali Baba",
    "ali baba",
    "treasure",
    "relay.example",
    identity.fingerprint,
    device.id,
    "CREATE TABLE",
    "SQLite format",
  ];
  const secrets: Uint8Array[] = [
    ...words.map((word) => Buffer.from(word)),
    own.deviceKey,
    own.xwingSeed,
    publicKey.blob,
    identity.blob,
    device.key,
    session,
  ];
  const search = (): string[] =>
    [...filesOf(folder)]
      .filter(([, bytes]) => secrets.some((secret) => bytes.includes(Buffer.from(secret))))
      .map(([name]) => name);
  const sizes = filesOf(folder);
  assert.ok(sizes.get("profile.db-wal")!.length > 50_000);
  assert.deepEqual(search(), []);
  profile.close();
  assert.ok(filesOf(folder).get("profile.db")!.length > 50_000);
  assert.deepEqual(search(), []);
  // The search itself finds what is there.
  secrets.push(readFileSync(join(folder, "key.age")).subarray(0, 20));
  assert.deepEqual(search(), ["key.age"]);
});

test("two profiles with the same inside have nothing in common", async (t) => {
  const pages = await Promise.all(
    [1, 2].map(async () => {
      const folder = newFolder(t);
      const profile = await createProfile(folder, { kind: "none" });
      profile.settings.set("same", "same");
      profile.close();
      return filesOf(folder).get("profile.db")!;
    }),
  );
  const [first, second] = pages as [Buffer, Buffer];
  let same = 0;
  for (let at = 0; at + 16 <= first.length; at += 16) {
    if (first.subarray(at, at + 16).equals(second.subarray(at, at + 16))) same++;
  }
  assert.equal(same, 0);
});

/** Every byte that the search index and the messages hold. */
function kept(db: Database): Buffer {
  const cells = [
    ...db.all("SELECT block AS cell FROM messageWords_data"),
    ...db.all("SELECT coalesce(text, '') AS cell FROM messages"),
    ...db.all("SELECT body AS cell FROM messages"),
  ];
  return Buffer.concat(cells.map(({ cell }) => Buffer.from(cell as string)));
}

for (const [how, remove] of Object.entries({
  deleted: (profile, row) =>
    profile.messages.update(row, { text: undefined, body: new Uint8Array(0), isDeleted: true }),
  edited: (profile, row) => profile.messages.update(row, { text: "harmless", body: fresh() }),
  removed: (profile, row) => profile.messages.remove(row),
  expired(profile, row) {
    profile.messages.update(row, { until: 5 });
    profile.messages.removeExpired(5, 9);
  },
  "retained no longer": (profile) =>
    profile.messages.removeArrivedBefore(profile.contacts.all()[0]!.id, 3, 9),
  "lost with its contact": (profile) => profile.contacts.remove(profile.contacts.all()[0]!.id),
} satisfies Record<string, (profile: ReturnType<typeof profileOver>, row: number) => void>)) {
  test(`no word of a message that is ${how} is left in the index`, () => {
    const db = openMemoryDatabase();
    migrate(db);
    const profile = profileOver(db);
    const { id } = person(profile);
    for (let n = 1; n <= 200; n++)
      profile.messages.add(message(id, { n, arrivedAt: 9, text: `common words ${n}` }));
    const { row } = profile.messages.add(
      message(id, { n: 201, arrivedAt: 2, text: "rosebud", body: Buffer.from("rosebud") }),
    )!;
    assert.ok(kept(db).includes("rosebud"));
    remove(profile, row);
    assert.equal(kept(db).includes("rosebud"), false);
    assert.deepEqual(profile.messages.search("rosebud", 1), []);
    assert.equal(kept(db).includes("common"), how !== "lost with its contact");
    db.script("INSERT INTO messageWords (messageWords) VALUES ('integrity-check')");
    profile.close();
  });
}
