import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { equal, toBase64 } from "./bytes.ts";
import { KeyError } from "./errors.ts";
import { KEY_TYPES, type KeyType } from "./keytypes.ts";
import { MAX_PUBLIC_KEY_BYTES, type Material, readBlob } from "./material.ts";
import { decodeSpki, encodeSpki } from "./spki.ts";
import { WireWriter } from "./wire.ts";

export type { KeyType } from "./keytypes.ts";

/** A checked public key. Make one only with the functions here. */
export interface PublicKey {
  readonly type: KeyType;
  /** The canonical OpenSSH blob, a copy of its own: do not write to it. */
  readonly blob: Uint8Array;
  /** Size as `ssh-keygen -l` tells it. */
  readonly bits: number;
  /** Only of sk- keys: the FIDO application, as a rule `ssh:`. */
  readonly application?: string;
}

/** OpenSSL's form of a key, made once; the key can be collected all the same. */
const keyObjects = new WeakMap<PublicKey, KeyObject>();

/**
 * Reads an OpenSSH public key blob (RFC 4253 §6.6, RFC 5656, RFC 8709, PROTOCOL.u2f). Only the canonical encoding of a
 * valid key is taken. Throws KeyError `bad-key`, `weak-key` or `unsupported-key`.
 */
export function publicKeyFromBlob(blob: Uint8Array): PublicKey {
  const own = new Uint8Array(blob);
  const { material, ...facts } = readBlob(own);
  const key: PublicKey = Object.freeze({ ...facts, blob: own });
  // Only OpenSSL knows whether a point is on its curve; for the other families its form waits until it is needed.
  if (material.family === "ecdsa") keyObjects.set(key, importMaterial(material));
  return key;
}

/**
 * Reads a DER SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): exactly one, in the encoding that exporting gives again.
 * Throws KeyError `bad-key`, `weak-key` or `unsupported-key`.
 */
export function publicKeyFromSpki(spki: Uint8Array): PublicKey {
  if (spki.length > MAX_PUBLIC_KEY_BYTES) throw new KeyError("bad-key", "the public key is too long");
  const material = decodeSpki(spki);
  const key = publicKeyFromMaterial(material);
  if (!equal(encodeSpki(material), spki)) {
    throw new KeyError("bad-key", "the key is not in its canonical DER form; export it again");
  }
  return key;
}

/**
 * Reads what a packet's public key field carries after base64: an SPKI, which starts with 0x30, or a blob, which starts
 * with the length of a short name. Throws KeyError `bad-key`, `weak-key` or `unsupported-key`.
 */
export function publicKeyFromField(bytes: Uint8Array): PublicKey {
  if (bytes[0] === 0x30) return publicKeyFromSpki(bytes);
  if (bytes[0] === 0x00) return publicKeyFromBlob(bytes);
  throw new KeyError("bad-key", "a public key must be an OpenSSH blob or a DER SubjectPublicKeyInfo");
}

/** The key made of these numbers, after the checks of `publicKeyFromBlob`. */
export function publicKeyFromMaterial(material: Material): PublicKey {
  const writer = new WireWriter();
  switch (material.family) {
    case "ed25519":
      writer.string("ssh-ed25519").string(material.point);
      break;
    case "rsa":
      writer.string("ssh-rsa").mpint(material.exponent).mpint(material.modulus);
      break;
    case "ecdsa": {
      const { name } = material.curve;
      writer.string(`ecdsa-sha2-${name}`).string(name).string(material.point);
      break;
    }
  }
  return publicKeyFromBlob(writer.bytes());
}

/** The DER SubjectPublicKeyInfo of a key; of an sk- key that of the key in the authenticator. */
export function publicKeySpki(key: PublicKey): Uint8Array {
  return encodeSpki(readBlob(key.blob).material);
}

/** Standard base64 of the blob: the middle word of a .pub line. */
export function publicKeyBase64(key: PublicKey): string {
  return toBase64(key.blob);
}

/** `SHA256:` and 43 characters, as `ssh-keygen -l` prints it: SHA-256 of the blob in base64 without padding. */
export function fingerprint(key: PublicKey): string {
  return `SHA256:${createHash("sha256").update(key.blob).digest("base64").slice(0, -1)}`;
}

/** What `ssh-keygen -l` calls the type, such as `ED25519-SK`. */
export function keyTypeLabel(key: PublicKey): string {
  return KEY_TYPES[key.type].label;
}

/** Do both name the same mailbox? */
export function sameKey(a: PublicKey, b: PublicKey): boolean {
  return equal(a.blob, b.blob);
}

/** The key for node:crypto, made once per PublicKey. Of an sk- key the plain ed25519 or P-256 key in the authenticator. */
export function keyObject(key: PublicKey): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const made = importMaterial(readBlob(key.blob).material);
  keyObjects.set(key, made);
  return made;
}

function importMaterial(material: Material): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(encodeSpki(material)), format: "der", type: "spki" });
  } catch {
    throw new KeyError("bad-key", "the key is not a valid one of its type (a point off the curve?)");
  }
}
