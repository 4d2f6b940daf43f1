/** Somebody who waited among the requests is a contact now. */
import type { Contact } from "../profile/profile.ts";
import type { Context } from "./context.ts";
import { MAX_REQUEST_MESSAGES } from "./lines.ts";
import { oweReceipt } from "./receipts.ts";
import { confirmedDevices } from "./say.ts";
import { tellMailbox } from "./sessionstate.ts";

/** Notices among the messages of a request. */
const MAX_NOTICES = 100;

/** It is told where to write, and what it has said is confirmed. To be called in a transaction. */
export function welcome(context: Context, contact: Contact): void {
  for (const device of confirmedDevices(context, contact.id)) {
    if (device.session === "answered") tellMailbox(context, contact, device);
  }
  for (const message of context.profile.messages.last(contact.id, MAX_REQUEST_MESSAGES + MAX_NOTICES)) {
    if (!message.isOwn && message.kind !== "notice")
      oweReceipt(context, message.sender, message.id, "delivered");
  }
}
