/** What the relays get to see, written down as they see it: one record a connection. */
import { fingerprint, publicKeyFromField } from "@asfaleia/identity";
import {
  AUTH,
  decodeBase64,
  keyOrFingerprintField,
  LOOKUP,
  MAX_ENVELOPE_BYTES,
  PUBLISH,
  parseAuth,
  parseLookup,
  parsePublishFields,
  parseSend,
  SEND,
  SUBSCRIBE,
} from "@asfaleia/protocol";
import type { Line } from "./lines.ts";

/** So much of an envelope's beginning tells it from every other: the version and the encapsulated key's first bytes. */
const HEAD_BYTES = 33;
/** Where a spoken code is marked. */
const CODE_SLOT = "code";
const GAP = Buffer.alloc(8);

export interface SeenEnvelope {
  readonly receiver: string;
  readonly bytes: number;
  readonly head: string;
}

/** One connection. What it was for is read from its requests, as a relay would. */
export interface Seen {
  /** Which installation it was: no relay sees this. */
  readonly from: string;
  readonly relay: string;
  /** Fingerprints of the keys that were claimed, in order, each once. */
  readonly keys: string[];
  readonly envelopes: SeenEnvelope[];
  readonly lookedUp: string[];
  subscribes: number;
  publishes: number;
  /** Of those, the marks of spoken codes. */
  marks: number;
}

/** Something that no relay may hold, and the name it goes by in a report. */
export interface Secret {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export class Witness {
  readonly connections: Seen[] = [];
  readonly #secrets: Secret[] = [];
  readonly #bodies: Buffer[] = [];

  /** It is among what `leaks` looks for. */
  guard(secret: Secret): void {
    this.#secrets.push(secret);
  }

  /** Names of the secrets that stand in an envelope, whenever it was sent. */
  leaks(): string[] {
    // One after the other, with a gap no secret reaches over: to search once is faster than to search each.
    const all = Buffer.concat(this.#bodies.flatMap((body) => [body, GAP]));
    return this.#secrets.filter(({ bytes }) => all.includes(Buffer.from(bytes))).map(({ name }) => name);
  }

  connected(from: string, relay: string): Seen {
    const seen = {
      from,
      relay,
      keys: [],
      envelopes: [],
      lookedUp: [],
      subscribes: 0,
      publishes: 0,
      marks: 0,
    };
    this.connections.push(seen);
    return seen;
  }

  /** A line that a client sent. */
  line(seen: Seen, { id, rest }: Line): void {
    if (id === AUTH) addOnce(seen.keys, fingerprint(publicKeyFromField(parseAuth(rest).key)));
    else if (id === SEND) this.#envelope(seen, rest);
    else if (id === SUBSCRIBE) seen.subscribes++;
    else if (id === PUBLISH) {
      seen.publishes++;
      if (parsePublishFields(rest).slot === CODE_SLOT) seen.marks++;
    } else if (id === LOOKUP) addOnce(seen.lookedUp, nameOf(parseLookup(rest).of));
  }

  #envelope(seen: Seen, rest: Uint8Array): void {
    const { receiver, envelope } = parseSend(rest);
    const bytes = Buffer.from(decodeBase64(envelope, MAX_ENVELOPE_BYTES));
    this.#bodies.push(bytes);
    seen.envelopes.push({
      receiver: nameOf(keyOrFingerprintField(receiver)),
      bytes: bytes.length,
      head: bytes.toString("latin1", 0, HEAD_BYTES),
    });
  }
}

function nameOf(of: ReturnType<typeof keyOrFingerprintField>): string {
  return "fingerprint" in of ? of.fingerprint : fingerprint(publicKeyFromField(of.key));
}

function addOnce(list: string[], entry: string): void {
  if (!list.includes(entry)) list.push(entry);
}
