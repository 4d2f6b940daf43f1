/** What others say becomes lines of a conversation, each once, and each sender's in order. To be called in transactions. */
import type { Message } from "../profile/profile.ts";
import { applyEarly } from "./amend.ts";
import type { Context, Tell } from "./context.ts";
import { addLine, dropUnkept, type Line } from "./conversation.ts";
import { messageView } from "./views.ts";

/** Messages of a stranger that are kept before it is accepted. */
export const MAX_REQUEST_MESSAGES = 100;

/** @returns false where a stranger has said as much as is kept */
export function takeLine(context: Context, tell: Tell, line: Line): boolean {
  const { profile } = context;
  const { contact, content } = line;
  if (contact.state === "request" && profile.messages.countUnread(contact.id) >= MAX_REQUEST_MESSAGES)
    return false;
  // Replies and reactions name a message by its id: nobody else takes it.
  const other = profile.messages.get(contact.id, content.id);
  if (other !== undefined && other.sender !== line.sender) return true;
  const message = addLine(context, line);
  if (message === undefined) return true;
  applyWaiting(context, message);
  const fresh = profile.messages.get(contact.id, content.id) ?? message;
  tell({ type: contact.state === "request" ? "request" : "message", message: messageView(context, fresh) });
  dropUnkept(context, contact, message);
  return true;
}

/** Edits, reactions and deletions that were faster than what they are about. */
function applyWaiting(context: Context, message: Message): void {
  const { messages } = context.profile;
  for (const early of messages.takeEarly(message.contact, message.id)) {
    const fresh = messages.get(message.contact, message.id);
    if (fresh !== undefined) applyEarly(context, fresh, early);
  }
}
