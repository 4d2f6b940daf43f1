/** A time that doubles from a first to a most. */

/** More would leave the whole numbers. */
const MAX_DOUBLINGS = 40;

/**
 * @param times how often it is doubled; below 0 counts as 0
 * @returns in the unit of `first`, never more than `most`, unless `first` is
 */
export function doubled(first: number, most: number, times: number): number {
  const factor = 2 ** Math.min(Math.max(times, 0), MAX_DOUBLINGS);
  return Math.min(first * factor, Math.max(first, most));
}
