/** Notices that a path is gone, as the folder of a login goes when the login ends. */
import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";

/** Where the system tells of no changes, it is looked at so often. */
const LOOK_AGAIN_MS = 5000;

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
