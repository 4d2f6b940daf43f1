/** Receipts: owed with every content that is taken in, and said a random time later, many in one. */
import type { Content } from "../format/content.ts";
import type { Contact, Device, Message } from "../profile/profile.ts";
import { spread } from "../rules/resend.ts";
import { type Context, now, type Tell } from "./context.ts";
import { tellsRead } from "./ownsettings.ts";
import { furthest, hex } from "./views.ts";

/** Contents that nobody waits for: they are not said again, or asked for in another way. */
const UNCONFIRMED: ReadonlySet<string> = new Set(["receipt", "part", "dummy"]);

/** A stranger hears nothing before it is accepted. To be called in a transaction. */
export function dueReceipt(
  context: Context,
  contact: Contact,
  device: Device,
  content: Pick<Content, "id"> & { readonly kind?: Content["kind"] },
): void {
  if (context.profile.devices.get(device.id)?.state !== "confirmed") return;
  if (contact.state === "request" || (content.kind !== undefined && UNCONFIRMED.has(content.kind))) return;
  oweReceipt(context, device.id, content.id, "delivered");
}

export function oweReceipt(
  context: Context,
  device: string,
  id: Uint8Array,
  kind: "delivered" | "read",
): void {
  const { profile, environment, delays } = context;
  profile.receipts.add({
    device,
    id,
    kind,
    dueAt: now(context) + spread(delays.receiptMeanMs, environment.random.fraction()),
  });
}

/**
 * What was shown has been read; the sender hears of it where the user wants that. To be called in a transaction.
 * @param id of the only message that was; without it, all of the conversation
 */
export function readMessages(context: Context, contact: Contact, id?: Uint8Array): void {
  const { profile } = context;
  const at = now(context);
  const only = id === undefined ? undefined : profile.messages.get(contact.id, id);
  if (only === undefined) tellOf(context, contact, profile.messages.readAll(contact.id, at));
  else if (!only.isOwn && only.readAt === undefined) {
    profile.messages.update(only.row, { readAt: at });
    tellOf(context, contact, [only]);
  }
}

function tellOf(context: Context, contact: Contact, read: readonly Pick<Message, "id" | "sender">[]): void {
  const { profile } = context;
  if (contact.state !== "contact" || !tellsRead(profile)) return;
  for (const { id, sender } of read)
    if (profile.devices.get(sender)?.state === "confirmed") oweReceipt(context, sender, id, "read");
}

/** A device has confirmed contents: they are on their way to it no longer. To be called in a transaction. */
export function settle(
  context: Context,
  tell: Tell,
  contact: Contact,
  device: Device,
  ids: readonly Uint8Array[],
  what: "delivered" | "read",
): void {
  const { deliveries } = context.profile;
  for (const id of ids) {
    const delivery = deliveries.find(device.id, id);
    if (delivery === undefined || delivery.state === "read" || delivery.state === what) continue;
    const before = furthest(deliveries.ofContent(contact.id, id));
    deliveries.update(delivery.row, {
      state: what,
      content: new Uint8Array(0),
      ciphertext: undefined,
      nextAt: undefined,
    });
    tellState(context, tell, contact.id, id, before);
  }
}

/** Tells how far a message is now, where that has changed. */
export function tellState(
  context: Context,
  tell: Tell,
  contact: number,
  id: Uint8Array,
  before: ReturnType<typeof furthest>,
): void {
  const state = furthest(context.profile.deliveries.ofContent(contact, id));
  if (state !== undefined && state !== before) tell({ type: "state", id: hex(id), contact, state });
}
