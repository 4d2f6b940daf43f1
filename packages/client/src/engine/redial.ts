/** How long to wait before a relay that cannot be had, or does not take something, is tried again. */
const FIRST_MS = 1_000;
/** The longest wait for a relay that cannot be had. */
export const UNREACHABLE_MS = 5 * 60_000;
const MAX_DOUBLINGS = 20;

/**
 * Whole milliseconds: doubling from one second to `mostMs`, each between half and one and a half of that.
 * @param failures in a row, at least 1
 * @param fraction at least 0, less than 1
 */
export function redialMs(failures: number, fraction: number, mostMs = UNREACHABLE_MS): number {
  const doublings = Math.min(failures - 1, MAX_DOUBLINGS);
  return Math.round(Math.min(FIRST_MS * 2 ** doublings, mostMs) * (0.5 + fraction));
}
