/** A profile in memory: made, used and forgotten by one process. */
import { begin } from "./begin.ts";
import { fillProfile, surveyRelays } from "./make.ts";
import { type MakeValues, makingOf } from "./makeoptions.ts";
import { keyOf, loadMessenger, type Opened, type OpenOptions, runWith, withMessenger } from "./open.ts";
import { type ProfileValues, whereIs } from "./where.ts";

export const EPHEMERAL_OPTION = "--ephemeral";

export interface EphemeralValues extends ProfileValues, MakeValues {
  readonly ephemeral?: boolean;
  readonly identity?: string;
}

/**
 * Runs `work` with the messenger of the stored profile or, with `--ephemeral`, of a new one in memory.
 * @throws as `withMessenger`
 */
export async function withEither<T>(
  values: EphemeralValues,
  signal: AbortSignal,
  work: (opened: Opened) => Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
  if (!values.ephemeral) return withMessenger(values, signal, work, options);
  const where = whereIs(values);
  const making = await makingOf(values, false, signal);
  const trusting = { home: where.home, acceptNew: values["accept-new"] === true };
  const surveyed = await surveyRelays(making, trusting, signal);
  const { openMemoryProfile } = await loadMessenger();
  const profile = openMemoryProfile();
  try {
    await fillProfile(profile, making, surveyed);
    const opened = {
      where,
      profile,
      protection: "memory" as const,
      key: keyOf(profile, values, signal),
      signal,
    };
    const all = async (one: Opened): Promise<T> => {
      await begin(one, making.publish, surveyed.link !== undefined && !making.replaces);
      return work(one);
    };
    return await runWith(opened, values, all, options);
  } finally {
    profile.close();
  }
}
