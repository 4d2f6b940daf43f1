/**
 * The order of a conversation with a relay: which line answers which request, and which come unasked
 * (docs/protocol.md, "Lines"). No I/O: lines go in, callbacks come out.
 */
import {
  asciiText,
  END,
  ERROR,
  type ErrorPacket,
  isUnasked,
  MESSAGE,
  type Message,
  malformed,
  ProtocolError,
  parseEnd,
  parseError,
  parseMessage,
  splitLine,
} from "@asfaleia/protocol";
import { LinkError, type RefusedError, refusal } from "./errors.ts";

const FINGERPRINT_CHARS = 50;

/** How a request ends: once, one way or the other. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A request in flight, as what its reply may be. */
export interface Request {
  /**
   * Takes a line of the reply, any but ERROR.
   * @returns whether it was the last
   * @throws ProtocolError where no such line belongs to such a reply
   */
  take(id: number, rest: Uint8Array): boolean;
  reject(error: unknown): void;
}

/** A reply of one line. */
export function oneLine<T>(expected: number, parse: (rest: Uint8Array) => T, settle: Settle<T>): Request {
  return {
    take(id, rest) {
      if (id !== expected) throw outOfOrder();
      settle.resolve(parse(rest));
      return true;
    },
    reject: (error) => settle.reject(error),
  };
}

/** A reply of any number of lines, closed by an END that counts them. */
export function run(expected: number, take: (rest: Uint8Array) => void, settle: Settle<void>): Request {
  let taken = 0;
  return {
    take(id, rest) {
      if (id === expected) {
        take(rest);
        taken++;
        return false;
      }
      if (id !== END) throw outOfOrder();
      if (parseEnd(rest) !== taken) throw malformed("END counts wrong");
      settle.resolve();
      return true;
    },
    reject: (error) => settle.reject(error),
  };
}

/** Reads a MESSAGE that must be of this mailbox and within the relay's own limit. @throws ProtocolError */
export function messageOf(mailbox: string, envelopeBytes: number): (rest: Uint8Array) => Message {
  return (rest) => {
    const message = parseMessage(rest);
    if (message.mailbox !== mailbox) throw malformed("a message of another mailbox");
    if (message.envelope.length > envelopeBytes) throw malformed("a larger envelope than the relay takes");
    return message;
  };
}

/**
 * The receiving end of a subscription. It does not hold the relay to its window: what expires, or is acknowledged on
 * another connection, makes room that only the relay knows of. Memory is bounded by inbox.ts.
 */
export interface Subscriber {
  readonly mailbox: string;
  /** Takes a MESSAGE. @throws ProtocolError where it is not one of this mailbox */
  push(rest: Uint8Array): void;
  /** Called once. */
  end(error: unknown): void;
}

/** Everything asked and not yet answered, and everything subscribed. */
export class Requests {
  readonly #pending: { readonly request: Request; readonly bytes: number }[] = [];
  readonly #subscribers = new Map<string, Subscriber>();
  #goingAway: RefusedError | undefined;

  /** Requests without their whole reply. */
  get size(): number {
    return this.#pending.length;
  }

  /** Bytes of the line whose reply comes next; those before it have arrived, since they were answered. */
  get headBytes(): number {
    return this.#pending[0]?.bytes ?? 0;
  }

  /** Set once the relay has said that it stops: it will answer nothing new. */
  get goingAway(): RefusedError | undefined {
    return this.#goingAway;
  }

  /** @param bytes of its line; add in the order of sending */
  add(request: Request, bytes: number): void {
    this.#pending.push({ request, bytes });
  }

  /** To be called with SUBSCRIBE's END, before the next line is taken. An older subscription of the mailbox is over. */
  subscribe(subscriber: Subscriber): void {
    this.#subscribers.get(subscriber.mailbox)?.end(refusal({ code: "taken-over", text: "" }));
    this.#subscribers.set(subscriber.mailbox, subscriber);
  }

  /**
   * Takes a line from the relay.
   * @returns whether it is a reply, or a part of one, rather than unasked
   * @throws LinkError `bad-relay`; the caller then fails everything with it
   */
  take(line: Uint8Array): boolean {
    try {
      const { id, rest } = splitLine(line);
      if (id === ERROR) return this.#takeError(parseError(rest));
      const subscriber = id === MESSAGE ? this.#subscriberOf(rest) : undefined;
      if (subscriber !== undefined) {
        subscriber.push(rest);
        return false;
      }
      const head = this.#pending[0];
      if (head === undefined) throw malformed("a line that nobody asked for");
      if (head.request.take(id, rest)) this.#shift();
      return true;
    } catch (error) {
      throw error instanceof ProtocolError ? new LinkError("bad-relay", error.message) : error;
    }
  }

  /** Ends everything: what waits for an answer, and every subscription. */
  fail(error: unknown): void {
    const pending = this.#pending.splice(0);
    const subscribers = [...this.#subscribers.values()];
    this.#subscribers.clear();
    for (const { request } of pending) request.reject(error);
    for (const subscriber of subscribers) subscriber.end(error);
  }

  #takeError(error: ErrorPacket): boolean {
    if (isUnasked(error.code)) {
      this.#takeEnding(error);
      return false;
    }
    const head = this.#shift();
    if (head === undefined) throw malformed("an error that nobody asked for");
    head.reject(refusal(error));
    return true;
  }

  #takeEnding(error: ErrorPacket): void {
    if (error.code === "taken-over") {
      const subscriber = this.#subscribers.get(error.text);
      if (subscriber === undefined) throw malformed("taken-over without a subscription");
      this.#subscribers.delete(error.text);
      subscriber.end(refusal(error));
      return;
    }
    this.#goingAway = refusal(error);
    const subscribers = [...this.#subscribers.values()];
    this.#subscribers.clear();
    for (const subscriber of subscribers) subscriber.end(this.#goingAway);
  }

  /** A MESSAGE belongs to the subscription of its mailbox, if there is one: GET is refused there. */
  #subscriberOf(rest: Uint8Array): Subscriber | undefined {
    if (this.#subscribers.size === 0) return undefined;
    return this.#subscribers.get(asciiText(rest.subarray(0, FINGERPRINT_CHARS)));
  }

  #shift(): Request | undefined {
    return this.#pending.shift()?.request;
  }
}

function outOfOrder(): ProtocolError {
  return malformed("a reply to another request");
}
