/**
 * age's `ssh-rsa` stanza (https://age-encryption.org/v1, and package agessh of FiloSottile/age):
 *
 *     -> ssh-rsa <tag of the SSH key>
 *     <file key under RSA-OAEP with SHA-256>
 */
import { constants, privateDecrypt, publicEncrypt } from "node:crypto";
import { type Identity, type Recipient, Stanza } from "age-encryption";
import { sshTag } from "./age-tag.ts";
import type { PrivateKey } from "./privatekey.ts";
import { keyObject, type PublicKey } from "./publickey.ts";

const TYPE = "ssh-rsa";
const FILE_KEY_BYTES = 16;
const OAEP = {
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: "sha256",
  oaepLabel: Buffer.from("age-encryption.org/v1/ssh-rsa"),
};

/** Bits that age asks of an RSA key to seal to it. */
export const MIN_AGE_RSA_BITS = 2048;

/** What seals a file key for an ssh-rsa key. */
export function rsaRecipient(key: PublicKey): Recipient {
  const publicKey = keyObject(key);
  return {
    wrapFileKey(fileKey: Uint8Array): Stanza[] {
      return [new Stanza([TYPE, sshTag(key)], publicEncrypt({ key: publicKey, ...OAEP }, fileKey))];
    },
  };
}

/** What opens file keys with an ssh-rsa key. The contract of `unwrapFileKey` is that of typage's Identity. */
export function rsaIdentity(key: PrivateKey): Identity {
  return {
    unwrapFileKey(stanzas: Stanza[]): Uint8Array | null {
      for (const stanza of stanzas) {
        if (stanza.args[0] !== TYPE) continue;
        if (stanza.args.length !== 2) throw new Error("malformed ssh-rsa stanza");
        if (stanza.args[1] === sshTag(key.publicKey)) return unwrap(key, stanza.body);
      }
      return null;
    },
  };
}

function unwrap(key: PrivateKey, body: Uint8Array): Uint8Array {
  if (body.length !== modulusBytes(key.publicKey)) throw new Error("malformed ssh-rsa stanza");
  const fileKey = privateDecrypt({ key: key.keyObject, ...OAEP }, body);
  if (fileKey.length !== FILE_KEY_BYTES) throw new Error("malformed ssh-rsa stanza");
  return fileKey;
}

/** Bytes of an RSA key's modulus, and so of what is encrypted or signed with it. */
export function modulusBytes(key: PublicKey): number {
  return Math.ceil(key.bits / 8);
}
