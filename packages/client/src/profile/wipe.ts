/** The end of a profile. It claims that no file remains, not that the medium forgot. */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ProfileError } from "./errors.ts";
import { DATABASE_FILES, KEY_FILES, LOCK_FILES, syncFolder } from "./folder.ts";
import { lockProfile, type ProfileLock } from "./lock.ts";
import { DEFAULT_WAIT_MS, type OpenOptions } from "./open.ts";

/**
 * Destroys the key file, then every other file of the profile, and the folder. Whatever else the folder holds stays, and
 * the folder with it. Once more does nothing; after an interruption it goes on.
 * @throws ProfileError `in-use`, `unsafe-folder` for somebody else's
 */
export async function wipeProfile(
  folder: string,
  { waitMs = DEFAULT_WAIT_MS }: OpenOptions = {},
): Promise<void> {
  if (!(await isOurs(folder))) return;
  const lock = await lockIfPossible(folder, waitMs);
  try {
    for (const name of KEY_FILES) await destroy(join(folder, name));
    await syncFolder(folder);
    for (const name of DATABASE_FILES) await rm(join(folder, name), { force: true });
  } finally {
    lock?.release();
  }
  for (const name of LOCK_FILES) await rm(join(folder, name), { force: true });
  await syncFolder(folder);
  await removeEmpty(folder);
}

/** Modes that let others in are no reason to keep the files. */
async function isOurs(folder: string): Promise<boolean> {
  try {
    const { uid } = await stat(folder);
    if (process.getuid !== undefined && uid !== process.getuid()) throw new ProfileError("unsafe-folder");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** A lock that cannot be had for another reason than its holder does not stop a wipe. */
async function lockIfPossible(folder: string, waitMs: number): Promise<ProfileLock | undefined> {
  try {
    return await lockProfile(folder, waitMs);
  } catch (error) {
    if (error instanceof ProfileError) throw error;
    return undefined;
  }
}

async function destroy(path: string): Promise<void> {
  try {
    const handle = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
    try {
      const { size } = await handle.stat();
      await handle.write(randomBytes(size), 0, size, 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // What cannot be overwritten, such as a symbolic link, is removed all the same.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
  }
  await rm(path, { force: true });
}

async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOENT") throw error;
  }
}
