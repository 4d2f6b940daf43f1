/** Who calls: a face, and how long it wants to know. */

/** One call of a face. */
export interface Caller {
  /** Aborts when the face takes the call back or hangs up. */
  readonly signal: AbortSignal;
  /** Calls of one face have this in common: what it began, only it goes on with. */
  readonly face: object;
}

/**
 * Does not wait for what goes on when its call is taken back.
 * @throws what `result` rejects with; the signal's reason
 */
export async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([result, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    promise.catch(() => {});
    result.catch(() => {});
  }
}
