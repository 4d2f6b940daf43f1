/** What the API tells of a profile: the schemas of contacts, messages, files and events. */
import type {
  ContactView,
  DeviceView,
  FileView,
  MessageView,
  MessengerEvent,
  RelayStatus,
} from "@asfaleia/client/messenger";
import * as v from "valibot";

/** Milliseconds since 1970, or a number of milliseconds. */
export const Millis = v.pipe(v.number(), v.finite());
export const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** The number of a contact. */
export const ContactId = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
/** 32 hex digits. */
export const MessageId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
export const FileId = MessageId;
/** Of a device. */
export const Uuid = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/));

const optional = v.exactOptional;

/** An array that nobody changes. */
export function list<const S extends v.GenericSchema>(of: S) {
  return v.pipe(v.array(of), v.readonly());
}

/** Where keys come from. */
export const Source = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
export const Fingerprints = list(v.string());

const DELIVERY_STATES = ["queued", "at-relay", "delivered", "read", "expired", "refused"] as const;
export const DeliveryState = v.picklist(DELIVERY_STATES);

export const InviteState = v.picklist(["open", "spent", "expired"]);

export const Device = v.strictObject({
  id: Uuid,
  identity: v.string(),
  state: v.picklist(["unconfirmed", "confirmed", "withdrawn"]),
  isOwn: v.boolean(),
}) satisfies v.GenericSchema<unknown, DeviceView>;

export const Contact = v.strictObject({
  id: ContactId,
  name: v.string(),
  state: v.picklist(["contact", "request", "blocked", "me"]),
  verified: v.boolean(),
  identities: list(v.string()),
  devices: list(Device),
  unread: Count,
  /** How long new messages live on both sides; 0 for ever. */
  timerMs: Millis,
  /** How long messages are kept here; left out where they are kept for ever, 0 where not at all. */
  retentionMs: optional(Millis),
  /** Whether there is a device to write to. */
  hasCard: v.boolean(),
  /** How often the relays were asked for a card of each of its keys, at least. */
  lookups: Count,
  /** An invite of theirs was answered, and they have not: `waiting`, or it had been used by others, or had ended. */
  invite: optional(v.picklist(["waiting", "used", "ended"])),
}) satisfies v.GenericSchema<unknown, ContactView>;

export const File = v.strictObject({
  id: FileId,
  name: v.string(),
  type: v.string(),
  size: Count,
  state: v.picklist(["offered", "accepted", "complete", "cancelled", "failed"]),
  /** Bytes that are here, or that the other side is known to have. */
  done: Count,
}) satisfies v.GenericSchema<unknown, FileView>;

export const Message = v.strictObject({
  id: MessageId,
  contact: ContactId,
  with: v.string(),
  from: v.string(),
  isOwn: v.boolean(),
  kind: v.picklist(["text", "reply", "file", "notice", "unknown"]),
  text: v.string(),
  replyTo: optional(MessageId),
  file: optional(File),
  at: Millis,
  arrivedAt: Millis,
  until: optional(Millis),
  edited: v.boolean(),
  deleted: v.boolean(),
  read: v.boolean(),
  reactions: list(v.strictObject({ by: v.string(), emoji: v.string() })),
  state: optional(DeliveryState),
}) satisfies v.GenericSchema<unknown, MessageView>;

export const Relay = v.strictObject({
  relay: v.string(),
  isUp: v.boolean(),
  hasCard: v.boolean(),
}) satisfies v.GenericSchema<unknown, RelayStatus>;

/** What a message of another person, or of another own device, makes known. */
export const Event = v.variant("type", [
  v.strictObject({ type: v.literal("message"), message: Message }),
  v.strictObject({ type: v.literal("request"), message: Message }),
  v.strictObject({ type: v.literal("changed"), message: Message }),
  v.strictObject({ type: v.literal("state"), id: MessageId, contact: ContactId, state: DeliveryState }),
  v.strictObject({
    type: v.literal("notice"),
    contact: ContactId,
    what: v.string(),
    about: v.string(),
    count: optional(Count),
  }),
  v.strictObject({ type: v.literal("file"), contact: ContactId, file: File }),
  /** Somebody has used an invite of ours. */
  v.strictObject({ type: v.literal("invite"), id: Count, contact: ContactId, state: InviteState }),
  v.strictObject({ type: v.literal("connection"), relay: v.string(), isUp: v.boolean() }),
  /** While the disk is short nothing is taken in: what comes stays at the relays. */
  v.strictObject({ type: v.literal("disk"), isShort: v.boolean() }),
  /** Said through another face of this profile. */
  v.strictObject({ type: v.literal("said"), message: Message }),
  /** The user has seen a conversation, or one message of it. */
  v.strictObject({ type: v.literal("read"), contact: ContactId, id: optional(MessageId) }),
  /** Contacts, requests, devices or invites are other than before, through a face. */
  v.strictObject({ type: v.literal("contacts") }),
  /** A setting is. */
  v.strictObject({ type: v.literal("settings") }),
]);

export type EventView =
  | MessengerEvent
  | { readonly type: "said"; readonly message: MessageView }
  | { readonly type: "read"; readonly contact: number; readonly id?: string }
  | { readonly type: "contacts" }
  | { readonly type: "settings" };
