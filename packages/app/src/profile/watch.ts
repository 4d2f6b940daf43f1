/** Waits for something to come true. */
import type { Opened } from "./open.ts";

/** Not everything that changes is an event. */
const LOOK_AGAIN_MS = 200;

/** Waits in a messenger that runs. As `comesTrue`. */
export function watch<T>(opened: Opened, ms: number, look: () => T | undefined): Promise<T | undefined> {
  const { messenger, signal } = opened;
  return comesTrue((until) => messenger.events({ signal: until }), signal, ms, look);
}

type Events = AsyncIterable<unknown>;

/**
 * Looks at once, after every event, and now and then.
 * @param events those from now on, until the signal aborts
 * @returns what `look` found, or undefined when the time is up
 * @throws what `look` and the events throw; the signal's reason
 */
export async function comesTrue<T>(
  events: (until: AbortSignal) => Events | Promise<Events>,
  signal: AbortSignal,
  ms: number,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  signal.throwIfAborted();
  const over = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  const check = onceAtATime(async () => {
    const found = await look();
    if (found !== undefined) resolve(found);
  }, reject);
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(() => resolve(undefined), ms);
  const interval = setInterval(check, LOOK_AGAIN_MS);
  const listening = (async () => {
    for await (const _ of await events(over.signal)) check();
  })();
  listening.catch(reject);
  check();
  try {
    return await promise;
  } finally {
    over.abort();
    clearTimeout(timer);
    clearInterval(interval);
    signal.removeEventListener("abort", onAbort);
  }
}

/** However often it is called, one run at a time, and one more where it was called meanwhile. */
function onceAtATime(run: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let isRunning = false;
  let isWanted = false;
  const go = async (): Promise<void> => {
    isRunning = true;
    do {
      isWanted = false;
      await run();
    } while (isWanted);
    isRunning = false;
  };
  return () => {
    isWanted = true;
    if (!isRunning) go().catch(onError);
  };
}
