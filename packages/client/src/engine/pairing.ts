/** Two people have met by a spoken code: each has the other's card, as good as from hand to hand. */
import { MessengerError } from "../messenger.ts";
import type { Contact } from "../profile/profile.ts";
import { uniqueName } from "../rules/names.ts";
import { type Context, now, type Tell } from "./context.ts";
import { notice } from "./notices.ts";
import { addCard, contactOf, readCard } from "./people.ts";
import { routeOf } from "./routes.ts";

/** @throws MessengerError `bad-card` where `pair` would */
export function checkPaired(context: Context, bytes: Uint8Array): void {
  const card = readCard(bytes, now(context));
  if (routeOf(context, card) === undefined)
    throw new MessengerError("bad-card", "the card leads to no relay on the network");
}

/**
 * Makes a contact of the other side, or knows it again. To be called in a transaction.
 * @param as a name, with ` 2` behind it where somebody else has it: the code is used up, and cannot be asked for again
 * @throws MessengerError `bad-card`
 */
export function pair(context: Context, tell: Tell, bytes: Uint8Array, as: string | undefined): Contact {
  const { profile } = context;
  const { fingerprint } = readCard(bytes, now(context));
  const known = profile.identities.get(fingerprint)?.contact;
  // Own devices are known by one name.
  const isOwn = known !== undefined && contactOf(context, known).state === "me";
  const isTaken = (name: string): boolean => {
    const other = profile.contacts.byName(name);
    return other !== undefined && other.id !== known;
  };
  const name = as === undefined || isOwn ? undefined : uniqueName(as, isTaken);
  const contact = addCard(context, tell, bytes, name);
  if (!isOwn) notice(context, tell, contact.id, "paired-by-code", fingerprint);
  return contact;
}
