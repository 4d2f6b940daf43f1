import { createHash, sign as cryptoSign, verify as cryptoVerify, type KeyObject } from "node:crypto";
import { concat, padLeft } from "./bytes.ts";
import { KeyError } from "./errors.ts";
import { type Curve, KEY_TYPES, type KeyType } from "./keytypes.ts";
import { keyObject, type PublicKey } from "./publickey.ts";
import { WireReader, WireWriter } from "./wire.ts";

/** The longest signature blob: rsa-sha2-512 with 8192 bits takes 1,044 bytes. */
export const MAX_SIGNATURE_BYTES = 2048;
const ED25519_SIGNATURE_BYTES = 64;
/** FIDO flags (PROTOCOL.u2f, WebAuthn §6.1): somebody touched the authenticator. */
const USER_PRESENT = 0x01;

/** RFC 8332 §3. `ssh-rsa`, which is SHA-1, is not among them and never will be. */
const RSA_HASHES: Readonly<Record<string, string>> = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" };

/** The algorithm that our own signers put into a signature: the key's type, but rsa-sha2-512 for RSA. */
export function signatureAlgorithm(type: KeyType): string {
  return type === "ssh-rsa" ? "rsa-sha2-512" : type;
}

/** The algorithm named in a signature blob. Throws KeyError `bad-key` where there is none. */
export function namedAlgorithm(signatureBlob: Uint8Array): string {
  return new WireReader(signatureBlob).text();
}

/**
 * Is `signatureBlob` a signature of `data` by `key`? ed25519 (RFC 8709 §6), rsa-sha2-256 and -512 (RFC 8332 §3), ecdsa
 * (RFC 5656 §3.1.2), sk- (PROTOCOL.u2f). Anything malformed is false, as is an sk- signature given without a touch, unless
 * `requireTouch` is false.
 */
export function verifySignature(
  key: PublicKey,
  signatureBlob: Uint8Array,
  data: Uint8Array,
  options: { requireTouch?: boolean } = {},
): boolean {
  if (signatureBlob.length > MAX_SIGNATURE_BYTES) return false;
  try {
    const reader = new WireReader(signatureBlob);
    const algorithm = reader.text();
    const signature = reader.string();
    if (!KEY_TYPES[key.type].sk) {
      reader.end();
      return verifyBytes(key, algorithm, signature, data);
    }
    const flags = reader.byte();
    const counter = reader.uint32();
    reader.end();
    if ((options.requireTouch ?? true) && (flags & USER_PRESENT) === 0) return false;
    return verifyBytes(key, algorithm, signature, authenticatorData(key, flags, counter, data));
  } catch (error) {
    if (error instanceof KeyError) return false;
    throw error;
  }
}

/** Signs `data` with a private key in memory; `publicKey` is its other half and must not be an sk- key. */
export function makeSignature(publicKey: PublicKey, privateKey: KeyObject, data: Uint8Array): Uint8Array {
  const { family, curve } = KEY_TYPES[publicKey.type];
  const writer = new WireWriter().string(signatureAlgorithm(publicKey.type));
  if (family === "ed25519") return writer.string(cryptoSign(null, data, privateKey)).bytes();
  if (family === "rsa") return writer.string(cryptoSign("sha512", data, privateKey)).bytes();
  const pair = cryptoSign(curve!.hash, data, { key: privateKey, dsaEncoding: "ieee-p1363" });
  const r = pair.subarray(0, curve!.coordinateBytes);
  const s = pair.subarray(curve!.coordinateBytes);
  return writer.string(new WireWriter().mpint(r).mpint(s).bytes()).bytes();
}

function verifyBytes(key: PublicKey, algorithm: string, signature: Uint8Array, data: Uint8Array): boolean {
  const { family, curve } = KEY_TYPES[key.type];
  if (family === "rsa") {
    const hash = Object.hasOwn(RSA_HASHES, algorithm) ? RSA_HASHES[algorithm]! : undefined;
    if (hash === undefined || signature.length !== Math.ceil(key.bits / 8)) return false;
    return cryptoVerify(hash, data, keyObject(key), signature);
  }
  if (algorithm !== key.type) return false;
  if (family === "ed25519") {
    return (
      signature.length === ED25519_SIGNATURE_BYTES && cryptoVerify(null, data, keyObject(key), signature)
    );
  }
  const pair = readPair(signature, curve!);
  if (pair === undefined) return false;
  return cryptoVerify(curve!.hash, data, { key: keyObject(key), dsaEncoding: "ieee-p1363" }, pair);
}

/** r and s of RFC 5656 §3.1.2 side by side, as OpenSSL takes them; it checks that both are in the group. */
function readPair(signature: Uint8Array, curve: Curve): Uint8Array | undefined {
  const reader = new WireReader(signature);
  const r = padLeft(reader.mpint(), curve.coordinateBytes);
  const s = padLeft(reader.mpint(), curve.coordinateBytes);
  reader.end();
  return r === undefined || s === undefined ? undefined : concat(r, s);
}

/** What an authenticator signs (PROTOCOL.u2f, "SSH U2F signatures"). */
function authenticatorData(key: PublicKey, flags: number, counter: number, data: Uint8Array): Uint8Array {
  const application = createHash("sha256").update(key.application!).digest();
  const message = createHash("sha256").update(data).digest();
  return new WireWriter().raw(application).byte(flags).uint32(counter).raw(message).bytes();
}
