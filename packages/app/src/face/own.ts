/** A face on a profile that this process opens itself. */
import { Session } from "../api/session.ts";
import { type Opened, type OpenOptions, withMessenger } from "../profile/open.ts";
import { publishInTime } from "../profile/publishing.ts";
import { awaitCopies, awaitReceipts } from "../profile/quiet.ts";
import type { ProfileValues } from "../profile/where.ts";
import type { Face } from "./face.ts";
import { LocalFace } from "./local.ts";

/** @throws Failure, ProfileError, Interrupted, the signal's reason, and what `work` throws */
export function withLocalFace<T>(
  values: ProfileValues,
  signal: AbortSignal,
  work: (face: Face) => Promise<T>,
  options: OpenOptions,
): Promise<T> {
  return withMessenger(
    values,
    signal,
    (opened) => {
      // It ends by itself, at the latest when the messenger is closed.
      if (options.staysPublished) publishInTime(opened).catch(() => {});
      return overFace(opened, values, work);
    },
    options,
  );
}

/** A face on a messenger that is open. Where it was online, what is due by now leaves before it is closed. */
export async function overFace<T>(
  opened: Opened,
  values: ProfileValues,
  work: (face: Face) => Promise<T>,
): Promise<T> {
  const session = new Session(opened, values, { onFailure: (error) => face.fail(error) });
  const face = new LocalFace(session);
  try {
    const result = await work(face);
    if (session.isStarted) {
      await awaitCopies(opened);
      await awaitReceipts(opened);
    }
    return result;
  } finally {
    await face.close();
  }
}
