/** Messages that a person or a program has been shown count as read, one by one: those behind them have not been seen. */
import type { MessageView } from "@asfaleia/client/messenger";
import type { Opened } from "./open.ts";

/** To be called when standard output has taken the message. */
export async function markShown({ messenger }: Opened, view: MessageView): Promise<void> {
  if (view.isOwn || view.read) return;
  try {
    await messenger.markRead(view.contact, view.id);
  } catch (error) {
    // It may have disappeared meanwhile, or nothing of the conversation is kept.
    if (!(error instanceof Error && "code" in error && error.code === "no-such-message")) throw error;
  }
}
