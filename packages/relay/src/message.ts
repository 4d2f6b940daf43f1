/** A stored message and the list it stands in: linked, so that any one of them can leave at once. */
import type { Mailbox, Share } from "./mailbox.ts";

/** What one message costs besides its blocks: this object, its id, its place in the index. */
export const MESSAGE_OVERHEAD_BYTES = 256;

/** Whoever has been given a message and has not yet confirmed it: a subscription, or a GET under way. */
export interface Reader {
  /** A message that this reader holds is gone, by whatever way. */
  onGone(message: Message): void;
}

export interface Message {
  /** 16 random bytes in base64. */
  readonly id: string;
  readonly mailbox: Mailbox;
  /** Which token's share of the mailbox it counts to. */
  readonly share: Share;
  readonly block: number;
  readonly length: number;
  /** When it was stored, in milliseconds of the relay's clock. */
  readonly stored: number;
  /** Who holds it, if anybody. */
  reader: Reader | undefined;
  /** Neighbours in the mailbox, in the order of arrival. */
  before: Message | undefined;
  after: Message | undefined;
  /** Neighbours among all messages of the relay, in the order of arrival. */
  older: Message | undefined;
  newer: Message | undefined;
}
