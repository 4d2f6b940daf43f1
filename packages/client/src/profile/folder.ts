/** A profile's folder: which files it has, and that nobody else can look into it. */
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { ProfileError } from "./errors.ts";

const DATABASE = "profile.db";
const LOCK = "lock";
export const PLAIN_KEY_FILE = "key";
export const SEALED_KEY_FILE = "key.age";
export const NEW_KEY_FILE = "key.new";

export const KEY_FILES: readonly string[] = [PLAIN_KEY_FILE, SEALED_KEY_FILE, NEW_KEY_FILE];
export const DATABASE_FILES: readonly string[] = besideDatabase(DATABASE);
export const LOCK_FILES: readonly string[] = [...besideDatabase(LOCK), "lock.pid"];

/** sqlite's own names. */
function besideDatabase(name: string): string[] {
  return [name, `${name}-wal`, `${name}-shm`, `${name}-journal`];
}

export function databaseFile(folder: string): string {
  return join(folder, DATABASE);
}

export function lockFile(folder: string): string {
  return join(folder, LOCK);
}

/** Who holds the lock, in decimal digits and a line feed. */
export function pidFile(folder: string): string {
  return join(folder, "lock.pid");
}

/** Makes the folder where it is missing, and those above it, for the owner only. @throws ProfileError `unsafe-folder` */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await checkFolder(folder);
}

/** @throws ProfileError `not-found`, `unsafe-folder` */
export async function checkFolder(folder: string): Promise<void> {
  const about = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (!about?.isDirectory()) throw new ProfileError("not-found");
  // Windows has neither owners nor modes of this kind: a user's folders are closed to others there.
  const uid = process.getuid?.();
  if (uid === undefined) return;
  if (about.uid !== uid || (about.mode & 0o077) !== 0) throw new ProfileError("unsafe-folder");
}

/** Makes a file that is not there yet, for its owner only, and writes it through to the medium. */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What was made, renamed or removed in a folder is so after a power cut too. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, "r");
    await handle.sync();
  } finally {
    await handle?.close();
  }
}
