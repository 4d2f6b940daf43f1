/**
 * How long things wait (docs/messaging.md, "Never lost, never twice"). Fractions are drawn by the caller: at least 0, less
 * than 1. Results are whole milliseconds.
 */
import { doubled } from "./doubling.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Milliseconds. The user may change the first two; tests and simulators change them all. */
export interface Delays {
  /** A receipt waits this long on average, */
  readonly receiptMeanMs: number;
  /** and so does each copy of a message for several devices. */
  readonly copyMeanMs: number;
  /** After a relay has lost its memory, each mailbox begins to send again within this. */
  readonly roundWithinMs: number;
  /** At most one such round for each relay in this time. */
  readonly roundEveryMs: number;
  /** What is not confirmed is sent again after this, then after ever longer times, */
  readonly resendFirstMs: number;
  /** up to this. */
  readonly resendMostMs: number;
  /** What is not confirmed by then is given up. */
  readonly expireMs: number;
  /** At most one reset of a session in this time, then in ever longer ones (resets.ts). */
  readonly resetEveryMs: number;
  /** A card that was not found is looked up again after this, then after ever longer times, */
  readonly lookupFirstMs: number;
  /** up to this. */
  readonly lookupMostMs: number;
  /** A counted content that has not come by then never will: the longest time a relay keeps it, and a day. */
  readonly gapMs: number;
  /** What is due is looked at no later than after this, so that a clock that was set is noticed. */
  readonly lookAgainMs: number;
}

export const DEFAULT_DELAYS: Delays = {
  receiptMeanMs: 5 * SECOND_MS,
  copyMeanMs: 5 * SECOND_MS,
  roundWithinMs: MINUTE_MS,
  roundEveryMs: 10 * MINUTE_MS,
  resendFirstMs: 10 * MINUTE_MS,
  resendMostMs: DAY_MS,
  expireMs: 30 * DAY_MS,
  resetEveryMs: HOUR_MS,
  lookupFirstMs: MINUTE_MS,
  lookupMostMs: 6 * HOUR_MS,
  gapMs: 8 * DAY_MS,
  lookAgainMs: 5 * MINUTE_MS,
};

/** An exponential wait has no end, ours has: 1 in 400 would be longer. */
const MOST_MEANS = 6;

/** Full turns of the ratchet after which a kept ciphertext is not sent again: libsignal forgets a chain after 5. */
const TURNS_GOOD = 3;

/** How long to wait for a confirmation. @param attempts how often it has been sent, this time included */
export function nextAttempt(attempts: number, fraction: number, delays: Delays): number {
  return jittered(doubled(delays.resendFirstMs, delays.resendMostMs, attempts - 1), fraction);
}

/** How long until the next look for a card. @param lookups how often it was looked for in vain */
export function lookupDelay(lookups: number, fraction: number, delays: Delays): number {
  return jittered(doubled(delays.lookupFirstMs, delays.lookupMostMs, lookups - 1), fraction);
}

/** A wait that tells nothing about what came before: exponential, at most 6 means; 0 where the mean is. */
export function spread(meanMs: number, fraction: number): number {
  return Math.round(meanMs * Math.min(-Math.log1p(-fraction), MOST_MEANS));
}

/** When, from now, a mailbox begins to send again what a relay has lost. */
export function roundDelay(fraction: number, delays: Delays): number {
  return Math.round(delays.roundWithinMs * fraction);
}

/**
 * Whether to send again at once because a relay has lost its memory.
 * @param lastRoundAt when the last such round at this relay began; where the clock was set back, that may lie ahead
 */
export function mayRound(lastRoundAt: number | undefined, now: number, delays: Delays): boolean {
  return lastRoundAt === undefined || Math.abs(now - lastRoundAt) >= delays.roundEveryMs;
}

/**
 * Whether the other device can still read a ciphertext, or the content is to be encrypted anew. Turns are counted in
 * halves: one when what is sent follows on what was received, one the other way round.
 * @param turnAtEncrypt the session's turn when it was made
 */
export function ciphertextStillGood(turnAtEncrypt: number, turnNow: number): boolean {
  return turnNow >= turnAtEncrypt && Math.floor((turnNow - turnAtEncrypt) / 2) < TURNS_GOOD;
}

/** From half of it to one and a half. */
function jittered(ms: number, fraction: number): number {
  return Math.round(ms * (0.5 + fraction));
}
