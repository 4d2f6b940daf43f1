/** Profiles in a folder: made, opened, asked how they are protected. */
import { randomBytes } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DATABASE_KEY_BYTES, type Database, openDatabase } from "./database.ts";
import { ProfileError } from "./errors.ts";
import {
  checkFolder,
  DATABASE_FILES,
  databaseFile,
  LOCK_FILES,
  makeFolder,
  NEW_KEY_FILE,
  syncFolder,
  writeNewFile,
} from "./folder.ts";
import { type Protection, readKeyFile, sealKey, unlockKey, writeKeyFile } from "./keyfile.ts";
import { lockProfile, type ProfileLock } from "./lock.ts";
import type { Profile } from "./profile.ts";
import { migrate, schemaVersion } from "./schema.ts";
import type { Unlock } from "./sealed.ts";
import { profileOver } from "./store.ts";

/** How long another process may take to let go of a profile. */
export const DEFAULT_WAIT_MS = 5000;

export interface OpenOptions {
  /** Milliseconds; 5,000 where it is left out. */
  readonly waitMs?: number;
}

/**
 * Makes a profile in a folder that is empty or missing, and opens it. The key file is written last: what was left behind
 * by an attempt that did not come so far is no profile, and gives way.
 * @throws ProfileError `exists`, `unsafe-folder`, `in-use`, `disk-full`; LetterError `no-letter-form` for an SSH key that only signs
 */
export async function createProfile(
  folder: string,
  protection: Protection,
  { waitMs = DEFAULT_WAIT_MS }: OpenOptions = {},
): Promise<Profile> {
  const key = randomBytes(DATABASE_KEY_BYTES);
  const sealed = await sealKey(key, protection);
  await makeFolder(folder);
  await refuseFull(folder);
  return whileLocked(folder, waitMs, async (lock) => {
    await refuseFull(folder);
    for (const name of [...DATABASE_FILES, NEW_KEY_FILE]) await rm(join(folder, name), { force: true });
    // sqlite gives the files beside it the mode of this one.
    await writeNewFile(databaseFile(folder), new Uint8Array(0));
    const db = openDatabase(databaseFile(folder), key);
    try {
      migrate(db);
      await syncFolder(folder);
      await writeKeyFile(folder, sealed, protection.kind);
    } catch (error) {
      db.close();
      throw error;
    }
    key.fill(0);
    return profileOver(db, () => lock.release());
  });
}

/**
 * Opens a profile, and brings one of an older version up to date.
 * @throws ProfileError `not-found`, `unsafe-folder`, `in-use`, `wrong-key`, `damaged`, `newer-version`, `disk-full`
 */
export async function openProfile(
  folder: string,
  unlock: Unlock,
  { waitMs = DEFAULT_WAIT_MS }: OpenOptions = {},
): Promise<Profile> {
  const { key, lock } = await unlockFolder(folder, unlock, waitMs);
  try {
    const db = await openWhole(folder, key);
    return profileOver(db, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  } finally {
    key.fill(0);
  }
}

/** How the profile's key is kept. @throws ProfileError `not-found`, `unsafe-folder`, `damaged` */
export async function protectionOf(folder: string): Promise<Protection["kind"]> {
  await checkFolder(folder);
  return (await readKeyFile(folder)).kind;
}

/**
 * The lock on a profile, and then the key of its database: nobody is asked for a secret in vain.
 * @throws ProfileError `not-found`, `unsafe-folder`, `in-use`, `wrong-key`, `damaged`
 */
export async function unlockFolder(
  folder: string,
  unlock: Unlock,
  waitMs: number,
): Promise<{ readonly key: Uint8Array; readonly lock: ProfileLock }> {
  await checkFolder(folder);
  await readKeyFile(folder);
  return whileLocked(folder, waitMs, async (lock) => {
    for (;;) {
      try {
        return { key: await unlockKey(await readKeyFile(folder), unlock), lock };
      } catch (error) {
        if (!unlock.asksAgain?.(error)) throw error;
      }
    }
  });
}

/** @throws ProfileError `newer-version`; `damaged` where the file is missing, empty, cut, or does not open with the key */
async function openWhole(folder: string, key: Uint8Array): Promise<Database> {
  const file = databaseFile(folder);
  const bytes = await sizeOf(file);
  const waiting = await sizeOf(`${file}-wal`);
  // sqlite would take an empty file for a new database.
  if (bytes === 0) throw new ProfileError("damaged", { detail: "its database is gone" });
  const db = openDatabase(file, key);
  try {
    const pages = db.number("PRAGMA page_count") ?? 0;
    const pageBytes = db.number("PRAGMA page_size") ?? 0;
    const isCut = waiting === 0 && bytes < pages * pageBytes;
    if (isCut || schemaVersion(db) === 0)
      throw new ProfileError("damaged", { detail: "its database is cut" });
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

async function refuseFull(folder: string): Promise<void> {
  const leftovers = [...DATABASE_FILES, ...LOCK_FILES, NEW_KEY_FILE];
  const names = await readdir(folder);
  if (names.some((name) => !leftovers.includes(name))) throw new ProfileError("exists");
}

/** Keeps the lock where `work` succeeds, and releases it where not. */
async function whileLocked<T>(
  folder: string,
  waitMs: number,
  work: (lock: ProfileLock) => Promise<T>,
): Promise<T> {
  const lock = await lockProfile(folder, waitMs);
  try {
    return await work(lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}
