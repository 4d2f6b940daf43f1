/** Which counted contents are missing (docs/messaging.md, "Never lost, never twice"). */

/** New holes that are noted at a time: a counter may say anything. */
export const MAX_GAPS = 1_000;

export interface CounterJudgement {
  /** The highest counter so far. */
  readonly received: number;
  /** Counters that are now known to be missing, in order; of more than 1,000 the last ones. */
  readonly gaps: readonly number[];
  /** A counter that is missing no longer, where it was. */
  readonly fills?: number;
}

/**
 * What a counter tells. The first one of a device sets the base: what it said before it knew us is not missing.
 * @param known.received the highest counter of this device so far, 0 before the first
 * @param n 0: not counted
 */
export function judgeCounter({ received }: { readonly received: number }, n: number): CounterJudgement {
  if (n === 0 || n === received) return { received, gaps: [] };
  if (n < received) return { received, gaps: [], fills: n };
  if (received === 0) return { received: n, gaps: [] };
  const count = Math.min(n - received - 1, MAX_GAPS);
  return { received: n, gaps: Array.from({ length: count }, (_, i) => n - count + i) };
}
