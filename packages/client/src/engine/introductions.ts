/** Own devices know the same people: one tells the others of a contact, with a card of theirs. To be called in transactions. */
import { encodeContent } from "../format/content.ts";
import type { Contact, Device } from "../profile/profile.ts";
import type { Context } from "./context.ts";
import { compose, confirmedDevices, control, ownContact } from "./say.ts";

/** Tells the other own devices, or one of them, of a contact. */
export function introduce(context: Context, contact: Contact, to?: Device): void {
  if (contact.state !== "contact") return;
  const me = ownContact(context);
  const { profile } = context;
  for (const { fingerprint, blob } of profile.identities.ofContact(contact.id)) {
    const known = profile.devices.ofIdentity(fingerprint).find(({ state }) => state === "confirmed");
    const content = encodeContent(compose(context, { kind: "hello", body: {} }, 0, undefined));
    const card = known === undefined ? {} : { card: known.card };
    const body = { to: fingerprint, content, name: contact.name, key: blob, ...card };
    for (const device of to === undefined ? confirmedDevices(context, me.id) : [to]) {
      control(context, me, device, { kind: "sync", body });
    }
  }
}

/** Tells a new own device of all contacts. */
export function introduceAll(context: Context, to: Device): void {
  for (const contact of context.profile.contacts.all()) introduce(context, contact, to);
}
