/** Notices that what was at a path is there no more, as the folder of a login goes when the login ends. */
import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname } from "node:path";

/** Where the system tells of no changes, it is looked at so often. */
const LOOK_AGAIN_MS = 5000;

/**
 * Whether what is at a path now still is, whenever that is asked.
 * @throws what the system throws where nothing is there
 */
export function stillThere(path: string): () => boolean {
  const { dev, ino } = statSync(path);
  return () => {
    try {
      const now = statSync(path);
      return now.dev === dev && now.ino === ino;
    } catch {
      return false;
    }
  };
}

/**
 * Calls `onGone` when `isThere` is no longer true, once.
 * @returns what ends that
 */
export function onceGone(path: string, isThere: () => boolean, onGone: () => void): () => void {
  let watcher: FSWatcher | undefined;
  const stop = (): void => {
    clearInterval(interval);
    watcher?.close();
  };
  const look = (): void => {
    if (isThere()) return;
    stop();
    onGone();
  };
  const interval = setInterval(look, LOOK_AGAIN_MS);
  try {
    watcher = watch(dirname(path), look).on("error", look);
  } catch {
    // As many folders are being watched as the system allows.
  }
  return stop;
}
