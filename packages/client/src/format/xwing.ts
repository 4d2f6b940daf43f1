/**
 * X-Wing (draft-connolly-cfrg-xwing-kem-10): the hybrid of ML-KEM-768 (FIPS 203) and X25519 (RFC 7748), safe while
 * either of them is.
 *
 * Both come from OpenSSL, which works in constant time. It takes raw keys only inside their DER frames. A ciphertext made
 * for another key gives another secret and no error (implicit rejection, FIPS 203 section 6.3).
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  decapsulate as mlkemDecapsulate,
  encapsulate as mlkemEncapsulate,
} from "node:crypto";

/** Bytes of the seed that is the private key. */
export const XWING_SEED_BYTES = 32;
/** Bytes of a public key: ML-KEM-768's, then X25519's. */
export const XWING_PUBLIC_BYTES = 1216;
/** Bytes of a ciphertext: ML-KEM-768's, then an X25519 point. */
export const XWING_CIPHERTEXT_BYTES = 1120;

const X25519_BYTES = 32;
const MLKEM_SEED_BYTES = 64;
const MLKEM_PUBLIC_BYTES = XWING_PUBLIC_BYTES - X25519_BYTES;
const MLKEM_CIPHERTEXT_BYTES = XWING_CIPHERTEXT_BYTES - X25519_BYTES;
const LABEL = Buffer.from("\\.//^\\");

// PKCS#8 and SubjectPublicKeyInfo up to the raw key: RFC 9935 (the private key as its seed) and RFC 8410.
const MLKEM_PKCS8 = Buffer.from("3054020100300b060960864801650304040204428040", "hex");
const MLKEM_SPKI = Buffer.from("308204b2300b0609608648016503040402038204a100", "hex");
const X25519_PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const X25519_SPKI = Buffer.from("302a300506032b656e032100", "hex");

const XWING_ERRORS = {
  "bad-public-key": "this is no X-Wing public key",
  "bad-ciphertext": "this is no X-Wing ciphertext",
} as const;

/** A closed set. */
export type XwingErrorCode = keyof typeof XWING_ERRORS;

/** Bytes from somebody else that no honest X-Wing makes. Tells nothing of a private key. */
export class XwingError extends Error {
  readonly code: XwingErrorCode;

  constructor(code: XwingErrorCode) {
    super(XWING_ERRORS[code]);
    this.name = "XwingError";
    this.code = code;
  }
}

/** A private key. */
export interface XwingKey {
  /** 1216 bytes. */
  readonly publicKey: Uint8Array;
  /**
   * @param ciphertext 1120 bytes
   * @returns the shared secret, 32 bytes; another one where the ciphertext was made for another key
   * @throws XwingError `bad-ciphertext` for a wrong length, or a point of small order
   */
  decapsulate(ciphertext: Uint8Array): Uint8Array;
}

/**
 * The key of a seed (section 5.2), expanded once.
 * @param seed 32 random bytes
 * @throws RangeError for any other length
 */
export function xwingKeyFromSeed(seed: Uint8Array): XwingKey {
  if (seed.length !== XWING_SEED_BYTES) throw new RangeError(`a seed has ${XWING_SEED_BYTES} bytes`);
  const expanded = createHash("shake256", { outputLength: MLKEM_SEED_BYTES + X25519_BYTES })
    .update(seed)
    .digest();
  const mlkem = privateKey(MLKEM_PKCS8, expanded.subarray(0, MLKEM_SEED_BYTES));
  const x25519 = privateKey(X25519_PKCS8, expanded.subarray(MLKEM_SEED_BYTES));
  expanded.fill(0);
  const point = rawPublicKey(createPublicKey(x25519), X25519_BYTES);
  const mlkemPublicKey = rawPublicKey(createPublicKey(mlkem), MLKEM_PUBLIC_BYTES);
  return {
    publicKey: new Uint8Array(Buffer.concat([mlkemPublicKey, point])),
    decapsulate(ciphertext) {
      if (ciphertext.length !== XWING_CIPHERTEXT_BYTES) throw new XwingError("bad-ciphertext");
      const theirPoint = ciphertext.subarray(MLKEM_CIPHERTEXT_BYTES);
      const shared = orElse("bad-ciphertext", () => ({
        mlkem: mlkemDecapsulate(mlkem, ciphertext.subarray(0, MLKEM_CIPHERTEXT_BYTES)),
        x25519: diffieHellman({ privateKey: x25519, publicKey: publicKeyOf(X25519_SPKI, theirPoint) }),
      }));
      return combine(shared.mlkem, shared.x25519, theirPoint, point);
    },
  };
}

/** What a sender makes of a public key: the secret to keep and the ciphertext to send. */
export interface Encapsulated {
  /** 32 bytes. */
  readonly sharedSecret: Uint8Array;
  /** 1120 bytes. */
  readonly ciphertext: Uint8Array;
}

/**
 * A fresh secret shared with the holder of a key (section 5.4).
 * @param publicKey 1216 bytes
 * @throws XwingError `bad-public-key` for a wrong length, a point of small order, or what FIPS 203 section 7.2 refuses
 */
export function encapsulate(publicKey: Uint8Array): Encapsulated {
  if (publicKey.length !== XWING_PUBLIC_BYTES) throw new XwingError("bad-public-key");
  const theirPoint = publicKey.subarray(MLKEM_PUBLIC_BYTES);
  const once = generateKeyPairSync("x25519");
  const point = rawPublicKey(once.publicKey, X25519_BYTES);
  const { mlkem, x25519 } = orElse("bad-public-key", () => ({
    mlkem: mlkemEncapsulate(publicKeyOf(MLKEM_SPKI, publicKey.subarray(0, MLKEM_PUBLIC_BYTES))),
    x25519: diffieHellman({
      privateKey: once.privateKey,
      publicKey: publicKeyOf(X25519_SPKI, theirPoint),
    }),
  }));
  return {
    sharedSecret: combine(mlkem.sharedKey, x25519, point, theirPoint),
    ciphertext: new Uint8Array(Buffer.concat([mlkem.ciphertext, point])),
  };
}

/** Section 5.3. */
function combine(mlkem: Buffer, x25519: Buffer, sentPoint: Uint8Array, keyPoint: Uint8Array): Uint8Array {
  const hash = createHash("sha3-256").update(mlkem).update(x25519).update(sentPoint).update(keyPoint);
  const secret = new Uint8Array(hash.update(LABEL).digest());
  mlkem.fill(0);
  x25519.fill(0);
  return secret;
}

/** What OpenSSL finds wrong with bytes has no type of its own; a TypeError or ReferenceError is a mistake of ours. */
function orElse<T>(code: XwingErrorCode, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TypeError || error instanceof ReferenceError) throw error;
    throw new XwingError(code);
  }
}

function privateKey(frame: Uint8Array, raw: Uint8Array): KeyObject {
  const der = Buffer.concat([frame, raw]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  der.fill(0);
  return key;
}

function publicKeyOf(frame: Uint8Array, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([frame, raw]), format: "der", type: "spki" });
}

function rawPublicKey(key: KeyObject, length: number): Uint8Array {
  return key.export({ format: "der", type: "spki" }).subarray(-length);
}
