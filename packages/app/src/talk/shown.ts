/** Messages that a person or a program has been shown count as read, one by one: those behind them have not been seen. */
import type { Face, MessageView } from "../face/face.ts";

/** To be called when standard output has taken the message. */
export async function markShown(face: Face, view: MessageView): Promise<void> {
  if (view.isOwn || view.read) return;
  try {
    await face.call("messages.markRead", { contact: view.contact, id: view.id });
  } catch (error) {
    // It may have disappeared meanwhile, or nothing of the conversation is kept.
    if (!(error instanceof Error && "code" in error && error.code === "no-such-message")) throw error;
  }
}
