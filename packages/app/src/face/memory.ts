/** A profile in memory: made, used and forgotten by one process. */
import { begin } from "../profile/begin.ts";
import { fillProfile, surveyRelays } from "../profile/make.ts";
import type { MakeValues } from "../profile/makeoptions.ts";
import { makingOf } from "../profile/making.ts";
import { keyOf, loadMessenger, type Opened, runWith } from "../profile/open.ts";
import { whereIs } from "../profile/where.ts";
import type { FaceOptions, FaceValues, Seen } from "./open.ts";
import { overFace } from "./own.ts";

export interface EphemeralValues extends FaceValues, MakeValues {
  readonly ephemeral?: boolean;
  readonly identity?: string;
}

/** @throws Failure, Interrupted, the signal's reason, and what `work` throws */
export async function withMemory<T>(
  values: EphemeralValues,
  signal: AbortSignal,
  work: (seen: Seen) => Promise<T>,
  options: FaceOptions,
): Promise<T> {
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
      return overFace(one, values, (face) => work({ face, where, signal }));
    };
    return await runWith(opened, values, all, options);
  } finally {
    profile.close();
  }
}
