/** Edits, deletions and reactions, by the rules of rules/changes.ts. To be called in transactions. */
import { type ContentOf, decodeBody, decodeContent, encodeBody, encodeContent } from "../format/content.ts";
import type { Contact, EarlyChange, Message } from "../profile/profile.ts";
import { mayDelete, mayEdit, mayReact } from "../rules/changes.ts";
import type { Context, Tell } from "./context.ts";
import { now } from "./context.ts";
import { messageView } from "./views.ts";

export type Amendment = ContentOf<"edit" | "deletion" | "reaction">;

/** An amendment, and who makes it. */
export interface Amending {
  readonly contact: Contact;
  /** UUID of the device that says it. */
  readonly sender: string;
  readonly isOwn: boolean;
  readonly content: Amendment;
}

/** What does not hold is dropped; what is too early waits for what it is about. */
export function takeAmendment(
  context: Context,
  tell: Tell,
  { contact, sender, isOwn, content }: Amending,
): void {
  const { messages } = context.profile;
  const target = messages.get(contact.id, content.body.to);
  if (target === undefined) {
    const early = {
      contact: contact.id,
      target: content.body.to,
      sender,
      content: encodeContent(content),
      arrivedAt: now(context),
    };
    messages.addEarly(early);
    return;
  }
  if (!amend(context, target, content, { isOwn, by: identityOf(context, sender, isOwn) })) return;
  const fresh = messages.get(contact.id, target.id);
  if (fresh !== undefined) tell({ type: "changed", message: messageView(context, fresh) });
}

/** What waited for a message. */
export function applyEarly(context: Context, message: Message, early: EarlyChange): void {
  const content = decodeContent(early.content);
  if (
    !content.isKnown ||
    !(content.kind === "edit" || content.kind === "deletion" || content.kind === "reaction")
  )
    return;
  const by =
    early.sender === context.own.id
      ? context.fingerprint
      : context.profile.devices.get(early.sender)?.identity;
  if (by === undefined) return;
  amend(context, message, content, { isOwn: by === context.fingerprint, by });
}

/** @returns whether anything has changed */
export function amend(
  context: Context,
  target: Message,
  content: Amendment,
  who: { readonly isOwn: boolean; readonly by: string },
): boolean {
  const { messages } = context.profile;
  const change = { contact: target.contact, isOwn: who.isOwn, at: content.at, n: content.n };
  if (content.kind === "reaction") {
    const { emoji } = content.body;
    if (mayReact(target, { contact: target.contact, emoji }) !== true) return false;
    if (emoji === "") messages.removeReaction(target.contact, target.id, who.by);
    else messages.putReaction(target.contact, { target: target.id, by: who.by, emoji });
    return true;
  }
  if (content.kind === "edit") {
    if (mayEdit(target, change) !== true) return false;
    messages.update(target.row, { ...withText(target, content.body.text), editedAt: content.at });
    return true;
  }
  if (target.isDeleted || mayDelete(target, change) !== true) return false;
  messages.update(target.row, { body: new Uint8Array(0), text: undefined, isDeleted: true });
  return true;
}

/** A message whose text is another one. */
function withText({ kind, body }: Message, text: string): Pick<Message, "body" | "text"> {
  if (kind === "reply") return { body: encodeBody("reply", { ...decodeBody("reply", body), text }), text };
  if (kind === "offer") {
    const offer = decodeBody("offer", body);
    return { body: encodeBody("offer", { ...offer, text }), text: `${offer.name}\n${text}` };
  }
  return { body: encodeBody("text", { text }), text };
}

function identityOf({ profile, fingerprint }: Context, sender: string, isOwn: boolean): string {
  return isOwn ? fingerprint : (profile.devices.get(sender)?.identity ?? "");
}
