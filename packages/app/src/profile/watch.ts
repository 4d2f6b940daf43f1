/** Waits for something to come true in a messenger that runs. */
import type { Opened } from "./open.ts";

/** Not everything that changes is an event. */
const LOOK_AGAIN_MS = 200;

/**
 * Looks at once, after every event, and now and then.
 * @returns what `look` found, or undefined when the time is up
 * @throws what `look` throws; the signal's reason
 */
export async function watch<T>(
  opened: Opened,
  ms: number,
  look: () => T | undefined,
): Promise<T | undefined> {
  const { messenger, signal } = opened;
  signal.throwIfAborted();
  const over = new AbortController();
  const end = (): void => over.abort();
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  const check = (): void => {
    try {
      const found = look();
      if (found !== undefined) resolve(found);
    } catch (error) {
      reject(error);
    }
  };
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(() => resolve(undefined), ms);
  const interval = setInterval(check, LOOK_AGAIN_MS);
  const events = (async () => {
    for await (const _ of messenger.events({ signal: over.signal })) check();
  })();
  events.catch(reject);
  check();
  try {
    return await promise;
  } finally {
    end();
    clearTimeout(timer);
    clearInterval(interval);
    signal.removeEventListener("abort", onAbort);
  }
}
