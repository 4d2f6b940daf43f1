import { KeyError } from "./errors.ts";
import { type Curve, isKeyType, KEY_TYPES, type KeyType } from "./keytypes.ts";
import { WireReader } from "./wire.ts";

/** Below this a relay refuses an RSA key unless its operator allows it. The relay enforces it, not the parser. */
export const RSA_MIN_BITS_DEFAULT = 2048;
/** Below this an RSA modulus is refused everywhere: 1024 bits is the article's own example. */
export const RSA_MIN_BITS = 1024;
/** OpenSSH stops at 16384; verifying time grows with the square. */
export const RSA_MAX_BITS = 8192;
/** An exponent is below 2^32. */
export const RSA_MAX_EXPONENT_BYTES = 4;
/** The longest `application` of a security key: a URL at most, in practice `ssh:`. */
export const MAX_APPLICATION_BYTES = 1024;
/** The longest public key in any form: RSA 8192 takes 1,074 bytes as SPKI, sk-ecdsa 1,147 with the longest application. */
export const MAX_PUBLIC_KEY_BYTES = 2048;

/** The numbers inside a public key. */
export type Material =
  | { readonly family: "ed25519"; readonly point: Uint8Array }
  | { readonly family: "rsa"; readonly exponent: Uint8Array; readonly modulus: Uint8Array }
  | { readonly family: "ecdsa"; readonly curve: Curve; readonly point: Uint8Array };

export interface ParsedBlob {
  readonly type: KeyType;
  readonly material: Material;
  readonly bits: number;
  readonly application?: string;
}

/**
 * Reads a public key blob (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4, PROTOCOL.u2f) whose every byte is prescribed by
 * the key, so that one key has one blob. Does not check that a point is on its curve. Returns views.
 * Throws KeyError `bad-key`, `weak-key` or `unsupported-key`.
 */
export function readBlob(blob: Uint8Array): ParsedBlob {
  if (blob.length > MAX_PUBLIC_KEY_BYTES) throw new KeyError("bad-key", "the public key is too long");
  const reader = new WireReader(blob);
  const type = reader.text();
  if (!isKeyType(type)) throw unsupportedType();
  const { sk } = KEY_TYPES[type];
  const material = readMaterial(reader, type);
  const application = sk ? readApplication(reader) : undefined;
  reader.end();
  const bits = materialBits(material);
  return application === undefined ? { type, material, bits } : { type, material, bits, application };
}

export function unsupportedType(): KeyError {
  return new KeyError("unsupported-key", "this type of key is not supported; use ed25519, rsa or ecdsa");
}

function readMaterial(reader: WireReader, type: KeyType): Material {
  const { family, curve } = KEY_TYPES[type];
  if (family === "rsa") {
    const exponent = reader.mpint();
    const modulus = reader.mpint();
    checkRsa(exponent, modulus);
    return { family, exponent, modulus };
  }
  if (family === "ed25519") {
    const point = reader.string();
    checkEd25519(point);
    return { family, point };
  }
  if (reader.text() !== curve!.name)
    throw new KeyError("bad-key", "the curve does not fit the type of the key");
  const point = reader.string();
  if (point.length !== 1 + 2 * curve!.coordinateBytes || point[0] !== 0x04) {
    throw new KeyError("bad-key", "the point of the key must be uncompressed and of its curve's length");
  }
  return { family, curve: curve!, point };
}

function readApplication(reader: WireReader): string {
  const application = reader.text();
  if (Buffer.byteLength(application) > MAX_APPLICATION_BYTES) {
    throw new KeyError("bad-key", "the application of the security key is too long");
  }
  return application;
}

function materialBits(material: Material): number {
  if (material.family === "rsa") return bitLength(material.modulus);
  return material.family === "ecdsa" ? material.curve.bits : 256;
}

function bitLength(magnitude: Uint8Array): number {
  return magnitude.length === 0 ? 0 : magnitude.length * 8 - (Math.clz32(magnitude[0]!) - 24);
}

function checkRsa(exponent: Uint8Array, modulus: Uint8Array): void {
  const bits = bitLength(modulus);
  if (bits < RSA_MIN_BITS) throw new KeyError("weak-key", `the rsa key is shorter than ${RSA_MIN_BITS} bits`);
  if (bits > RSA_MAX_BITS) {
    throw new KeyError("unsupported-key", `the rsa key is longer than ${RSA_MAX_BITS} bits`);
  }
  if (exponent.length > RSA_MAX_EXPONENT_BYTES) {
    throw new KeyError("unsupported-key", "the rsa key has an exponent of 2^32 or more");
  }
  const even = (exponent.at(-1) ?? 0) % 2 === 0 || modulus.at(-1)! % 2 === 0;
  const one = exponent.length === 1 && exponent[0] === 1;
  if (even || one) throw new KeyError("bad-key", "the rsa key has an impossible modulus or exponent");
}

/** The points of order 1, 2, 4 and 8 (RFC 8032 §5.1.2 encoding, sign bit cleared): anyone can sign for them. */
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]);

/**
 * Refuses second encodings (y not below 2^255 − 19) and points of small order. A y that belongs to no point is let
 * pass: finding out costs a square root, and no signature verifies under it.
 */
function checkEd25519(point: Uint8Array): void {
  if (point.length !== 32) throw new KeyError("bad-key", "an ed25519 key must be 32 bytes");
  const y = Uint8Array.from(point);
  y[31]! &= 0x7f;
  if (y[0]! >= 0xed && y[31] === 0x7f && y.subarray(1, 31).every((byte) => byte === 0xff)) {
    throw new KeyError("bad-key", "the ed25519 key is not in its canonical form");
  }
  if (SMALL_ORDER.has(Buffer.from(y).toString("hex"))) {
    throw new KeyError("weak-key", "the ed25519 key is a point of small order; make a new key");
  }
}
