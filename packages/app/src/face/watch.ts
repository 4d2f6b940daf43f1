/** Waits for something to come true in a profile that a face sees. */
import { comesTrue } from "../profile/watch.ts";
import type { Face } from "./face.ts";

/**
 * As `comesTrue`, after the events of a face.
 * @throws what `look` throws; Failure where the profile is closed; the signal's reason
 */
export function watch<T>(
  face: Face,
  signal: AbortSignal,
  ms: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  return comesTrue((until) => face.events({ signal: until }), signal, ms, look);
}
