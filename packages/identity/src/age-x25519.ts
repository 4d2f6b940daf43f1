/**
 * X25519 (RFC 7748) on raw 32-byte scalars and points.
 *
 * By OpenSSL, which works in constant time; scalars here are long-term secrets, so a bigint implementation would
 * not do. It takes raw keys only inside their DER frames.
 */
import { createPrivateKey, createPublicKey, diffieHellman } from "node:crypto";
import { concat, wipe } from "./bytes.ts";

/** Bytes of a scalar, a point and a shared secret. */
export const X25519_BYTES = 32;

// RFC 8410: PKCS#8 and SubjectPublicKeyInfo up to the raw key.
const PKCS8_FRAME = Buffer.from("302e020100300506032b656e04220420", "hex");
const SPKI_FRAME = Buffer.from("302a300506032b656e032100", "hex");
const BASE_POINT = Uint8Array.from({ length: X25519_BYTES }, (_, i) => (i === 0 ? 9 : 0));

/**
 * The scalar times the point.
 * @throws Error where the result is all zero, that is, where the point has a small order (RFC 7748 section 6.1)
 */
export function x25519(scalar: Uint8Array, point: Uint8Array): Uint8Array {
  const pkcs8 = Buffer.from(concat(PKCS8_FRAME, scalar).buffer);
  const spki = Buffer.concat([SPKI_FRAME, point]);
  try {
    return diffieHellman({
      privateKey: createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }),
      publicKey: createPublicKey({ key: spki, format: "der", type: "spki" }),
    });
  } finally {
    wipe(pkcs8);
  }
}

/** The public point of a scalar. */
export function x25519PublicPoint(scalar: Uint8Array): Uint8Array {
  return x25519(scalar, BASE_POINT);
}
