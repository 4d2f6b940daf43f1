/**
 * age's `ssh-ed25519` stanza (https://age-encryption.org/v1, and package agessh of FiloSottile/age):
 *
 *     -> ssh-ed25519 <tag of the SSH key> <ephemeral X25519 point>
 *     <file key under ChaCha20-Poly1305>
 *
 * The SSH key is taken over to X25519, and the shared secret is multiplied by a tweak made of the SSH key's blob,
 * so that it is bound to the SSH key and not to the point alone.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { type Identity, type Recipient, Stanza } from "age-encryption";
import { base64Raw, bytesOfBase64Raw, sshTag } from "./age-tag.ts";
import { X25519_BYTES, x25519, x25519PublicPoint } from "./age-x25519.ts";
import { concat, wipe } from "./bytes.ts";
import { KeyError } from "./errors.ts";
import { readBlob } from "./material.ts";
import type { PrivateKey } from "./privatekey.ts";
import type { PublicKey } from "./publickey.ts";

const TYPE = "ssh-ed25519";
const LABEL = "age-encryption.org/v1/ssh-ed25519";
const FILE_KEY_BYTES = 16;
const AEAD_TAG_BYTES = 16;
// Each wrapping key seals one file key, so the nonce is fixed.
const NONCE = new Uint8Array(12);

/**
 * What seals a file key for an ssh-ed25519 key.
 * @throws KeyError `bad-key` where the key is no point of the curve
 */
export function ed25519Recipient(key: PublicKey): Recipient {
  const theirPoint = montgomeryPoint(key);
  return {
    wrapFileKey(fileKey: Uint8Array): Stanza[] {
      const ephemeral = randomBytes(X25519_BYTES);
      const share = x25519PublicPoint(ephemeral);
      const shared = x25519(ephemeral, theirPoint);
      const wrapping = wrappingKey(shared, key, share, theirPoint);
      try {
        return [new Stanza([TYPE, sshTag(key), base64Raw(share)], seal(wrapping, fileKey))];
      } finally {
        wipe(ephemeral, shared, wrapping);
      }
    },
  };
}

/** What opens file keys with an ssh-ed25519 key. The contract of `unwrapFileKey` is that of typage's Identity. */
export function ed25519Identity(key: PrivateKey): Identity {
  return {
    unwrapFileKey(stanzas: Stanza[]): Uint8Array | null {
      for (const stanza of stanzas) {
        if (stanza.args[0] !== TYPE) continue;
        const share = shareOf(stanza);
        if (stanza.args[1] === sshTag(key.publicKey)) return unwrap(key, share, stanza.body);
      }
      return null;
    },
  };
}

/** @throws Error where a stanza of this type is malformed, whoever it is for, as in age */
function shareOf(stanza: Stanza): Uint8Array {
  const share = stanza.args.length === 3 ? bytesOfBase64Raw(stanza.args[2]!) : null;
  if (share?.length !== X25519_BYTES) throw new Error("malformed ssh-ed25519 stanza");
  return share;
}

function unwrap(key: PrivateKey, share: Uint8Array, body: Uint8Array): Uint8Array {
  // Any other length would let one stanza open under more than one key (age, "X25519 recipient stanza").
  if (body.length !== FILE_KEY_BYTES + AEAD_TAG_BYTES) throw new Error("malformed ssh-ed25519 stanza");
  const secrets = [montgomeryScalar(key.keyObject)];
  const [scalar] = secrets as [Uint8Array];
  try {
    const shared = x25519(scalar, share);
    secrets.push(shared);
    const wrapping = wrappingKey(shared, key.publicKey, share, x25519PublicPoint(scalar));
    secrets.push(wrapping);
    return open(wrapping, body);
  } finally {
    wipe(...secrets);
  }
}

function wrappingKey(
  shared: Uint8Array,
  key: PublicKey,
  share: Uint8Array,
  theirPoint: Uint8Array,
): Uint8Array {
  const tweak = hkdf(new Uint8Array(0), key.blob);
  const tweaked = x25519(tweak, shared);
  try {
    return hkdf(tweaked, concat(share, theirPoint));
  } finally {
    wipe(tweaked);
  }
}

function hkdf(secret: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, salt, LABEL, 32));
}

function montgomeryPoint(key: PublicKey): Uint8Array {
  const { material } = readBlob(key.blob);
  if (material.family !== "ed25519") throw new TypeError("not an ed25519 key");
  try {
    return ed25519.utils.toMontgomery(material.point);
  } catch {
    throw new KeyError("bad-key", "the ed25519 key is no point of the curve; copy it again");
  }
}

/** The scalar that RFC 8032 section 5.1.5 makes from the seed; X25519 clamps it. */
function montgomeryScalar(key: KeyObject): Uint8Array {
  const pkcs8 = key.export({ format: "der", type: "pkcs8" });
  const hash = createHash("sha512").update(pkcs8.subarray(-X25519_BYTES)).digest();
  try {
    return concat(hash.subarray(0, X25519_BYTES));
  } finally {
    wipe(pkcs8, hash);
  }
}

function seal(key: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv("chacha20-poly1305", key, NONCE, { authTagLength: AEAD_TAG_BYTES });
  return concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

/** @throws Error where the seal is broken */
function open(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv("chacha20-poly1305", key, NONCE, { authTagLength: AEAD_TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-AEAD_TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(0, -AEAD_TAG_BYTES));
  decipher.final();
  return plaintext;
}
