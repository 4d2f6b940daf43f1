/** The way out begins here: what is said is kept, with one delivery for every device that is to have it. */

import type { Environment } from "../environment.ts";
import { type Content, type ContentKind, encodeContent, isCounted } from "../format/content.ts";
import type { Contact, Delivery, Device, Message } from "../profile/profile.ts";
import { spread } from "../rules/resend.ts";
import { type Context, now } from "./context.ts";
import { addLine, dropUnkept } from "./conversation.ts";

/** Bytes of a content id. */
const CONTENT_ID_BYTES = 16;
/** Of the engine's own, to one device, before what it asks for is not answered. */
const MAX_ANSWERS = 64;

/** A content but for what is the same for all of them. */
export type Saying = {
  [K in ContentKind]: { readonly kind: K; readonly body: Extract<Content, { kind: K }>["body"] };
}[ContentKind];

/** When a delivery ends that is never given up. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** What it takes to say something. */
type SayContext = Pick<Context, "profile" | "delays"> & {
  readonly environment: Pick<Environment, "clock" | "random">;
};

/** Something the user says: kept in the conversation, and on its way to all devices. To be called in a transaction. */
export function say(
  context: Context,
  contact: Contact,
  saying: Saying,
  until?: number,
): { content: Content; message: Message | undefined } {
  const content = compose(context, saying, nextCounter(context, contact, saying.kind), until);
  const encoded = encodeContent(content);
  for (const device of receivingDevices(context, contact)) {
    addDelivery(context, contact, content, { device, encoded, role: "message", afterMs: 0 });
  }
  copyToOwnDevices(context, contact, encoded);
  if (!isLine(saying)) return { content, message: undefined };
  const message = addLine(context, { contact, sender: context.own.id, isOwn: true, content });
  if (message !== undefined) dropUnkept(context, contact, message);
  return { content, message };
}

export interface ControlOptions {
  readonly afterMs?: number;
  /** Never given up. */
  readonly lasts?: boolean;
  /** Another time than now to be said at. */
  readonly at?: number;
}

/** Something of the engine's own, to one device. To be called in a transaction. */
export function control(
  context: SayContext,
  contact: Contact,
  device: Device,
  saying: Saying,
  { afterMs = 0, lasts = false, at }: ControlOptions = {},
): void {
  const composed = compose(context, saying, 0, undefined);
  const content = at === undefined ? composed : { ...composed, at };
  addDelivery(context, contact, content, {
    device: device.id,
    encoded: encodeContent(content),
    role: "control",
    afterMs,
    lasts,
  });
}

/** Something that a device has made us say: it could ask for any number, so few wait for it at a time. */
export function answerControl(context: SayContext, contact: Contact, device: Device, saying: Saying): void {
  if (context.profile.deliveries.countControls(device.id, MAX_ANSWERS) < MAX_ANSWERS)
    control(context, contact, device, saying);
}

/** Devices of a contact that get what is said to it; the empty one stands for those that are not known yet. */
function receivingDevices(context: Context, contact: Contact): string[] {
  const devices = confirmedDevices(context, contact.id).map(({ id }) => id);
  return devices.length > 0 || contact.state === "me" ? devices : [""];
}

export function confirmedDevices({ profile }: Context, contact: number): Device[] {
  return profile.devices.ofContact(contact).filter(({ state }) => state === "confirmed");
}

/** The other own devices show what was said here, a random time later (docs/messaging.md, "Connections"). */
function copyToOwnDevices(context: Context, contact: Contact, encoded: Uint8Array): void {
  if (contact.state === "me") return;
  const { profile, environment, delays } = context;
  const me = ownContact(context);
  const [identity] = profile.identities.ofContact(contact.id);
  const devices = confirmedDevices(context, me.id);
  if (identity === undefined || devices.length === 0) return;
  // With name and key, so that it finds its place also where the contact is not known yet.
  const { fingerprint: to, blob: key } = identity;
  const saying: Saying = { kind: "sync", body: { to, content: encoded, name: contact.name, key } };
  const content = compose(context, saying, nextCounter(context, me, "sync"), undefined);
  const copy = encodeContent(content);
  for (const device of devices) {
    const afterMs = spread(delays.copyMeanMs, environment.random.fraction());
    addDelivery(context, me, content, { device: device.id, encoded: copy, role: "copy", afterMs });
  }
}

/** The contact that holds the own devices. */
export function ownContact({ profile }: Context): Contact {
  const me = profile.contacts.all().find(({ state }) => state === "me");
  if (me === undefined) throw new Error("a profile without its own contact");
  return me;
}

/** Contents that go to every device alike are counted, so that a hole can be seen. */
function nextCounter({ profile }: Context, contact: Contact, kind: ContentKind): number {
  if (!isCounted(kind)) return 0;
  const n = (profile.contacts.get(contact.id)?.sent ?? 0) + 1;
  profile.contacts.update(contact.id, { sent: n });
  return n;
}

/** @param n 0: not counted */
export function compose(context: SayContext, saying: Saying, n: number, until: number | undefined): Content {
  const id = context.environment.random.bytes(CONTENT_ID_BYTES);
  return {
    v: 1,
    isKnown: true,
    id,
    n,
    at: now(context),
    ...(until === undefined ? {} : { until }),
    ...saying,
  } as Content;
}

interface Way {
  readonly device: string;
  readonly encoded: Uint8Array;
  readonly role: Delivery["role"];
  readonly afterMs: number;
  /** Never given up. */
  readonly lasts?: boolean;
}

function addDelivery(context: SayContext, contact: Contact, content: Content, way: Way): void {
  const at = now(context);
  context.profile.deliveries.add({
    id: content.id,
    contact: contact.id,
    device: way.device,
    role: way.role,
    content: way.encoded,
    ciphertext: undefined,
    isOpening: false,
    turn: 0,
    state: "queued",
    attempts: 0,
    nextAt: at + way.afterMs,
    bootId: undefined,
    acceptedAt: at,
    expiresAt: way.lasts ? NEVER : at + context.delays.expireMs,
  });
}

function isLine({ kind }: Saying): boolean {
  return kind === "text" || kind === "reply" || kind === "offer";
}
