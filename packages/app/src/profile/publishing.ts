/** Puts the card under the SSH key at the own relays. */
import { failureOf } from "../exit.ts";
import { note } from "../io.ts";
import { lonelySigner, type Opened, signerOf } from "./open.ts";

/** The setting that keeps cards off relays. */
export const PUBLISH = "publish";

export function publishes({ messenger }: Opened): boolean {
  return messenger.settings().get(PUBLISH) !== "off";
}

/** Publishes; a relay that cannot be reached is told of and put up with. @returns whether it worked */
export async function tryToPublish(opened: Opened): Promise<boolean> {
  const { messenger, signal } = opened;
  try {
    await messenger.publish(await signerOf(opened));
    notePublished(opened);
    return true;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    note(`Your card is not published: ${failureOf(error).message}. asfaleia card --publish tries again.`);
    return false;
  }
}

/** A card ends when its prekeys do; long before that a new one is published. */
const FRESH_MS = 3 * 86_400_000;
const PUBLISHED_AT = "card-published-at";

/** Publishes a card that has not been for some days, where that takes nobody's passphrase or touch. Never rejects. */
export async function publishInTime(opened: Opened): Promise<void> {
  const { messenger, profile, key } = opened;
  if (!publishes(opened) || opened.protection === "memory") return;
  const last = Number(profile.settings.get(PUBLISHED_AT) ?? 0);
  if (Math.abs(Date.now() - last) < FRESH_MS) return;
  try {
    const signer = await lonelySigner(key);
    if (signer === undefined) return;
    await messenger.publish(signer);
    notePublished(opened);
  } catch {
    // The next start is the next try.
  }
}

function notePublished({ profile }: Opened): void {
  profile.transaction(() => profile.settings.set(PUBLISHED_AT, String(Date.now())));
}
