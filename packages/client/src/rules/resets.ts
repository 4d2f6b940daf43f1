/** How often a session may be begun anew (docs/messaging.md, "Sessions"). */
import { doubled } from "./doubling.ts";
import type { Delays } from "./resend.ts";

/** However often it was reset. */
export const RESET_MOST_MS = 7 * 86_400_000;

/** After this many intervals without a reset, the next one counts as the first. */
const QUIET_INTERVALS = 4;

/** Of one pair of devices, as the profile keeps it. */
export interface Resets {
  /** When the last one was; undefined before the first. */
  readonly resetAt: number | undefined;
  /** How many there were without a quiet time between. */
  readonly resets: number;
}

/**
 * Whether a session may be reset now: one hour after the first reset, two after the second, and so on up to a week.
 * Where the clock was set back by more than that time, once: `afterReset` takes the new time.
 */
export function mayReset(
  { resetAt, resets }: Resets,
  now: number,
  delays: Pick<Delays, "resetEveryMs">,
): boolean {
  if (resetAt === undefined) return true;
  const interval = intervalAfter(resets, delays);
  return now - resetAt >= interval || resetAt - now > interval;
}

/** What to keep once a session is reset. */
export function afterReset(
  { resetAt, resets }: Resets,
  now: number,
  delays: Pick<Delays, "resetEveryMs">,
): Resets & { readonly resetAt: number } {
  const isQuiet = resetAt !== undefined && now - resetAt >= QUIET_INTERVALS * intervalAfter(resets, delays);
  return { resetAt: now, resets: isQuiet ? 1 : resets + 1 };
}

function intervalAfter(resets: number, { resetEveryMs }: Pick<Delays, "resetEveryMs">): number {
  return doubled(resetEveryMs, RESET_MOST_MS, resets - 1);
}
