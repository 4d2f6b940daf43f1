/** A face of the stored profile, or of one in memory. */
import type { EphemeralValues } from "./memory.ts";
import { type FaceOptions, type Seen, withFace } from "./open.ts";

export type { EphemeralValues } from "./memory.ts";

export const EPHEMERAL_OPTION = "--ephemeral";

/**
 * Runs `work` with a face of the stored profile or, with `--ephemeral`, of a new one in memory.
 * @throws as `withFace`
 */
export async function withEither<T>(
  values: EphemeralValues,
  signal: AbortSignal,
  work: (seen: Seen) => Promise<T>,
  options: FaceOptions = {},
): Promise<T> {
  if (!values.ephemeral) return withFace(values, signal, work, options);
  const { withMemory } = await import("./memory.ts");
  return withMemory(values, signal, work, options);
}
