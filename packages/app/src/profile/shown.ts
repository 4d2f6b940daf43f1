/** Messages that a person or a program has been shown count as read, one by one: those behind them have not been seen. */
import type { MessageView } from "@asfaleia/client/messenger";
import type { Opened } from "./open.ts";

/** To be called when standard output has taken the message. */
export async function markShown({ messenger, profile }: Opened, view: MessageView): Promise<void> {
  if (view.isOwn || view.read) return;
  // Only this way senders hear of it. It takes all that is unread at once, so it is for the last one.
  if (messenger.settings().get("receipts") === "on" && profile.messages.unread(view.contact).length === 1) {
    return messenger.markRead(view.contact);
  }
  const message = profile.messages.get(view.contact, Buffer.from(view.id, "hex"));
  if (message === undefined) return;
  profile.transaction(() => profile.messages.update(message.row, { readAt: Date.now() }));
}
