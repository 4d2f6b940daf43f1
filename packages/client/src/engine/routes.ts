/** Where a device can be written to. */
import { parseAddress } from "@asfaleia/protocol";
import type { Card } from "../format/card.ts";
import type { Profile, Route } from "../profile/profile.ts";
import { mayDial } from "../rules/dialling.ts";
import { ownRelays } from "./ownsettings.ts";

/** The first mailbox on a card that somebody else may have us dial. */
export function routeOf(
  { profile }: { readonly profile: Profile },
  card: Pick<Card, "mailboxes">,
): Route | undefined {
  const own = ownRelays(profile);
  return card.mailboxes.find(({ relay }) => mayDial(parseAddress(relay), own));
}
