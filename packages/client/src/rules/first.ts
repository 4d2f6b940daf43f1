/** What may be said before the other side has answered (docs/messaging.md, "Envelopes"). */
import { type Content, encodeContent, FIRST_TEXT_BYTES } from "../format/content.ts";

/** Bytes of a content besides its text. */
const FIRST_OVERHEAD_BYTES = 256;

/** These show or need a private mailbox, or are large. */
const NEVER_FIRST: ReadonlySet<string> = new Set(["offer", "request", "part", "mailbox", "sync", "devices"]);

/** Every first envelope has the same size, and a card and a text of 4,096 bytes fit it. */
export function mayGoFirst(content: Content): boolean {
  return (
    !NEVER_FIRST.has(content.kind) && encodeContent(content).length <= FIRST_TEXT_BYTES + FIRST_OVERHEAD_BYTES
  );
}
