/** The two ways out of a mailbox: a GET, which takes each message once the operating system has its bytes, and a subscription,
 * which takes each once its reader confirms it (docs/protocol.md, "GET", "SUBSCRIBE and ACK"). */
import {
  copyInto,
  encodeBase64Into,
  formatEnd,
  formatError,
  messageLineBytes,
  writeMessageHeadInto,
} from "@asfaleia/protocol";
import type { Mailbox, Mailboxes, Subscriber } from "./mailbox.ts";
import type { Message, Reader } from "./message.ts";
import type { Output } from "./output.ts";
import type { Run } from "./run.ts";

const LF = 0x0a;

/** Where messages are written: a connection's output, and room for an envelope that does not lie in one piece. */
export interface Delivery {
  readonly mailboxes: Mailboxes;
  readonly output: Output;
  readonly room: Uint8Array;
}

/** One GET under way. It sends what waited when it began, as fast as the reader takes it. */
export class GetRun implements Reader, Run {
  readonly #to: Delivery;
  readonly #mailbox: Mailbox;
  readonly #held = new Set<Message>();
  #left: number;
  #sent = 0;

  constructor(to: Delivery, mailbox: Mailbox) {
    this.#to = to;
    this.#mailbox = mailbox;
    this.#left = mailbox.messages.size - mailbox.held;
  }

  /** Writes while there is room, and END at the end. @returns whether everything is written */
  pump(): boolean {
    const { mailboxes, output } = this.#to;
    for (let message = this.#mailbox.first; message && this.#left > 0; message = message.after) {
      if (message.reader) continue;
      if (!output.hasRoomFor(messageLineBytes(message.length))) return false;
      mailboxes.hold(message, this);
      this.#held.add(message);
      writeMessage(this.#to, message);
      const written = message;
      output.whenTaken(() => {
        if (written.reader === this) mailboxes.remove(written);
      });
      this.#left--;
      this.#sent++;
    }
    output.put(formatEnd(this.#sent));
    return true;
  }

  onGone(message: Message): void {
    this.#held.delete(message);
  }

  /** The connection is gone: what it did not take stays. */
  release(): void {
    releaseAll(this.#to.mailboxes, this.#mailbox, this.#held);
  }
}

/** A live subscription: the backlog in order, then each message as it comes, at most a window of them unconfirmed. */
export class Subscription implements Subscriber {
  readonly #to: Delivery;
  readonly mailbox: Mailbox;
  readonly #held = new Set<Message>();
  readonly #onEnd: () => void;
  #window: number;

  /** @param onEnd called when another subscription has taken over */
  constructor(to: Delivery, mailbox: Mailbox, window: number, onEnd: () => void) {
    this.#to = to;
    this.mailbox = mailbox;
    this.#window = window;
    this.#onEnd = onEnd;
  }

  /** Takes the mailbox over from whoever has subscribed to it. */
  start(): void {
    this.mailbox.subscriber?.onTakenOver();
    this.mailbox.subscriber = this;
  }

  set window(window: number) {
    this.#window = window;
  }

  pump(): void {
    for (let message = this.mailbox.first; message; message = message.after) {
      if (this.#held.size >= this.#window || this.mailbox.held === this.mailbox.messages.size) return;
      if (message.reader) continue;
      if (!this.#to.output.hasRoomFor(messageLineBytes(message.length))) return;
      this.#hold(message);
      writeMessage(this.#to, message);
    }
  }

  onMessage(message: Message, text: Uint8Array): void {
    const { mailbox } = this;
    // Whatever waits longer goes first: then this one waits for the pump.
    const first = mailbox.held === mailbox.messages.size - 1;
    const most = messageLineBytes(message.length);
    if (!first || this.#held.size >= this.#window || !this.#to.output.hasRoomFor(most)) return;
    this.#hold(message);
    this.#to.output.line(most, (bytes, at) => {
      const envelopeAt = writeMessageHeadInto(bytes, at, mailbox.fingerprint, message.id);
      copyInto(bytes, text, envelopeAt);
      bytes[envelopeAt + text.length] = LF;
      return envelopeAt + text.length + 1;
    });
  }

  onGone(message: Message): void {
    this.#held.delete(message);
  }

  onTakenOver(): void {
    this.#to.output.put(formatError({ code: "taken-over", text: this.mailbox.fingerprint }));
    this.stop();
    this.#onEnd();
  }

  /** Ends it: what was not confirmed waits for the next reader. */
  stop(): void {
    if (this.mailbox.subscriber === this) this.mailbox.subscriber = undefined;
    releaseAll(this.#to.mailboxes, this.mailbox, this.#held);
  }

  #hold(message: Message): void {
    this.#to.mailboxes.hold(message, this);
    this.#held.add(message);
  }
}

function releaseAll(mailboxes: Mailboxes, mailbox: Mailbox, held: Set<Message>): void {
  for (const message of held) mailboxes.release(message);
  held.clear();
  mailbox.subscriber?.pump();
}

function writeMessage({ mailboxes, output, room }: Delivery, message: Message): void {
  output.line(messageLineBytes(message.length), (bytes, at) => {
    const envelope = mailboxes.envelope(message, room);
    const envelopeAt = writeMessageHeadInto(bytes, at, message.mailbox.fingerprint, message.id);
    const end = encodeBase64Into(envelope, bytes, envelopeAt);
    if (envelope.buffer === room.buffer) envelope.fill(0);
    bytes[end] = LF;
    return end + 1;
  });
}
