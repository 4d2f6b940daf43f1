/** What a relay carries between devices: a sealed box of one of four sizes (docs/messaging.md, "Envelopes"). */
import { HPKE_ENC_BYTES, HPKE_TAG_BYTES, open, seal } from "./hpke.ts";
import type { XwingKey } from "./xwing.ts";

/** The first byte of every envelope. */
export const ENVELOPE_VERSION = 1;
/** Bytes of an envelope, whatever is inside: 4, 16, 64 and 256 KiB. */
export const ENVELOPE_SIZES = [4096, 16_384, 65_536, 262_144] as const;
/** Bytes of the name that a receiver drew for a sender. */
export const SHORT_ID_BYTES = 16;

const SENDER_KEY_BYTES = 33;
const LENGTH_BYTES = 4;
const VERSION_BYTES = 1;
const KIND_BYTES = 1;
const AROUND_BYTES = VERSION_BYTES + HPKE_ENC_BYTES + HPKE_TAG_BYTES;
const INFO = Buffer.from("asfaleia/1 envelope");
const AAD = Uint8Array.of(ENVELOPE_VERSION);

/** By their byte. */
const KINDS = ["opening", "first", "message"] as const;
const HEAD_BYTES = { opening: SENDER_KEY_BYTES, first: SHORT_ID_BYTES, message: SHORT_ID_BYTES } as const;

/**
 * `opening`: the first from somebody whom the receiver has told no short id. `first`: what opens a session anew, from
 * somebody known. `message`: everything else.
 */
export type EnvelopeKind = (typeof KINDS)[number];

/** Who an envelope is from, and what libsignal made: a PreKeySignalMessage, in a `message` a SignalMessage. */
export type Inner =
  | {
      readonly kind: "opening";
      /** The sender's device key, 33 bytes. Its form is looked at where it is used. */
      readonly deviceKey: Uint8Array;
      readonly ciphertext: Uint8Array;
    }
  | {
      readonly kind: "first" | "message";
      /** 16 bytes, drawn by the receiver. */
      readonly shortId: Uint8Array;
      readonly ciphertext: Uint8Array;
    };

/**
 * The most bytes of libsignal ciphertext that an envelope holds.
 * @throws RangeError for a size that no envelope has
 */
export function capacityOf(size: number, kind: EnvelopeKind): number {
  if (!isEnvelopeSize(size)) throw new RangeError("no envelope has this size");
  return size - AROUND_BYTES - KIND_BYTES - HEAD_BYTES[kind] - LENGTH_BYTES;
}

/**
 * Seals for a device, each time anew: nothing ties two envelopes of one content to each other.
 * @param xwingPublic the receiving device's, 1216 bytes
 * @param options `size`: one of ENVELOPE_SIZES; without it, the smallest that fits
 * @throws RangeError for what fits no envelope, not the size asked for, or is empty, and for a head of a wrong length;
 *   XwingError `bad-public-key`
 */
export function sealEnvelope(
  inner: Inner,
  xwingPublic: Uint8Array,
  options: { readonly size?: number } = {},
): Uint8Array {
  const { kind, ciphertext } = inner;
  const size = options.size ?? ENVELOPE_SIZES.find((each) => ciphertext.length <= capacityOf(each, kind));
  if (size === undefined || ciphertext.length > capacityOf(size, kind)) {
    throw new RangeError("too long for its envelope");
  }
  const { enc, ciphertext: box } = seal(xwingPublic, INFO, AAD, writeInner(inner, size - AROUND_BYTES));
  const envelope = new Uint8Array(size);
  envelope.set(AAD);
  envelope.set(enc, VERSION_BYTES);
  envelope.set(box, VERSION_BYTES + HPKE_ENC_BYTES);
  return envelope;
}

/**
 * Opens an envelope.
 * @returns what is inside, or undefined for any bytes that are no envelope for this key. Throws for none.
 */
export function openEnvelope(bytes: Uint8Array, key: XwingKey): Inner | undefined {
  if (!isEnvelopeSize(bytes.length) || bytes[0] !== ENVELOPE_VERSION) return undefined;
  const enc = bytes.subarray(VERSION_BYTES, VERSION_BYTES + HPKE_ENC_BYTES);
  const plaintext = open(key, enc, INFO, AAD, bytes.subarray(VERSION_BYTES + HPKE_ENC_BYTES));
  return plaintext === undefined ? undefined : readInner(plaintext);
}

function isEnvelopeSize(size: number): boolean {
  return ENVELOPE_SIZES.some((each) => each === size);
}

function writeInner(inner: Inner, length: number): Uint8Array {
  const { kind, ciphertext } = inner;
  const head = inner.kind === "opening" ? inner.deviceKey : inner.shortId;
  if (head.length !== HEAD_BYTES[kind]) throw new RangeError("the sender's name has a wrong length");
  if (ciphertext.length === 0) throw new RangeError("an envelope without content");
  const plaintext = new Uint8Array(length);
  plaintext[0] = KINDS.indexOf(kind);
  plaintext.set(head, KIND_BYTES);
  const at = KIND_BYTES + head.length;
  new DataView(plaintext.buffer).setUint32(at, ciphertext.length);
  plaintext.set(ciphertext, at + LENGTH_BYTES);
  return plaintext;
}

function readInner(plaintext: Uint8Array): Inner | undefined {
  const kind = KINDS[plaintext[0]!];
  if (kind === undefined) return undefined;
  const at = KIND_BYTES + HEAD_BYTES[kind];
  const start = at + LENGTH_BYTES;
  const length = new DataView(plaintext.buffer, plaintext.byteOffset).getUint32(at);
  if (length === 0 || length > plaintext.length - start) return undefined;
  if (!isZeroFrom(plaintext, start + length)) return undefined;
  const head = plaintext.slice(KIND_BYTES, at);
  const ciphertext = plaintext.slice(start, start + length);
  return kind === "opening" ? { kind, deviceKey: head, ciphertext } : { kind, shortId: head, ciphertext };
}

/** A loop, because `every` takes longer over a large padding than all of the cryptography. */
function isZeroFrom(bytes: Uint8Array, start: number): boolean {
  for (let at = start; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}
