/** Lines of conversations, as they are kept: one's own and those of others alike. To be called in transactions. */
import { type Content, encodeBody } from "../format/content.ts";
import type { Contact, Message } from "../profile/profile.ts";
import { shownUntil } from "../rules/retention.ts";
import { type Context, now } from "./context.ts";

/** What is said, and by whom. */
export interface Line {
  readonly contact: Contact;
  /** UUID of the device that says it. */
  readonly sender: string;
  readonly isOwn: boolean;
  readonly content: Content;
}

/** @returns undefined where it is there already */
export function addLine(context: Context, { contact, sender, isOwn, content }: Line): Message | undefined {
  const at = now(context);
  return context.profile.messages.add({
    contact: contact.id,
    id: content.id,
    sender,
    isOwn,
    n: content.n,
    at: content.at,
    arrivedAt: at,
    until: shownUntil({ at: content.at, until: content.until, arrivedAt: at, isOwn }),
    readAt: isOwn ? at : undefined,
    kind: content.kind,
    body: content.isKnown ? encodeBody(content.kind, content.body) : new Uint8Array(0),
    text: textOf(content),
    editedAt: undefined,
    isDeleted: false,
  });
}

/** Where nothing is to be kept of a conversation, a line is gone when it was told; an offer stays for its file. */
export function dropUnkept({ profile }: Context, contact: Contact, { row, kind }: Message): void {
  if (contact.retentionMs === 0 && contact.state !== "request" && kind !== "offer")
    profile.messages.remove(row);
}

/** What search finds of a content. */
function textOf(content: Content): string | undefined {
  if (content.kind === "text" || content.kind === "reply") return content.body.text;
  if (content.kind === "offer") return [content.body.name, content.body.text].filter(Boolean).join("\n");
  return undefined;
}
