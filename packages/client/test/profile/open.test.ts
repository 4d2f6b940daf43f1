/** Profiles made, unlocked and refused. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { publicKeyFromLine } from "@asfaleia/identity";
import { LetterError } from "@asfaleia/identity/letter";
import { KEY_KINDS, type KeyKind, missing, run, SshOracle } from "../../../identity/test/oracle.ts";
import {
  createProfile,
  type Database,
  migrate,
  openDatabase,
  openProfile,
  protectionOf,
  SCHEMA_STEPS,
  schemaVersion,
} from "./internals.ts";
import { failsWith, newFolder, sshKey } from "./rig.ts";
import { mailbox, person } from "./samples.ts";

/** Small, so that tests are fast. */
const workFactor = 10;
const ed25519 = sshKey("ed25519");
const rsa = sshKey("rsa");

const PROTECTIONS = {
  none: { protection: { kind: "none" }, unlock: {} },
  passphrase: {
    protection: { kind: "passphrase", passphrase: "ü 1", workFactor },
    unlock: { passphrase: async () => "ü 1" },
  },
  "ssh-ed25519": {
    protection: { kind: "ssh", publicKey: ed25519.publicKey },
    unlock: { privateKey: async () => ed25519 },
  },
  "ssh-rsa": {
    protection: { kind: "ssh", publicKey: rsa.publicKey },
    unlock: { privateKey: async () => rsa },
  },
} as const;

for (const [name, { protection, unlock }] of Object.entries(PROTECTIONS)) {
  test(`under ${name}: made, closed, opened, all is there`, async (t) => {
    const folder = newFolder(t);
    const made = await createProfile(folder, protection);
    const { id } = person(made, { name: "Alice" });
    made.close();
    assert.equal(await protectionOf(folder), protection.kind);
    const opened = await openProfile(folder, unlock);
    assert.equal(opened.contacts.byName("alice")?.id, id);
    assert.equal(opened.identities.ofContact(id).length, 1);
    opened.close();
  });
}

test("a passphrase takes age's own work where nothing else is said", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "passphrase", passphrase: "a" })).close();
  assert.match(
    readFileSync(join(folder, "key.age"), "latin1"),
    /^age-encryption.org\/v1\n-> scrypt \S+ 18\n/,
  );
});

test("the wrong secret unlocks nothing, and the profile is free after it", async (t) => {
  const passphrase = async (): Promise<string> => "wrong";
  const privateKey = async () => sshKey();
  for (const { protection, unlock } of Object.values(PROTECTIONS).slice(1)) {
    const folder = newFolder(t);
    (await createProfile(folder, protection)).close();
    await failsWith("wrong-key", openProfile(folder, { passphrase, privateKey }));
    await failsWith("wrong-key", openProfile(folder, {}));
    (await openProfile(folder, unlock, { waitMs: 0 })).close();
  }
});

test("a secret that cannot be had leaves the profile free", async (t) => {
  const folder = newFolder(t);
  const { protection, unlock } = PROTECTIONS["ssh-ed25519"];
  (await createProfile(folder, protection)).close();
  const gone = new Error("the key file is gone");
  await assert.rejects(openProfile(folder, { privateKey: () => Promise.reject(gone) }), gone);
  (await openProfile(folder, unlock, { waitMs: 0 })).close();
});

test("what cannot protect a profile leaves nothing behind", async (t) => {
  const folder = newFolder(t);
  const { publicKey } = sshKey("ec");
  await assert.rejects(createProfile(folder, { kind: "ssh", publicKey }), LetterError);
  await assert.rejects(createProfile(folder, { kind: "passphrase", passphrase: "" }), RangeError);
  assert.deepEqual(readdirSync(dirname(folder)), []);
});

test("stock age opens the key file", { skip: missing("age", "ssh-keygen") }, async (t) => {
  using oracle = new SshOracle();
  oracle.generate("id", KEY_KINDS[0] as KeyKind);
  const folder = newFolder(t);
  const { key: publicKey } = publicKeyFromLine(oracle.readText("id.pub"));
  (await createProfile(folder, { kind: "ssh", publicKey })).close();
  const opened = run("age", ["-d", "-i", oracle.path("id"), join(folder, "key.age")]);
  assert.match(opened, /\n\n[0-9a-f]{64}\n$/);
});

test("folders and files are their owner's alone, whatever the mask", async (t) => {
  const mask = process.umask(0);
  t.after(() => process.umask(mask));
  const folder = join(newFolder(t), "deep", "er");
  const profile = await createProfile(folder, { kind: "none" });
  person(profile);
  for (const name of readdirSync(folder))
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  for (const path of [folder, dirname(folder)]) assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.ok(readdirSync(folder).includes("profile.db-wal"));
  profile.close();
  assert.deepEqual(readdirSync(folder).sort(), ["key", "lock", "profile.db"]);
});

test("a folder that others may look into is refused, and one of somebody else", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  for (const mode of [0o750, 0o701, 0o720]) {
    chmodSync(folder, mode);
    await failsWith("unsafe-folder", openProfile(folder, {}));
    await failsWith("unsafe-folder", protectionOf(folder));
    await failsWith("unsafe-folder", createProfile(folder, { kind: "none" }));
  }
  chmodSync(folder, 0o700);
  (await openProfile(folder, {})).close();
  if (process.getuid?.() !== 0) return;
  chownSync(folder, 12345, 12345);
  await failsWith("unsafe-folder", openProfile(folder, {}));
});

test("only an empty folder becomes a profile", async (t) => {
  const folder = newFolder(t);
  mkdirSync(folder, { mode: 0o700 });
  await failsWith("not-found", openProfile(folder, {}));
  await failsWith("not-found", protectionOf(join(folder, "missing")));
  writeFileSync(join(folder, "notes"), "mine");
  await failsWith("exists", createProfile(folder, { kind: "none" }));
  await failsWith("not-found", openProfile(join(folder, "notes"), {}));
  assert.deepEqual(readdirSync(folder), ["notes"]);
});

test("a profile is never made over another", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  const { protection } = PROTECTIONS.passphrase;
  await failsWith("exists", createProfile(folder, protection));
  assert.equal(await protectionOf(folder), "none");
});

test("what an interrupted making left behind gives way", async (t) => {
  const folder = newFolder(t);
  mkdirSync(folder, { mode: 0o700 });
  for (const name of ["profile.db", "profile.db-wal", "key.new", "lock", "lock.pid"])
    writeFileSync(join(folder, name), name === "lock" ? "" : "half");
  await failsWith("not-found", openProfile(folder, {}));
  const profile = await createProfile(folder, { kind: "none" });
  person(profile);
  profile.close();
  (await openProfile(folder, {})).close();
});

test("a database of a newer version is left alone", async (t) => {
  const folder = newFolder(t);
  (await createProfile(folder, { kind: "none" })).close();
  onDatabase(folder, (db) => db.script(`PRAGMA user_version = ${SCHEMA_STEPS.length + 1}`));
  await failsWith("newer-version", openProfile(folder, {}));
  onDatabase(folder, (db) => assert.equal(schemaVersion(db), SCHEMA_STEPS.length + 1));
});

test("a database of version 1 is brought up to date, and keeps what it has", async (t) => {
  const folder = newFolder(t);
  await createVersion1(folder);
  const profile = await openProfile(folder, {});
  assert.equal(profile.settings.get("who"), "me");
  assert.equal(profile.contacts.byName("ALICE")?.timerMs, 7);
  assert.deepEqual(
    profile.messages.search("zeb", 9).map(({ text }) => text),
    ["zebra"],
  );
  // The table of mailboxes is made anew in version 2: what stood in it stays, and no number comes twice.
  assert.deepEqual(
    profile.mailboxes.all().map(({ id, kind, contact, endsAt }) => ({ id, kind, contact, endsAt })),
    [
      { id: 2, kind: "front", contact: undefined, endsAt: undefined },
      { id: 5, kind: "contact", contact: 1, endsAt: 99 },
    ],
  );
  assert.equal(profile.mailboxes.add(mailbox({ kind: "invite" })), 10);
  profile.contacts.remove(1);
  assert.deepEqual(profile.mailboxes.ofContact(1), []);
  assert.deepEqual(profile.invites.all(), []);
  profile.close();
  onDatabase(folder, (db) => {
    assert.equal(schemaVersion(db), SCHEMA_STEPS.length);
    assert.deepEqual(db.all("PRAGMA foreign_key_check"), []);
    assert.equal(db.value("PRAGMA integrity_check"), "ok");
    assert.equal(db.value("SELECT count(*) FROM sqlite_schema WHERE name = 'mailboxesOfContact'"), 1);
  });
});

test("a step to a next version keeps what is there, and one that fails changes nothing", async (t) => {
  const folder = newFolder(t);
  await createVersion1(folder);
  onDatabase(folder, (db) => {
    const [first] = SCHEMA_STEPS as readonly [string];
    const good = "ALTER TABLE contacts ADD COLUMN note TEXT; UPDATE contacts SET note = name || '!';";
    const bad = "DELETE FROM contacts; CREATE TABLE more (x INTEGER) STRICT; nonsense;";
    assert.throws(() => migrate(db, [first, good, bad]), /nonsense/);
    assert.equal(schemaVersion(db), 2);
    assert.equal(db.value("SELECT note FROM contacts"), "Alice!");
    assert.throws(() => db.value("SELECT x FROM more"), /no such table/);
    migrate(db, [first, good, "UPDATE contacts SET note = '3'"]);
    assert.equal(schemaVersion(db), 3);
    assert.equal(db.value("SELECT note FROM contacts"), "3");
    assert.throws(() => migrate(db, [first, good]), { code: "newer-version" });
  });
});

/** By SQL of version 1 alone: what later versions of the program write is another matter. */
async function createVersion1(folder: string): Promise<void> {
  (await createProfile(folder, { kind: "none" })).close();
  writeFileSync(join(folder, "profile.db"), "");
  onDatabase(folder, (db) => {
    migrate(db, SCHEMA_STEPS.slice(0, 1));
    db.script(`
      INSERT INTO settings VALUES ('who', 'me');
      INSERT INTO contacts VALUES (1, 'Alice', 'alice', 'contact', 1, NULL, 7, 3, 1);
      INSERT INTO mailboxes VALUES (2, 'front', NULL, 'current', 'r', 'f2', randomblob(32), 1, 2, NULL);
      INSERT INTO mailboxes VALUES (5, 'contact', 1, 'old', 'r', 'f5', randomblob(32), 1, 2, 99);
      INSERT INTO mailboxes VALUES (9, 'contact', 1, 'old', 'r', 'f9', randomblob(32), 1, 2, 99);
      DELETE FROM mailboxes WHERE id = 9;
      INSERT INTO messages VALUES (1, 1, 1048576, randomblob(16), 'd', 0, 1, 1, 1, NULL, NULL, 'text', x'a0', 'zebra', NULL, 0);
    `);
  });
}

function onDatabase(folder: string, work: (db: Database) => void): void {
  const key = Buffer.from(readFileSync(join(folder, "key"), "latin1").trim(), "hex");
  const db = openDatabase(join(folder, "profile.db"), key);
  try {
    work(db);
  } finally {
    db.close();
  }
}
