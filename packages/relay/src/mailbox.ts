/**
 * The rules of mailboxes (docs/protocol.md, "Mailboxes"): put, take, expire, wipe. Pure: the clock and the ids come in
 * as arguments, and nothing here knows of sockets. There is no eviction: what does not fit is refused.
 */
import { ProtocolError } from "@asfaleia/protocol";
import { BLOCK_BYTES, Blocks, blocksFor } from "./blocks.ts";
import { MESSAGE_OVERHEAD_BYTES, type Message, type Reader } from "./message.ts";
import type { RelaySettings } from "./settings.ts";

/** What an empty mailbox costs: its object, its name, its place in the index. */
export const MAILBOX_OVERHEAD_BYTES = 512;

/** A mailbox whose owner never came holds this part of what another holds, and one token this part of that. */
const UNOWNED_PART = 8;
const UNOWNED_TOKEN_PART = 16;
const OWNED_TOKEN_PART = 2;

/** From this part of its memory on, a relay forgets which owners of empty mailboxes came. */
const SHORT_OF_MEMORY = 0.9;

/** What one token has put into one mailbox. Kept only while any of it is there. */
export interface Share {
  readonly token: string;
  bytes: number;
  messages: number;
}

/** The queue of one public key. */
export interface Mailbox {
  /** The key's fingerprint. */
  readonly fingerprint: string;
  readonly messages: Map<string, Message>;
  readonly shares: Map<string, Share>;
  first: Message | undefined;
  last: Message | undefined;
  /** Bytes of the blocks it holds. */
  bytes: number;
  /** How many of its messages a reader has. */
  held: number;
  /** When its owner last proved the key, in milliseconds; undefined where nobody has. */
  ownerCame: number | undefined;
  /** The live subscription. */
  subscriber: Subscriber | undefined;
}

/** A reader that wants each message as it comes. */
export interface Subscriber extends Reader {
  /** A new message stands at the end of the queue. `text` is its base64, valid during the call. */
  onMessage(message: Message, text: Uint8Array): void;
  /** Messages may wait that nobody holds. */
  pump(): void;
  /** Another subscription has taken the mailbox over. */
  onTakenOver(): void;
}

type Limits = Pick<RelaySettings, "ttl" | "memory" | "mailbox-bytes" | "mailbox-messages">;

/** All mailboxes of a relay. */
export class Mailboxes {
  readonly #limits: Limits;
  readonly #blocks = new Blocks();
  readonly #byFingerprint = new Map<string, Mailbox>();
  #oldest: Message | undefined;
  #newest: Message | undefined;
  #bytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Bytes charged in all, for mailboxes and messages and whatever else was charged here. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The mailbox of a fingerprint, made where there is none. @throws ProtocolError `relay-full` */
  open(fingerprint: string): Mailbox {
    const known = this.#byFingerprint.get(fingerprint);
    if (known) return known;
    this.charge(MAILBOX_OVERHEAD_BYTES);
    const mailbox: Mailbox = {
      fingerprint,
      messages: new Map(),
      shares: new Map(),
      first: undefined,
      last: undefined,
      bytes: 0,
      held: 0,
      ownerCame: undefined,
      subscriber: undefined,
    };
    this.#byFingerprint.set(fingerprint, mailbox);
    return mailbox;
  }

  /**
   * Stores a message at the end of a mailbox. Its bytes are copied.
   * @param token what tells the sender's token from others
   * @param now milliseconds
   * @throws ProtocolError `mailbox-full`, `relay-full`
   */
  put(mailbox: Mailbox, token: string, id: string, envelope: Uint8Array, now: number): Message {
    const bytes = storedBytes(envelope.length);
    const share = mailbox.shares.get(token) ?? { token, bytes: 0, messages: 0 };
    this.#checkRoom(mailbox, share, bytes);
    this.charge(bytes + MESSAGE_OVERHEAD_BYTES);
    const message: Message = {
      id,
      mailbox,
      share,
      block: this.#blocks.store(envelope),
      length: envelope.length,
      stored: now,
      reader: undefined,
      before: mailbox.last,
      after: undefined,
      older: this.#newest,
      newer: undefined,
    };
    if (mailbox.last) mailbox.last.after = message;
    else mailbox.first = message;
    mailbox.last = message;
    if (this.#newest) this.#newest.newer = message;
    else this.#oldest = message;
    this.#newest = message;
    if (share.messages === 0) mailbox.shares.set(token, share);
    share.bytes += bytes;
    share.messages++;
    mailbox.bytes += bytes;
    mailbox.messages.set(id, message);
    return message;
  }

  /** The envelope of a message, where it lies if that is in one piece, else copied to the front of `room`. */
  envelope(message: Message, room: Uint8Array): Uint8Array {
    const view = this.#blocks.view(message.block, message.length);
    if (view) return view;
    this.#blocks.read(message.block, message.length, room);
    return room.subarray(0, message.length);
  }

  /** Gives a message that waits to a reader. */
  hold(message: Message, reader: Reader): void {
    message.reader = reader;
    message.mailbox.held++;
  }

  /** Lets a message wait again for whoever reads next. */
  release(message: Message): void {
    message.reader = undefined;
    message.mailbox.held--;
  }

  /** Takes a message out and zeroes it. Its reader, if any, is told. */
  remove(message: Message): void {
    const { mailbox, share } = message;
    if (!mailbox.messages.delete(message.id)) return;
    const bytes = storedBytes(message.length);
    if (message.before) message.before.after = message.after;
    else mailbox.first = message.after;
    if (message.after) message.after.before = message.before;
    else mailbox.last = message.before;
    if (message.older) message.older.newer = message.newer;
    else this.#oldest = message.newer;
    if (message.newer) message.newer.older = message.older;
    else this.#newest = message.older;
    share.bytes -= bytes;
    if (--share.messages === 0) mailbox.shares.delete(share.token);
    mailbox.bytes -= bytes;
    this.#bytes -= bytes + MESSAGE_OVERHEAD_BYTES;
    this.#blocks.wipe(message.block, message.length);
    const { reader } = message;
    if (!reader) return;
    this.release(message);
    reader.onGone(message);
  }

  /** Removes what has outlived its time, and forgets mailboxes that are of no more use. @param now milliseconds */
  expire(now: number): void {
    const horizon = now - this.#limits.ttl * 1000;
    while (this.#oldest && this.#oldest.stored <= horizon) this.remove(this.#oldest);
    // That an owner came only raises a limit, so it is what goes first when memory is short.
    const short = this.#bytes > this.#limits.memory * SHORT_OF_MEMORY;
    for (const mailbox of this.#byFingerprint.values()) {
      if (short || (mailbox.ownerCame ?? horizon) <= horizon) this.#forgetIfEmpty(mailbox);
    }
    this.#blocks.trim();
  }

  /** Zeroes every stored byte. The relay is ending. */
  wipeAll(): void {
    this.#blocks.wipeAll();
  }

  /** Counts bytes that something else keeps in the relay's memory. @throws ProtocolError `relay-full` */
  charge(bytes: number): void {
    if (this.#bytes + bytes > this.#limits.memory)
      throw new ProtocolError("relay-full", "this relay is full");
    this.#bytes += bytes;
  }

  /** Gives back what was charged. */
  credit(bytes: number): void {
    this.#bytes -= bytes;
  }

  #checkRoom(mailbox: Mailbox, share: Share, more: number): void {
    const owned = mailbox.ownerCame !== undefined;
    const part = owned ? 1 : UNOWNED_PART;
    const tokenPart = part * (owned ? OWNED_TOKEN_PART : UNOWNED_TOKEN_PART);
    const bytes = this.#limits["mailbox-bytes"];
    const messages = this.#limits["mailbox-messages"];
    if (
      mailbox.bytes + more > bytes / part ||
      mailbox.messages.size + 1 > messages / part ||
      share.bytes + more > bytes / tokenPart ||
      share.messages + 1 > messages / tokenPart
    ) {
      throw new ProtocolError("mailbox-full", "this mailbox takes no more for now");
    }
  }

  #forgetIfEmpty(mailbox: Mailbox): void {
    if (mailbox.messages.size > 0 || mailbox.subscriber) return;
    this.#byFingerprint.delete(mailbox.fingerprint);
    this.#bytes -= MAILBOX_OVERHEAD_BYTES;
  }
}

/** Bytes of the blocks that a message of this length takes. */
function storedBytes(length: number): number {
  return blocksFor(length) * BLOCK_BYTES;
}
