/** What has come from a relay and was not yet read, and when that is so much that the socket must wait. */
import type { Message } from "@asfaleia/protocol";

/** Unread bytes on one link past which nothing more is read while nobody waits for anything. */
export const PAUSE_BYTES = 1024 * 1024;
/**
 * Unread bytes past which nothing more is read at all. Between the two the link reads on for whoever waits behind:
 * else a reader that acknowledges before it reads on would wait for a reply that nobody fetches.
 */
export const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** What a message costs besides its envelope. */
const MESSAGE_BYTES = 256;

/** The unread bytes of one link, and how many wait for something from it. */
export class Flow {
  readonly #changed: () => void;
  #unread = 0;
  #waiting = 0;

  /** @param changed called after every change */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get mustPause(): boolean {
    return this.#unread >= (this.#waiting > 0 ? MAX_UNREAD_BYTES : PAUSE_BYTES);
  }

  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  unread(bytes: number): void {
    this.#unread += bytes;
    this.#changed();
  }

  waiting(by: 1 | -1): void {
    this.#waiting += by;
    this.#changed();
  }
}

/** A queue of messages with one reader. After its end it still gives out what it holds, then the error if there is one. */
export class Inbox implements AsyncIterableIterator<Message> {
  readonly #flow: Flow;
  readonly #messages: Message[] = [];
  #reader: PromiseWithResolvers<IteratorResult<Message>> | undefined;
  #end: { readonly error?: unknown } | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  push(message: Message): void {
    if (this.#end !== undefined) return;
    if (this.#reader !== undefined) {
      this.#release().resolve({ done: false, value: message });
      return;
    }
    this.#messages.push(message);
    this.#flow.unread(cost(message));
  }

  /** The first end counts. @param how an error is thrown to the reader, once */
  end(how: { readonly error?: unknown } = {}): void {
    if (this.#end !== undefined) return;
    this.#end = how;
    if (this.#reader !== undefined) this.#finish(this.#release());
  }

  next(): Promise<IteratorResult<Message>> {
    if (this.#reader !== undefined) return Promise.reject(new TypeError("one reader at a time"));
    const message = this.#messages.shift();
    if (message !== undefined) {
      this.#flow.unread(-cost(message));
      return Promise.resolve({ done: false, value: message });
    }
    const reader = Promise.withResolvers<IteratorResult<Message>>();
    if (this.#end !== undefined) {
      this.#finish(reader);
    } else {
      this.#reader = reader;
      this.#flow.waiting(1);
    }
    return reader.promise;
  }

  /** The reader has had enough: what waits and what still comes is dropped. */
  return(): Promise<IteratorResult<Message>> {
    const dropped = this.#messages.splice(0).reduce((sum, message) => sum + cost(message), 0);
    this.#end = {};
    this.#flow.unread(-dropped);
    if (this.#reader !== undefined) this.#finish(this.#release());
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #release(): PromiseWithResolvers<IteratorResult<Message>> {
    const reader = this.#reader!;
    this.#reader = undefined;
    this.#flow.waiting(-1);
    return reader;
  }

  #finish(reader: PromiseWithResolvers<IteratorResult<Message>>): void {
    const end = this.#end!;
    this.#end = {};
    if ("error" in end) reader.reject(end.error);
    else reader.resolve({ done: true, value: undefined });
  }
}

function cost(message: Message): number {
  return MESSAGE_BYTES + message.envelope.length;
}
