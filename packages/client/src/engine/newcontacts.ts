/** New contacts and devices as they are kept first, and names for those that the user has not named. */
import type { Card } from "../format/card.ts";
import type { Contact, Device, Profile, Route } from "../profile/profile.ts";
import { checkName, uniqueName } from "../rules/names.ts";

const UNNAMED = "contact";

/** To be called in a transaction. @param name one that nobody has. @returns the contact's id */
export function newContact(
  profile: Profile,
  { name, state, at }: { readonly name: string; readonly state: Contact["state"]; readonly at: number },
): number {
  return profile.contacts.add({
    name,
    state,
    verified: state === "me",
    retentionMs: undefined,
    timerMs: 0,
    sent: 0,
    createdAt: at,
  });
}

/** A name that nobody has, close to the one that is wished for. */
export function freeName({ contacts }: Profile, wish: string | undefined): string {
  let name = UNNAMED;
  try {
    if (wish !== undefined) name = checkName(wish);
  } catch {
    // What others call themselves need not be a name that one could type.
  }
  return uniqueName(name, (taken) => contacts.byName(taken) !== undefined);
}

/** A device that nothing was said to, and that has said nothing. */
export function newDeviceOf(card: Card, route: Route, state: Device["state"]): Device {
  return {
    id: card.deviceId,
    identity: card.fingerprint,
    key: card.device,
    state,
    card: card.bytes,
    route,
    routedAt: 0,
    sayAs: undefined,
    session: "none",
    turn: 0,
    received: 0,
    resetAt: undefined,
    resets: 0,
  };
}
