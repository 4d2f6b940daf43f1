/** What all connections of a relay share. */
import { randomFillSync } from "node:crypto";
import { ID_BYTES, maxLineBytes, type RelayInfo } from "@asfaleia/protocol";
import type { Gate } from "./auth.ts";
import { Documents } from "./documents.ts";
import { Mailboxes } from "./mailbox.ts";
import { Chunks, Flusher } from "./output.ts";
import { Rate } from "./rate.ts";
import type { RelayKey } from "./relaykey.ts";
import type { RelaySettings } from "./settings.ts";
import type { Tokens } from "./token.ts";

const IDS_AT_ONCE = 512;
/** Bytes of the buffer that every socket is read into. */
const READ_BYTES = 64 * 1024;

/** Milliseconds. A monotonic clock: a jump of the machine's must not expire what people wait for. */
export type Clock = () => number;

/** The machine's time as it was at start, and since then what has gone by. */
export const monotonicClock: Clock = () => performance.timeOrigin + performance.now();

export class Core {
  readonly settings: RelaySettings;
  readonly key: RelayKey;
  readonly tokens: Tokens;
  readonly gate: Gate;
  readonly now: Clock;
  readonly mailboxes: Mailboxes;
  readonly documents: Documents;
  readonly rates: TokenRates;
  /** Of signatures and encryptions, for all connections together. */
  readonly proofs: Rate;
  readonly chunks: Chunks;
  readonly flusher = new Flusher();
  /** Every socket is read into this one, and each read is dealt with and zeroed before the next. */
  readonly readBuffer = new Uint8Array(READ_BYTES);
  /** Room for one decoded envelope, zeroed after each use. */
  readonly room: Uint8Array;
  readonly lineBytes: number;
  /** Bytes of lines that have begun and not ended, on all connections. */
  inputBytes = 0;
  readonly #ids = Buffer.alloc(IDS_AT_ONCE * ID_BYTES);
  #nextId = IDS_AT_ONCE;

  constructor(settings: RelaySettings, key: RelayKey, tokens: Tokens, gate: Gate, now: Clock) {
    this.settings = settings;
    this.key = key;
    this.tokens = tokens;
    this.gate = gate;
    this.now = now;
    this.mailboxes = new Mailboxes(settings);
    this.documents = new Documents(this.mailboxes);
    this.chunks = new Chunks(settings["output-memory"]);
    this.proofs = new Rate(settings.proofs, now());
    this.rates = new TokenRates(settings.rate);
    this.room = new Uint8Array(settings["max-envelope"]);
    this.lineBytes = maxLineBytes(settings["max-envelope"]);
  }

  /** What RELAY tells. */
  get info(): RelayInfo {
    return {
      key: this.key.publicKey.blob,
      bootId: this.key.bootId,
      envelopeBytes: this.settings["max-envelope"],
      ttlSeconds: this.settings.ttl,
    };
  }

  /** A message id that nobody can guess, in base64. */
  newId(): string {
    if (this.#nextId === IDS_AT_ONCE) {
      randomFillSync(this.#ids);
      this.#nextId = 0;
    }
    const at = this.#nextId++ * ID_BYTES;
    return this.#ids.toString("base64", at, at + ID_BYTES);
  }

  /** Removes what has outlived its time. */
  expire(): void {
    const now = this.now();
    this.mailboxes.expire(now);
    this.documents.expire(now);
  }

  /** Zeroes everything that people entrusted to it. */
  wipe(): void {
    this.mailboxes.wipeAll();
    this.documents.wipeAll();
    this.readBuffer.fill(0);
    this.room.fill(0);
    this.#ids.fill(0);
  }
}

/** The rates of tokens in use: one token counts as one, over however many connections. */
export class TokenRates {
  readonly #perSecond: number;
  readonly #inUse = new Map<string, { readonly rate: Rate; users: number }>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** The rate of a token, shared with the other connections that use it. */
  join(tokenId: string, now: number): Rate {
    const known = this.#inUse.get(tokenId) ?? { rate: new Rate(this.#perSecond, now), users: 0 };
    this.#inUse.set(tokenId, known);
    known.users++;
    return known.rate;
  }

  leave(tokenId: string): void {
    const known = this.#inUse.get(tokenId);
    if (known && --known.users === 0) this.#inUse.delete(tokenId);
  }
}
