/** The settings of a profile that the engine itself reads. */
import { type Address, formatAddress, parseAddress } from "@asfaleia/protocol";
import type { Profile } from "../profile/profile.ts";

/** Addresses, one a line. */
export const OWN_RELAYS = "relays";
/** Shown on the card. */
export const OWN_NAME = "name";
/** `on` or `off`. */
export const RECEIPTS = "receipts";
export const PUBLISH = "publish";
/** MiB. */
export const QUOTA = "quota";
export const RESERVE = "reserve";

export function writeRelays(relays: readonly Address[]): string {
  return relays.map(formatAddress).join("\n");
}

/** Where the own mailboxes are, the one for new mailboxes first. */
export function ownRelays(profile: Profile): Address[] {
  return (profile.settings.get(OWN_RELAYS) ?? "").split("\n").filter(Boolean).map(parseAddress);
}

/** Where a new mailbox is made, as a card writes it. */
export function homeRelay(profile: Profile): string {
  const [home] = ownRelays(profile);
  if (home === undefined) throw new Error("a profile without a relay");
  return formatAddress(home);
}

/** Whether others are told what has been read. */
export function tellsRead(profile: Profile): boolean {
  return profile.settings.get(RECEIPTS) === "on";
}
