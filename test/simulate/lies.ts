/** What a dishonest relay does to its own lines. It cannot sign for another, nor open an envelope: all else is open to it. */
import {
  DOCUMENT,
  ERROR,
  formatDocument,
  formatError,
  formatMessage,
  MESSAGE,
  parseDocument,
  parseError,
  parseMessage,
  SENT,
} from "@asfaleia/protocol";
import type { Line } from "./lines.ts";
import type { Seeded } from "./random.ts";

/** How often it does what, from 0 to 1. */
export interface Lies {
  /** Says that it took an envelope, and forgets it. */
  readonly lose: number;
  /** Holds a message back, and so changes the order. */
  readonly delay: number;
  /** Sends a message twice, under one id. */
  readonly repeat: number;
  /** Sends an older message once more, under a new id. */
  readonly replay: number;
  /** Changes a byte of an envelope. */
  readonly damage: number;
  /** Knows of no document. */
  readonly hide: number;
  /** Shows of a document what it was before, or that of somebody else. */
  readonly stale: number;
  /** Says that it has started anew. */
  readonly boot: number;
}

const ID_BYTES = 16;
const LONGEST_DELAY_MS = 3_600_000;
/** Messages it keeps to replay, for one connection. */
const KEPT = 16;

/** Where one connection's lies are told. */
export interface Liar {
  /** Lets the relay forget a message, if it has it. @param id in base64 */
  forget(mailbox: string, id: string): void;
  /** Sends a line after so many milliseconds. */
  later(ms: number, line: Uint8Array): void;
}

/** The lines of one connection, as a dishonest relay sends them. */
export class Deceiver {
  readonly #random: Seeded;
  readonly #liar: Liar;
  readonly #kept: Uint8Array[] = [];

  constructor(random: Seeded, liar: Liar) {
    this.#random = random;
    this.#liar = liar;
  }

  /**
   * @param receiver the mailbox of the SEND that is answered
   * @returns what is sent in a line's stead; nothing where it is not sent, or not now
   */
  tell(line: Line, lies: Lies | undefined, receiver: string | undefined): Uint8Array[] {
    if (line.id === MESSAGE) return this.#message(line, lies);
    if (lies !== undefined && line.id === SENT && receiver !== undefined && this.#random.chance(lies.lose)) {
      this.#liar.forget(receiver, Buffer.from(line.rest).toString("latin1"));
    }
    return [line.bytes];
  }

  /** Answers LOOKUP as if nothing were there. @returns undefined to tell the truth this time */
  hide(line: Line): Uint8Array[] {
    if (line.id === DOCUMENT) return [];
    if (line.id === ERROR && parseError(line.rest).code !== "not-found") return [line.bytes];
    return [formatError({ code: "not-found", text: "nothing is published under that key" })];
  }

  /** Answers LOOKUP with something that was published at another time, or under another key. */
  old(line: Line, documents: readonly Uint8Array[]): Uint8Array[] {
    if (line.id !== DOCUMENT || documents.length === 0) return [line.bytes];
    return [formatDocument({ ...parseDocument(line.rest), document: this.#random.pick(documents) })];
  }

  #message(line: Line, lies: Lies | undefined): Uint8Array[] {
    const message = parseMessage(line.rest);
    this.#keep(line.bytes);
    if (lies === undefined) return [line.bytes];
    const random = this.#random;
    const told: Uint8Array[] = [];
    if (random.chance(lies.replay)) {
      const old = parseMessage(random.pick(this.#kept).subarray(4, -1));
      told.push(formatMessage({ ...old, id: random.bytes(ID_BYTES) }));
    }
    if (random.chance(lies.lose)) {
      this.#liar.forget(message.mailbox, Buffer.from(message.id).toString("base64"));
      return told;
    }
    let { bytes } = line;
    if (random.chance(lies.damage)) {
      const envelope = message.envelope.slice();
      const at = random.below(envelope.length);
      envelope[at] = envelope[at]! ^ (1 + random.below(255));
      bytes = formatMessage({ ...message, envelope });
    }
    if (random.chance(lies.repeat)) told.push(bytes);
    if (!random.chance(lies.delay)) return [...told, bytes];
    this.#liar.later(random.scaled(1, LONGEST_DELAY_MS), bytes);
    return told;
  }

  #keep(bytes: Uint8Array): void {
    this.#kept.push(bytes.slice());
    if (this.#kept.length > KEPT) this.#kept.shift();
  }
}
