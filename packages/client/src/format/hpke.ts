/**
 * HPKE (RFC 9180), base mode, one message a key: X-Wing (KEM 0x647a), HKDF-SHA256 (0x0001), ChaCha20-Poly1305 (0x0003).
 */
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { encapsulate, XWING_CIPHERTEXT_BYTES, XwingError, type XwingKey } from "./xwing.ts";

/** Bytes of an encapsulated key. */
export const HPKE_ENC_BYTES = XWING_CIPHERTEXT_BYTES;
/** What a ciphertext is longer than its plaintext. */
export const HPKE_TAG_BYTES = 16;

const AEAD = "chacha20-poly1305";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const BASE_MODE = Uint8Array.of(0);
const NOTHING = new Uint8Array(0);
const VERSION = Buffer.from("HPKE-v1");
const SUITE = Buffer.from([...Buffer.from("HPKE"), 0x64, 0x7a, 0x00, 0x01, 0x00, 0x03]);

export interface Sealed {
  /** The encapsulated key, 1120 bytes. */
  readonly enc: Uint8Array;
  /** 16 bytes longer than the plaintext. */
  readonly ciphertext: Uint8Array;
}

/**
 * Seals for the holder of a key (RFC 9180 section 6.1, SealBase).
 * @param publicKey X-Wing, 1216 bytes
 * @param info what it is for
 * @param aad what else it is bound to; both must be the same on opening
 * @throws XwingError `bad-public-key`
 */
export function seal(
  publicKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Sealed {
  const { sharedSecret, ciphertext: enc } = encapsulate(publicKey);
  const { key, nonce } = schedule(sharedSecret, info);
  const cipher = createCipheriv(AEAD, key, nonce, { authTagLength: HPKE_TAG_BYTES });
  cipher.setAAD(aad, { plaintextLength: plaintext.length });
  const parts = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
  return { enc, ciphertext: new Uint8Array(Buffer.concat(parts)) };
}

/**
 * Opens what was sealed for this key (OpenBase).
 * @returns the plaintext, or undefined where it was not sealed so
 */
export function open(
  key: XwingKey,
  enc: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const length = ciphertext.length - HPKE_TAG_BYTES;
  if (length < 0) return undefined;
  const sharedSecret = decapsulated(key, enc);
  if (sharedSecret === undefined) return undefined;
  const derived = schedule(sharedSecret, info);
  const decipher = createDecipheriv(AEAD, derived.key, derived.nonce, { authTagLength: HPKE_TAG_BYTES });
  decipher.setAAD(aad, { plaintextLength: length });
  decipher.setAuthTag(ciphertext.subarray(length));
  const plaintext = decipher.update(ciphertext.subarray(0, length));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return new Uint8Array(plaintext);
}

function decapsulated(key: XwingKey, enc: Uint8Array): Uint8Array | undefined {
  try {
    return key.decapsulate(enc);
  } catch (error) {
    if (error instanceof XwingError) return undefined;
    throw error;
  }
}

/** Section 5.1, with no pre-shared key. As one key seals one message, the base nonce is the nonce. */
function schedule(sharedSecret: Uint8Array, info: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const context = Buffer.concat([
    BASE_MODE,
    extract(NOTHING, "psk_id_hash", NOTHING),
    extract(NOTHING, "info_hash", info),
  ]);
  const secret = extract(sharedSecret, "secret", NOTHING);
  return {
    key: expand(secret, "key", context, KEY_BYTES),
    nonce: expand(secret, "base_nonce", context, NONCE_BYTES),
  };
}

/** LabeledExtract (section 4). */
function extract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return createHmac("sha256", salt).update(VERSION).update(SUITE).update(label).update(ikm).digest();
}

/** LabeledExpand (section 4), for at most 32 bytes: one round of HKDF-Expand (RFC 5869 section 2.3). */
function expand(secret: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  const hmac = createHmac("sha256", secret).update(Uint8Array.of(0, length)).update(VERSION).update(SUITE);
  return hmac.update(label).update(info).update(Uint8Array.of(1)).digest().subarray(0, length);
}
