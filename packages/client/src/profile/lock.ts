/**
 * One process has a profile open. The lock is that of sqlite on an empty database beside the profile's: a POSIX lock,
 * which the kernel frees with the process, however that ends.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import Sqlcipher from "@signalapp/sqlcipher";
import { ProfileError } from "./errors.ts";
import { lockFile, pidFile } from "./folder.ts";

const RETRY_MS = 50;

export interface ProfileLock {
  /** Once more does nothing. */
  release(): void;
}

/**
 * Waits for the lock, and takes it.
 * @throws ProfileError `in-use` with the other's process id, which may be this one's
 */
export async function lockProfile(folder: string, waitMs: number): Promise<ProfileLock> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const lock = tryLock(folder);
    if (lock !== undefined) return lock;
    const left = deadline - performance.now();
    if (left <= 0) throw new ProfileError("in-use", { pid: holder(folder) });
    await sleep(Math.min(RETRY_MS, left));
  }
}

function tryLock(folder: string): ProfileLock | undefined {
  makeLockFile(folder);
  const native = new Sqlcipher(lockFile(folder));
  try {
    native.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    native.close();
    if ((error as { code?: unknown }).code === "SQLITE_BUSY") return undefined;
    throw error;
  }
  writeFileSync(pidFile(folder), `${process.pid}\n`, { mode: 0o600 });
  let isHeld = true;
  return {
    release() {
      if (!isHeld) return;
      isHeld = false;
      rmSync(pidFile(folder), { force: true });
      native.close();
    },
  };
}

/** Only ever made, never opened here again: closing any descriptor of it would free this process's lock (fcntl(2)). */
function makeLockFile(folder: string): void {
  try {
    writeFileSync(lockFile(folder), "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function holder(folder: string): number | undefined {
  try {
    const [, digits] = /^(\d{1,10})\n$/.exec(readFileSync(pidFile(folder), "latin1")) ?? [];
    return digits === undefined ? undefined : Number(digits);
  } catch {
    return undefined;
  }
}
