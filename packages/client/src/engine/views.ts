/** What the library shows of the profile: plain values, ready for a program or a terminal. */
import { decodeBody } from "../format/content.ts";
import type { ContactView, DeviceView, FileView, MessageView } from "../messenger.ts";
import type { Contact, Delivery, DeliveryState, Device, FileTransfer, Message } from "../profile/profile.ts";
import type { Context } from "./context.ts";
import { transferDone } from "./transfers.ts";

/** From the least to the furthest; a message is shown as far as the device that is furthest. */
const FURTHER: readonly DeliveryState[] = ["refused", "expired", "queued", "at-relay", "delivered", "read"];

export function messageView(context: Context, message: Message): MessageView {
  const { profile, fingerprint } = context;
  const contact = profile.contacts.get(message.contact);
  const by = message.isOwn ? fingerprint : profile.devices.get(message.sender)?.identity;
  const state = message.isOwn
    ? furthest(profile.deliveries.ofContent(message.contact, message.id))
    : undefined;
  return {
    id: hex(message.id),
    contact: message.contact,
    with: contact?.name ?? "",
    from: by ?? "",
    isOwn: message.isOwn,
    ...shown(context, message),
    at: message.at,
    arrivedAt: message.arrivedAt,
    ...(message.until === undefined ? {} : { until: message.until }),
    edited: message.editedAt !== undefined,
    deleted: message.isDeleted,
    read: message.readAt !== undefined,
    reactions: profile.messages
      .reactions(message.contact, message.id)
      .map(({ by: who, emoji }) => ({ by: who, emoji })),
    ...(state === undefined ? {} : { state }),
  };
}

function shown(context: Context, message: Message): Pick<MessageView, "kind" | "text" | "replyTo" | "file"> {
  if (message.isDeleted) return { kind: message.kind === "reply" ? "reply" : "text", text: "" };
  if (message.kind === "text") return { kind: "text", text: decodeBody("text", message.body).text };
  if (message.kind === "reply") {
    const { to, text } = decodeBody("reply", message.body);
    return { kind: "reply", text, replyTo: hex(to) };
  }
  if (message.kind === "offer") {
    const offer = decodeBody("offer", message.body);
    const transfer = context.profile.files.get(message.contact, offer.file);
    const file = transfer === undefined ? {} : { file: fileView(context, transfer) };
    return { kind: "file", text: offer.text ?? "", ...file };
  }
  if (message.kind === "notice") return { kind: "notice", text: Buffer.from(message.body).toString("utf8") };
  return { kind: "unknown", text: "" };
}

/** How far a content came, with the device that is furthest; undefined where it goes to nobody. */
export function furthest(deliveries: readonly Delivery[]): DeliveryState | undefined {
  let best = -1;
  for (const { role, state } of deliveries)
    if (role === "message") best = Math.max(best, FURTHER.indexOf(state));
  return FURTHER[best];
}

export function fileView(context: Context, transfer: FileTransfer): FileView {
  const { id, name, type, size, state } = transfer;
  return { id: hex(id), name, type, size, state, done: transferDone(context, transfer) };
}

export function contactView(context: Context, contact: Contact): ContactView {
  const { profile } = context;
  const identities = profile.identities.ofContact(contact.id);
  const devices = profile.devices.ofContact(contact.id);
  const answer = profile.answers.get(contact.id);
  return {
    id: contact.id,
    name: contact.name,
    state: contact.state,
    verified: contact.verified,
    identities: identities.map(({ fingerprint }) => fingerprint),
    devices: devices.map(deviceView),
    unread: profile.messages.countUnread(contact.id),
    timerMs: contact.timerMs,
    ...(contact.retentionMs === undefined ? {} : { retentionMs: contact.retentionMs }),
    hasCard: contact.state === "me" || devices.length > 0,
    lookups: identities.length === 0 ? 0 : Math.min(...identities.map(({ lookups }) => lookups)),
    ...(answer === undefined ? {} : { invite: answer.state }),
  };
}

export function deviceView({ id, identity, state }: Device): DeviceView {
  return { id, identity, state, isOwn: false };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
