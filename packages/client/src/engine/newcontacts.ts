/** New entries of the contact list, and names for those that the user has not named. To be called in transactions. */
import type { Contact, Profile } from "../profile/profile.ts";
import { checkName, uniqueName } from "../rules/names.ts";

const UNNAMED = "contact";

/** @param name one that nobody has. @returns the contact's id */
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
