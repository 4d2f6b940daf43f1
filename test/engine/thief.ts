/** Somebody who has copied a profile, and what traffic it opens: with all that the copy holds, and in any order. */

import {
  type Content,
  decodePlaintext,
  deviceId,
  type Inner,
  openEnvelope,
  openSessions,
  type Stage,
  xwingKeyFromSeed,
} from "../../packages/client/test/internals.ts";
import {
  type Database,
  migrate,
  openMemoryDatabase,
  type Profile,
  profileOver,
} from "../../packages/client/test/profile/internals.ts";

/** Rows of these are made by others, or by sqlite itself. */
const NOT_COPIED = /^(sqlite_|messageWords|room$)/;

/** A profile in memory, and the database under it. */
export function openProfileAndDatabase(): { readonly profile: Profile; readonly db: Database } {
  const db = openMemoryDatabase();
  migrate(db);
  return { db, profile: profileOver(db) };
}

/** Every row of every table, as it is now. */
export function copyOf(db: Database): Database {
  const copy = openMemoryDatabase();
  migrate(copy);
  const tables = db
    .all("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .map(({ name }) => String(name))
    .filter((name) => !NOT_COPIED.test(name));
  copy.script("PRAGMA foreign_keys = OFF");
  copy.transaction(() => {
    for (const table of tables) {
      for (const row of db.all(`SELECT * FROM ${table}`)) {
        const names = Object.keys(row).map((name) => `"${name}"`);
        const cells = names.map(() => "?").join(", ");
        copy.run(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${cells})`, ...Object.values(row));
      }
    }
  });
  copy.script("PRAGMA foreign_keys = ON");
  return copy;
}

/** An envelope that was opened, down to what is said in it. */
export interface Opened {
  readonly index: number;
  readonly content: Content;
}

interface Recorded {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * Everything that the copies open, whoever of them it was for: each envelope with the sessions as they were taken; all of
 * them in order, following the ratchet; and the same without the sessions, beginning from the prekeys.
 */
export async function opens(copies: readonly Database[], recorded: readonly Recorded[]): Promise<Opened[]> {
  const found = new Map<number, Opened>();
  for (const taken of copies) {
    for (const how of ["each alone", "in order", "from the prekeys"] as const) {
      const db = copyOf(taken);
      if (how === "from the prekeys")
        for (const table of ["sessions", "kyberUsed"]) db.run(`DELETE FROM ${table}`);
      for (const one of await opensAs(profileOver(db), recorded, how === "each alone"))
        found.set(one.index, one);
      db.close();
    }
  }
  return [...found.values()].sort((one, other) => one.index - other.index);
}

async function opensAs(profile: Profile, recorded: readonly Recorded[], isAlone: boolean): Promise<Opened[]> {
  const own = profile.own.get();
  if (own === undefined) throw new Error("a copy of nobody's profile");
  const xwing = xwingKeyFromSeed(own.xwingSeed);
  const { id: ownDevice, deviceKey, registration } = own;
  const sessions = openSessions({ store: profile.sessions, ownDevice, deviceKey, registration });
  const known = profile.contacts
    .all()
    .flatMap(({ id }) => profile.devices.ofContact(id))
    .map(({ id, key }) => ({ id, key }));
  const found: Opened[] = [];
  for (const { index, bytes } of recorded) {
    const inner = openEnvelope(bytes, xwing);
    if (inner === undefined) continue;
    for (const sender of sendersOf(inner, known)) {
      const stage = sessions.stage();
      const plaintext = await decrypts(stage, inner, sender);
      if (plaintext === undefined) continue;
      if (!isAlone) profile.transaction(() => stage.apply());
      found.push({ index, content: decodePlaintext(plaintext).content });
      break;
    }
  }
  return found;
}

interface Sender {
  readonly id: string;
  readonly key: Uint8Array;
}

/** A short id may have been told after the theft: any of the known devices may be meant. */
function sendersOf(inner: Inner, known: readonly Sender[]): readonly Sender[] {
  return inner.kind === "opening" ? [{ id: deviceId(inner.deviceKey), key: inner.deviceKey }] : known;
}

async function decrypts(stage: Stage, inner: Inner, { id, key }: Sender): Promise<Uint8Array | undefined> {
  const outcome =
    inner.kind === "message"
      ? await stage.decrypt(id, inner.ciphertext, Date.now())
      : await stage.decryptOpening(id, key, inner.ciphertext, Date.now());
  return outcome.kind === "ok" ? outcome.plaintext : undefined;
}

/** What the user said, of what was opened. */
export function textsOf(opened: readonly Opened[]): string[] {
  return opened.flatMap(({ content }) => (content.kind === "text" ? [content.body.text] : []));
}
