/** What the engine knows of a session besides the ratchet: whether it was answered, and where it leads. */
import type { Card } from "../format/card.ts";
import { decodeContent, type Hello } from "../format/content.ts";
import type { Contact, Delivery, Device } from "../profile/profile.ts";
import { afterReset, mayReset } from "../rules/resets.ts";
import { hurry } from "./again.ts";
import { type Context, now, type Tell } from "./context.ts";
import { notice } from "./notices.ts";
import { cardFor, frontCard, newestMailbox, shortIdFor } from "./owncard.ts";
import { isAnnouncement } from "./parcels.ts";
import { routeOf } from "./routes.ts";
import { control } from "./say.ts";
import { TURNS_OF_A_RESET, turnAfterDecryption } from "./turnings.ts";

/** What came with a content that was decrypted. */
export interface Beginning {
  readonly hello: Hello | undefined;
  readonly card: Card | undefined;
  /** It began a session. */
  readonly isNew: boolean;
}

/** Something they sent was decrypted and is being kept. To be called in the same transaction. */
export function afterDecryption(
  context: Context,
  tell: Tell,
  contact: Contact,
  device: Device,
  beginning: Beginning,
): void {
  const { profile } = context;
  const { hello, card, isNew } = beginning;
  const before = profile.devices.get(device.id) ?? device;
  const route = card && routeOf(context, card);
  // A first content that was long on its way must not lead back to where they were then.
  // Nor does that of an own device, which names the mailbox for everybody, lead away from the private one.
  const isKnown =
    before.sayAs !== undefined && (!isNew || (contact.state === "me" && before.session === "answered"));
  const leads = hello !== undefined && !isKnown;
  const isReset = isNew && before.session !== "none";
  profile.devices.update(device.id, {
    session: "answered",
    turn: turnAfterDecryption(before.turn + (isReset ? TURNS_OF_A_RESET : 0)),
    ...(leads ? { sayAs: hello.say } : {}),
    ...(leads && route !== undefined ? { route, routedAt: 0 } : {}),
  });
  if (isNew) forgetAnnouncements(context, device.id);
  if (isNew && before.session === "answered") tellReset(context, tell, contact, before);
  if (contact.state !== "request" && contact.state !== "blocked") {
    // Whoever opened has named its mailbox in the first content; but to an own device only the one for everybody.
    const isAnswer = contact.state === "me" && before.session === "opened";
    if (isNew || isAnswer) tellMailbox(context, contact, device);
  }
  if (before.session !== "answered" || before.sayAs === undefined) hurry(context, device.id);
}

/** As often as we would begin anew ourselves: whoever does so all the time fills no conversation. */
function tellReset(context: Context, tell: Tell, contact: Contact, device: Device): void {
  const at = now(context);
  if (contact.state === "request" || !mayReset(device, at, context.delays)) return;
  context.profile.devices.update(device.id, afterReset(device, at, context.delays));
  notice(context, tell, contact.id, "session-reset", device.id);
}

/** Where they are to write from now on, with a card of now: it is also the first answer that opens their side. */
export function tellMailbox(context: Context, contact: Contact, device: Device): void {
  sayMailbox(context, contact, device, shortIdFor(context, device));
}

/** The newest mailbox for a contact, under a short id; what was said before about it need not arrive any more. */
export function sayMailbox(context: Context, contact: Contact, device: Device, say: Uint8Array): void {
  const { deliveries } = context.profile;
  for (const before of deliveries.openTo(device.id)) if (tellsMailbox(before)) deliveries.remove(before.row);
  const body = { card: cardFor(context, contact), say };
  // The time of the mailbox: by it the other side knows which of two is the newer.
  const at = newestMailbox(context, contact.id).createdAt;
  control(context, contact, device, { kind: "mailbox", body }, { lasts: true, at });
  if (contact.state === "me") tellFrontCard(context, contact, device);
}

/** Own devices keep the card that is for everybody, to pass it on. */
function tellFrontCard(context: Context, me: Contact, device: Device): void {
  const list = context.profile.own.list();
  if (list === undefined) return;
  control(context, me, device, { kind: "devices", body: { list, cards: [frontCard(context)] } });
}

export function tellsMailbox(delivery: Delivery): boolean {
  return (
    delivery.role === "control" &&
    !isAnnouncement(delivery) &&
    decodeContent(delivery.content).kind === "mailbox"
  );
}

/** Who begins a session with this device knows that it took the place of another one. */
function forgetAnnouncements({ profile }: Context, device: string): void {
  for (const delivery of profile.deliveries.openTo(device))
    if (isAnnouncement(delivery)) profile.deliveries.remove(delivery.row);
}
