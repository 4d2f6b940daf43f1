/** Somebody writes for the first time: a device of a contact, or a stranger, who waits among the requests. */
import type { Card } from "../format/card.ts";
import type { Device } from "../profile/profile.ts";
import { type Context, contactOfDevice, now, type Tell } from "./context.ts";
import { freeName, newContact } from "./newcontacts.ts";
import { learnCard, pinIdentity } from "./peers.ts";

/** Strangers whose first messages are kept at a time. */
export const MAX_REQUESTS = 100;

/**
 * Whose card a first content shows. To be called in a transaction.
 * @returns undefined where there is no room, or where a stranger's device is not on its own list
 */
export function meet(context: Context, tell: Tell, card: Card): Device | undefined {
  const { profile } = context;
  if (profile.identities.get(card.fingerprint) === undefined) {
    if (card.list === undefined || !card.isListed) return undefined;
    if (profile.contacts.all().filter(({ state }) => state === "request").length >= MAX_REQUESTS)
      return undefined;
    const contact = newContact(profile, {
      name: freeName(profile, `request ${requestName(card.fingerprint)}`),
      state: "request",
      at: now(context),
    });
    pinIdentity(context, tell, {
      contact,
      fingerprint: card.fingerprint,
      blob: card.identity.blob,
      lookupAt: undefined,
    });
  }
  // The key of a device that is confirmed speaks for its identity; any other may be somebody with a stolen SSH key.
  const known = profile.devices.get(card.deviceId);
  const isTrusted = known?.state === "confirmed" && contactOfDevice(context, known)?.state !== "request";
  return learnCard(context, tell, card, isTrusted ? "inside" : "first");
}

/** The first characters of a fingerprint: what a stranger calls itself is not shown as a name. */
function requestName(fingerprint: string): string {
  return fingerprint.slice("SHA256:".length, "SHA256:".length + 8).replaceAll(/[^A-Za-z0-9]/g, "x");
}
