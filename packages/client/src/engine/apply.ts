/** What each kind of content does. One entry a kind; all of them are called in the transaction that takes the content in. */
import type { Content, ContentKind, ContentOf } from "../format/content.ts";
import type { Contact, Device } from "../profile/profile.ts";
import { sayAgain } from "./again.ts";
import { takeAmendment } from "./amend.ts";
import type { Context, Tell } from "./context.ts";
import { takeCopy } from "./copies.ts";
import { count } from "./gaps.ts";
import { takeLine } from "./lines.ts";
import { takeDevices, takeMailbox } from "./moves.ts";
import type { Parts } from "./parts.ts";
import { settle } from "./receipts.ts";
import { takeOffer, takePart } from "./transfers.ts";

export interface Taking {
  readonly context: Context;
  readonly tell: Tell;
  readonly parts: Parts;
  readonly contact: Contact;
  readonly device: Device;
  /** From another own device. */
  readonly isOwn: boolean;
}

/** False: it must not be taken in now. */
type Take<K extends ContentKind> = (taking: Taking, content: ContentOf<K>) => unknown;

const line = ({ context, tell, contact, device, isOwn }: Taking, content: Content): boolean =>
  takeLine(context, tell, { contact, sender: device.id, isOwn, content });
const amendment = (
  { context, tell, contact, device, isOwn }: Taking,
  content: ContentOf<"edit" | "deletion" | "reaction">,
): void => takeAmendment(context, tell, { contact, sender: device.id, isOwn, content });

const KINDS: { readonly [K in ContentKind]: Take<K> } = {
  text: line,
  reply: line,
  offer: (taking, content) => {
    takeOffer(taking.context, taking.contact, content);
    return line(taking, content);
  },
  edit: amendment,
  deletion: amendment,
  reaction: amendment,
  request: ({ tell, parts, contact, device }, content) => parts.takeRequest(tell, contact, device, content),
  part: ({ context, tell, parts, contact, device }, content) => {
    if (takePart(context, tell, contact, device, content)) parts.moved(contact.id, content.body.file);
  },
  receipt: ({ context, tell, contact, device }, { body }) =>
    settle(context, tell, contact, device, body.ids, body.what),
  mailbox: ({ context, tell, device }, content) => takeMailbox(context, tell, device, content),
  devices: ({ context, tell, device }, content) => takeDevices(context, tell, device, content),
  sync: ({ context, tell, device, isOwn }, content) => {
    if (isOwn) takeCopy(context, tell, device, content);
  },
  resend: ({ context, device }) => sayAgain(context, device.id),
  timer: ({ context, contact }, { body }) =>
    context.profile.contacts.update(contact.id, { timerMs: body.ms }),
  hello: () => {},
  profile: () => {},
  dummy: () => {},
  invite: () => {},
};

/** Kinds that a stranger may use: the others need a conversation. */
const FROM_STRANGERS: ReadonlySet<string> = new Set([
  "text",
  "reply",
  "hello",
  "resend",
  "edit",
  "deletion",
  "profile",
]);

/** @returns false where it must not be taken in now: then it is as if it had not come */
export function takeContent(taking: Taking, content: Content): boolean {
  const { context, contact, device } = taking;
  if (contact.state === "request" && !FROM_STRANGERS.has(content.kind)) return false;
  const taken = content.isKnown
    ? (KINDS[content.kind] as Take<ContentKind>)(taking, content)
    : line(taking, content);
  if (taken === false) return false;
  if (content.n > 0 && contact.state !== "request") count(context, device, content.n);
  return true;
}
