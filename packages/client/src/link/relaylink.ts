/** The requests of a link, one method each: what is checked before it goes out, and what may come back. */
import type { Signer } from "@asfaleia/identity";
import {
  asciiBytes,
  DOCUMENT,
  DOCUMENT_BYTES,
  type Document,
  END,
  formatAck,
  formatGet,
  formatLookup,
  formatPublish,
  formatSend,
  formatSubscribe,
  ID_BYTES,
  keyOrFingerprintField,
  MAX_ACK_IDS,
  MAX_SLOTS,
  MAX_WINDOW,
  MESSAGE,
  type Message,
  malformed,
  numberField,
  parseDocument,
  parseEnd,
  parseSent,
  SENT,
  slotField,
} from "@asfaleia/protocol";
import { type AuthToken, authenticate } from "./authenticate.ts";
import type { Connection } from "./connection.ts";
import { RefusedError } from "./errors.ts";
import { Inbox } from "./inbox.ts";
import type { Link, Subscription } from "./link.ts";
import type { RelayIdentity } from "./proof.ts";
import { messageOf } from "./requests.ts";

export class RelayLink implements Link {
  readonly relay: RelayIdentity;
  readonly #connection: Connection;

  constructor(connection: Connection, relay: RelayIdentity) {
    this.#connection = connection;
    this.relay = relay;
  }

  get closed(): Promise<void> {
    return this.#connection.closed;
  }

  close(): void {
    this.#connection.close();
  }

  authenticate(signer: Signer): Promise<AuthToken> {
    return authenticate(this.#connection, this.relay.fingerprint, signer);
  }

  async send({ token }: AuthToken, receiver: string, envelope: Uint8Array): Promise<Uint8Array> {
    checkKeyOrFingerprint(receiver);
    if (envelope.length === 0) throw new RangeError("an envelope is not empty");
    if (envelope.length > this.relay.envelopeBytes) throw new RefusedError("too-large");
    return this.#connection.ask(() => formatSend(token, receiver, envelope), SENT, parseSent);
  }

  async *get({ token, mailbox }: AuthToken): AsyncGenerator<Message, void, undefined> {
    const inbox = new Inbox(this.#connection.flow);
    const parse = messageOf(mailbox, this.relay.envelopeBytes);
    this.#connection
      .stream(
        () => formatGet(token),
        MESSAGE,
        (rest) => inbox.push(parse(rest)),
      )
      .then(
        () => inbox.end(),
        (error) => inbox.end({ error }),
      );
    yield* inbox;
  }

  async subscribe({ token, mailbox }: AuthToken, window: number): Promise<Subscription> {
    checkNumber(window, MAX_WINDOW);
    const inbox = new Inbox(this.#connection.flow);
    const parse = messageOf(mailbox, this.relay.envelopeBytes);
    const subscriber = {
      mailbox,
      push: (rest: Uint8Array) => inbox.push(parse(rest)),
      end: (error: unknown) => inbox.end({ error }),
    };
    // It must be there before the next line is looked at, which may be its first message already.
    const begin = (rest: Uint8Array): number => {
      const waiting = parseEnd(rest);
      if (window > 0) this.#connection.requests.subscribe(subscriber);
      else inbox.end();
      return waiting;
    };
    const waiting = await this.#connection.ask(() => formatSubscribe({ token, window }), END, begin);
    return { waiting, messages: inbox };
  }

  async ack(token: AuthToken, ids: readonly Uint8Array[]): Promise<number> {
    if (ids.some((id) => id.length !== ID_BYTES)) throw new RangeError(`a message id has ${ID_BYTES} bytes`);
    const parts: Promise<number>[] = [];
    for (let from = 0; from < ids.length; from += MAX_ACK_IDS) {
      parts.push(this.#ackPart(token, ids.slice(from, from + MAX_ACK_IDS)));
    }
    return (await Promise.all(parts)).reduce((sum, count) => sum + count, 0);
  }

  #ackPart({ token }: AuthToken, ids: readonly Uint8Array[]): Promise<number> {
    const parse = (rest: Uint8Array): number => {
      const count = parseEnd(rest);
      if (count > ids.length) throw malformed("more acknowledged than was asked");
      return count;
    };
    return this.#connection.ask(() => formatAck({ token, ids }), END, parse);
  }

  async publish({ token }: AuthToken, slot: string, seconds: number, document: Uint8Array): Promise<void> {
    slotField(asciiBytes(slot));
    checkNumber(seconds, 0xffff_ffff);
    if (document.length > DOCUMENT_BYTES) throw new RefusedError("too-large");
    if ((seconds === 0) !== (document.length === 0)) {
      throw new RangeError("a document has seconds to live, and an empty one has none");
    }
    await this.#connection.ask(() => formatPublish({ token, slot, seconds, document }), SENT, parseSent);
  }

  async lookup({ token }: AuthToken, of: string): Promise<Document[]> {
    checkKeyOrFingerprint(of);
    const documents = new Map<string, Document>();
    const take = (rest: Uint8Array): void => {
      const document = parseDocument(rest);
      if (documents.has(document.slot)) throw malformed("a slot twice");
      documents.set(document.slot, document);
      if (documents.size > MAX_SLOTS) throw malformed("too many documents");
    };
    try {
      await this.#connection.askForRun(() => formatLookup(token, of), DOCUMENT, take);
    } catch (error) {
      if (!(error instanceof RefusedError && error.code === "not-found")) throw error;
      documents.clear();
    }
    return [...documents.values()];
  }
}

/** Nothing else may get onto a line: a `;` or LF would begin another field or request. */
function checkKeyOrFingerprint(text: string): void {
  keyOrFingerprintField(asciiBytes(text));
}

function checkNumber(value: number, most: number): void {
  numberField(asciiBytes(String(value)), 0, most);
}
