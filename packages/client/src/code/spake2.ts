/**
 * SPAKE2 (RFC 9382), P256-SHA256-HKDF-HMAC: two sides that share a few words agree on a key, and whoever does not know
 * the words can try one guess in each run, and none afterwards.
 */
import { createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";

/** An uncompressed point (SEC 1, section 2.3.3). */
export const SHARE_BYTES = 65;
export const CONFIRMATION_BYTES = 32;
/** Bytes that `scalarFrom` takes: 64 bits more than the order has, so that no scalar is likelier than another. */
export const WIDE_BYTES = 40;

const KEY_BYTES = 16;
const UNCOMPRESSED = 4;
const NOTHING = new Uint8Array(0);
const { Point } = p256;
const { Fn } = Point;

/** Section 6, table 1. */
const M = Point.fromHex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f");
const N = Point.fromHex("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49");

export type Role = "A" | "B";

/** What both sides must have alike. */
export interface Agreement {
  /** The password as a scalar, 1 to the order of P-256 less one. */
  readonly w: bigint;
  /** Who A and B are; may be empty. Part of the key. */
  readonly idA: Uint8Array;
  readonly idB: Uint8Array;
}

/** The first half of a run of one side; good for one `finish`. */
export interface Start {
  readonly role: Role;
  /** 65 bytes for the other side. */
  readonly share: Uint8Array;
  /** Secret. */
  readonly scalar: bigint;
}

export interface Finish {
  /** Ke, 16 bytes: shared, where the confirmation of the other side holds. Not to be used before. */
  readonly key: Uint8Array;
  /** Of this side, 32 bytes for the other. */
  readonly confirmation: Uint8Array;
  /** Whether the other side's confirmation holds: both know the password, and saw the same messages. */
  confirms(theirs: Uint8Array): boolean;
}

/**
 * Whole numbers from random bytes or a hash, each as likely as any (section 3.2).
 * @param wide WIDE_BYTES at least
 * @returns 1 to the order of P-256 less one
 */
export function scalarFrom(wide: Uint8Array): bigint {
  if (wide.length < WIDE_BYTES) throw new RangeError(`a scalar is made from ${WIDE_BYTES} bytes at least`);
  return (BigInt(`0x${Buffer.from(wide).toString("hex")}`) % (Fn.ORDER - 1n)) + 1n;
}

/**
 * Begins a run (section 3.3): `X + w*M` for A, `Y + w*N` for B.
 * @param scalar fresh for each run, from `scalarFrom`
 */
export function start(role: Role, { w }: Pick<Agreement, "w">, scalar: bigint): Start {
  const mask = (role === "A" ? M : N).multiply(w);
  return { role, share: Point.BASE.multiply(scalar).add(mask).toBytes(false), scalar };
}

/** Whether bytes are a share: an uncompressed point of the curve. The point at infinity has no such form. */
export function isShare(bytes: Uint8Array): boolean {
  if (bytes.length !== SHARE_BYTES || bytes[0] !== UNCOMPRESSED) return false;
  try {
    Point.fromBytes(bytes).assertValidity();
    return true;
  } catch {
    return false;
  }
}

/**
 * Ends a run with the other side's share: the key schedule and the confirmations (sections 3.3 and 4). The cofactor is 1.
 * @param aad what else both must have alike; part of the confirmations only
 * @returns undefined for what is no share, or one that makes no secret
 */
export function finish(
  begun: Start,
  { w, idA, idB }: Agreement,
  theirs: Uint8Array,
  aad: Uint8Array = NOTHING,
): Finish | undefined {
  if (!isShare(theirs)) return undefined;
  const { role, share, scalar } = begun;
  const unmasked = Point.fromBytes(theirs).subtract((role === "A" ? N : M).multiply(w));
  if (unmasked.is0()) return undefined;
  const secret = unmasked.multiply(scalar).toBytes(false);
  const [pA, pB] = role === "A" ? [share, theirs] : [theirs, share];
  const transcript = Buffer.concat([idA, idB, pA, pB, secret, Fn.toBytes(w)].flatMap(withLength));
  const hash = createHash("sha256").update(transcript).digest();
  const confirmationKeys = Buffer.from(
    hkdfSync(
      "sha256",
      hash.subarray(KEY_BYTES),
      NOTHING,
      Buffer.concat([Buffer.from("ConfirmationKeys"), aad]),
      2 * KEY_BYTES,
    ),
  );
  const byA = mac(confirmationKeys.subarray(0, KEY_BYTES), transcript);
  const byB = mac(confirmationKeys.subarray(KEY_BYTES), transcript);
  const [own, expected] = role === "A" ? [byA, byB] : [byB, byA];
  return {
    key: new Uint8Array(hash.subarray(0, KEY_BYTES)),
    confirmation: own,
    confirms: (confirmation) =>
      confirmation.length === CONFIRMATION_BYTES && timingSafeEqual(confirmation, expected),
  };
}

/** Each part of the transcript after its length, 8 bytes, the lowest first. */
function withLength(part: Uint8Array): Uint8Array[] {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(part.length));
  return [length, part];
}

function mac(key: Uint8Array, transcript: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(transcript).digest());
}
