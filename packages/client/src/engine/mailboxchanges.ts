/** Changes the mailboxes made for contacts, at their random times (rules/mailboxchange.ts). */
import type { Contact } from "../profile/profile.ts";
import { mailboxStep, nextMailboxStepAt } from "../rules/mailboxchange.ts";
import { type Context, keep, now } from "./context.ts";
import { addMailbox } from "./mailboxes.ts";
import { newShortId } from "./owncard.ts";
import { homeRelay } from "./ownsettings.ts";
import { TTL_MS } from "./prekeys.ts";
import { confirmedDevices } from "./say.ts";
import { sayMailbox, tellsMailbox } from "./sessionstate.ts";

/** Does what is due. To be called in a turn. @returns when to look again */
export function changeMailboxes(context: Context): number | undefined {
  let next: number | undefined;
  for (const contact of context.profile.contacts.all()) {
    if (contact.state !== "contact" && contact.state !== "me") continue;
    while (step(context, contact)) {}
    const at = nextMailboxStepAt(context.profile.mailboxes.ofContact(contact.id));
    if (at !== undefined) next = Math.min(next ?? Number.POSITIVE_INFINITY, at);
  }
  return next;
}

/** @returns whether there was something to do */
function step(context: Context, contact: Contact): boolean {
  const { mailboxes } = context.profile;
  const made = mailboxes.ofContact(contact.id);
  if (made.length === 0) return false;
  const hasNext = made.some(({ state }) => state === "next");
  const action = mailboxStep(made, hasNext && isConfirmedByAll(context, contact), now(context));
  if (action === "nothing") return false;
  keep(context, () => {
    if (action === "make-next") makeNext(context, contact);
    else if (action === "promote") {
      const endsAt = now(context) + TTL_MS;
      for (const { id, state } of made) {
        if (state === "current") mailboxes.update(id, { state: "old", endsAt });
        if (state === "next") mailboxes.update(id, { state: "current" });
      }
    } else {
      for (const { id, endsAt } of made)
        if (endsAt !== undefined && endsAt <= now(context)) mailboxes.remove(id);
    }
  });
  return true;
}

/** The new mailbox, told to every device with a short id of its own. */
function makeNext(context: Context, contact: Contact): void {
  const { profile, environment } = context;
  addMailbox(profile, environment.random, {
    kind: "contact",
    contact: contact.id,
    state: "next",
    relay: homeRelay(profile),
    now: now(context),
  });
  for (const device of confirmedDevices(context, contact.id)) {
    sayMailbox(context, contact, device, newShortId(context, device));
  }
}

/** Nobody is still to be told: those messages stay open until they are confirmed. */
function isConfirmedByAll({ profile }: Context, contact: Contact): boolean {
  const devices = profile.devices.ofContact(contact.id).filter(({ state }) => state === "confirmed");
  return devices.length > 0 && devices.every(({ id }) => !profile.deliveries.openTo(id).some(tellsMailbox));
}
