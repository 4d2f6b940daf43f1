/** Where a device can be written to. */
import { parseAddress } from "@asfaleia/protocol";
import type { Card } from "../format/card.ts";
import type { Profile, Route } from "../profile/profile.ts";
import { OWN_RELAYS } from "./ownsettings.ts";

/**
 * The first mailbox on a card that somebody else may have us dial: a socket in the file system is one of this machine's
 * services, unless it is a relay of our own.
 */
export function routeOf(
  { profile }: { readonly profile: Profile },
  card: Pick<Card, "mailboxes">,
): Route | undefined {
  const own = (profile.settings.get(OWN_RELAYS) ?? "").split("\n");
  return card.mailboxes.find(({ relay }) => parseAddress(relay).transport === "tcp" || own.includes(relay));
}
