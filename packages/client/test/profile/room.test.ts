/** What is charged for what somebody says is what it takes on the disk, or more; and it counts what older versions kept. */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  createProfile,
  migrate,
  openMemoryDatabase,
  openMemoryProfile,
  type Profile,
  profileOver,
  SCHEMA_STEPS,
} from "./internals.ts";
import { newFolder } from "./rig.ts";
import { contact, device, fresh, identity, message } from "./samples.ts";

const LIMIT = { timeout: 60_000 };
const SENDER = randomUUID();
/** Of every kind; a file grows by pages, and the search index by pieces that are joined now and then. */
const BYTES = 1_000_000;

/** Texts that take much: of many short words, of few, of none that repeat, of three bytes a character. */
const TEXTS: Readonly<Record<string, (length: number) => string>> = {
  "short words": (length) => words(length, () => randomBytes(2).readUInt16BE().toString(36)),
  letters: (length) => words(length, () => "abcdefghijklmnopqrstuvwxyz"[randomBytes(1)[0]! % 26]!),
  "random words": (length) =>
    randomBytes(length)
      .toString("base64")
      .replace(/[^a-z0-9]/gi, " ")
      .slice(0, length),
  ideograms: (length) =>
    Array.from({ length: length / 3 }, () =>
      String.fromCharCode(0x4e00 + (randomBytes(2).readUInt16BE() % 20_000)),
    ).join(""),
};

function words(length: number, word: () => string): string {
  let text = "";
  while (text.length < length) text += `${word()} `;
  return text;
}

/** Says things until so much is charged. @returns bytes charged, and bytes that the file has grown by */
async function grown(
  t: Parameters<typeof newFolder>[0],
  say: (profile: Profile, of: number, n: number) => void,
): Promise<{ readonly charged: number; readonly grown: number }> {
  const [folder, other] = [newFolder(t), newFolder(t)];
  (await createProfile(other, { kind: "none" })).close();
  const profile = await createProfile(folder, { kind: "none" });
  const of = profile.contacts.add(contact());
  let n = 0;
  while (profile.room.taken(of) < BYTES)
    profile.transaction(() => {
      for (let i = 0; i < 25; i++) say(profile, of, ++n);
    });
  const charged = profile.room.taken(of);
  profile.close();
  return { charged, grown: sizeOf(folder) - sizeOf(other) };
}

function sizeOf(folder: string): number {
  return statSync(join(folder, "profile.db")).size;
}

for (const [name, textOf] of Object.entries(TEXTS)) {
  for (const length of [3, 900, 60_000]) {
    test(`lines of ${length} bytes of ${name}`, LIMIT, async (t) => {
      const { charged, grown: taken } = await grown(t, (profile, of, n) => {
        const text = textOf(length);
        const body = Buffer.concat([Buffer.from("a16474657874", "hex"), Buffer.from(text)]);
        profile.messages.add(message(of, { sender: SENDER, n, text, body, at: 2 ** 41, arrivedAt: 2 ** 41 }));
      });
      assert.ok(taken <= charged, `${taken} bytes were taken, and ${charged} are charged`);
    });
  }
}

test("ciphertexts that are remembered", LIMIT, async (t) => {
  const { charged, grown: taken } = await grown(t, (profile, of) => {
    for (let i = 0; i < 4; i++)
      profile.seen.add({
        hash: randomBytes(32),
        device: SENDER,
        contact: of,
        id: randomBytes(16),
        until: 2 ** 41 + randomBytes(4).readUInt32BE(),
      });
  });
  assert.ok(taken <= charged, `${taken} bytes were taken, and ${charged} are charged`);
});

test("what an older version kept is charged", () => {
  const db = openMemoryDatabase();
  migrate(db, SCHEMA_STEPS.slice(0, 2));
  const before = profileOver(db);
  const [of, silent] = [before.contacts.add(contact()), before.contacts.add(contact())];
  const key = identity(of);
  before.identities.add(key);
  const one = device(key.fingerprint);
  before.devices.add(one);
  for (const changes of [{ text: "hello" }, { text: undefined }, { isOwn: true }])
    before.messages.add(message(of, changes));
  before.messages.add(message(silent, { isOwn: true }));
  for (const name of [one.id, one.id, "nobody"])
    db.run("INSERT INTO seen (hash, device, id, until) VALUES (?, ?, ?, 9)", fresh(32), name, fresh());
  migrate(db);
  const { room, seen } = profileOver(db);
  assert.deepEqual([room.taken(of), room.taken(silent)], [2 * (512 + 10) + 5 * 5 + 2 * 320, 0]);
  seen.removeEnded(9);
  assert.equal(room.taken(of), 2 * (512 + 10) + 5 * 5);
  db.close();
});

test("room inside of the file is found once something was removed", () => {
  const profile = openMemoryProfile();
  const of = profile.contacts.add(contact());
  const { row } = profile.messages.add(message(of, { text: "x ".repeat(30_000) }))!;
  const before = profile.room.spare();
  profile.messages.remove(row);
  assert.ok(profile.room.spare() > before + 30_000, `${profile.room.spare() - before} bytes`);
  profile.close();
});
