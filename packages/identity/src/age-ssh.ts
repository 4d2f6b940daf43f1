/** SSH keys as age recipients and identities: which keys can be, and which stanza each has. */
import type { Identity, Recipient } from "age-encryption";
import { ed25519Identity, ed25519Recipient } from "./age-ssh-ed25519.ts";
import { MIN_AGE_RSA_BITS, rsaIdentity, rsaRecipient } from "./age-ssh-rsa.ts";
import type { PrivateKey } from "./privatekey.ts";
import type { PublicKey } from "./publickey.ts";

/**
 * Whether age files can be made for this key: ssh-ed25519, and ssh-rsa from 2048 bits. ECDSA and hardware (sk-) keys
 * only sign.
 */
export function hasAgeForm(key: PublicKey): boolean {
  return key.type === "ssh-ed25519" || (key.type === "ssh-rsa" && key.bits >= MIN_AGE_RSA_BITS);
}

/**
 * What seals a file key for an SSH key; null where the key has no age form.
 * @throws KeyError `bad-key` where an ed25519 key is no point of its curve
 */
export function sshRecipient(key: PublicKey): Recipient | null {
  if (!hasAgeForm(key)) return null;
  return key.type === "ssh-rsa" ? rsaRecipient(key) : ed25519Recipient(key);
}

/**
 * What opens file keys with an SSH key; null where the key has no age form. Its `unwrapFileKey` returns null where
 * no stanza carries the key's tag, and throws where one does and does not open, or is malformed.
 */
export function sshIdentity(key: PrivateKey): Identity | null {
  if (!hasAgeForm(key.publicKey)) return null;
  return key.publicKey.type === "ssh-rsa" ? rsaIdentity(key) : ed25519Identity(key);
}
