/** How long messages stay (docs/messaging.md, "Disappearing messages"). Times are milliseconds since 1970. */
import { MAX_TIMER_MS } from "../format/content.ts";

/** Two own devices need not agree on the time. */
const CLOCKS_DIFFER_MS = 3_600_000;

/**
 * When the sender's own copy disappears, which is what the content says.
 * @param at when it is sent
 * @param timerMs 0: never; more than a year counts as a year
 */
export function untilFor(at: number, timerMs: number): number | undefined {
  return timerMs > 0 ? at + Math.min(timerMs, MAX_TIMER_MS) : undefined;
}

/**
 * When a copy that came from elsewhere disappears. Nobody's clock is trusted: of the sender's times only the difference
 * counts, and it runs from the arrival, so that nothing is gone before it was there.
 * On another own device it is to go when it goes on the one that sent it: an hour later at most, where that is sooner.
 * @param message.until as the content says; undefined: never
 * @param message.isOwn whether an own device sent it
 */
export function shownUntil(message: {
  readonly at: number;
  readonly until: number | undefined;
  readonly arrivedAt: number;
  readonly isOwn: boolean;
}): number | undefined {
  const { at, until, arrivedAt, isOwn } = message;
  if (until === undefined) return undefined;
  const livesMs = Math.min(Math.max(until - at, 0), MAX_TIMER_MS);
  const fromArrival = arrivedAt + livesMs;
  return isOwn ? Math.min(fromArrival, Math.max(arrivedAt, until + CLOCKS_DIFFER_MS)) : fromArrival;
}

/**
 * What arrived before this is removed; undefined: nothing is.
 * @param retentionMs how long messages are kept; undefined for ever, 0 not at all
 */
export function retainedSince(now: number, retentionMs: number | undefined): number | undefined {
  if (retentionMs === undefined) return undefined;
  return retentionMs === 0 ? Number.MAX_SAFE_INTEGER : now - retentionMs;
}
