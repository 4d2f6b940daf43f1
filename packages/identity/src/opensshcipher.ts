/// <reference path="./bcrypt-pbkdf.d.ts" />
import { createDecipheriv } from "node:crypto";
import bcrypt from "bcrypt-pbkdf";
import { wipe } from "./bytes.ts";
import { KeyError } from "./errors.ts";
import { WireReader } from "./wire.ts";

/** More rounds of bcrypt than this are refused: they would take some 20 s here. OpenSSH's default is 16 or 24. */
export const MAX_BCRYPT_ROUNDS = 1024;
/** OpenSSH writes 16 bytes of salt. */
const MAX_SALT_BYTES = 64;
const GCM_TAG_BYTES = 16;

interface Cipher {
  /** Its name in node:crypto; undefined for `none`. */
  readonly node?: string;
  readonly keyBytes: number;
  readonly ivBytes: number;
  readonly blockBytes: number;
  readonly tagBytes: number;
}

const aes = (bits: number, mode: "ctr" | "cbc" | "gcm"): Cipher => ({
  node: `aes-${bits}-${mode}`,
  keyBytes: bits / 8,
  ivBytes: mode === "gcm" ? 12 : 16,
  blockBytes: 16,
  tagBytes: mode === "gcm" ? GCM_TAG_BYTES : 0,
});

/** chacha20-poly1305 (SSH's own variant) and 3des-cbc are left out: nobody gets them without asking ssh-keygen for them. */
const CIPHERS: ReadonlyMap<string, Cipher> = new Map([
  ["none", { keyBytes: 0, ivBytes: 0, blockBytes: 8, tagBytes: 0 }],
  ["aes256-ctr", aes(256, "ctr")],
  ["aes192-ctr", aes(192, "ctr")],
  ["aes128-ctr", aes(128, "ctr")],
  ["aes256-gcm@openssh.com", aes(256, "gcm")],
  ["aes128-gcm@openssh.com", aes(128, "gcm")],
  ["aes256-cbc", aes(256, "cbc")],
  ["aes192-cbc", aes(192, "cbc")],
  ["aes128-cbc", aes(128, "cbc")],
]);

/** The outside of an OpenSSH private key file, as read. */
export interface SealedKey {
  readonly cipher: string;
  readonly kdf: string;
  readonly kdfOptions: Uint8Array;
  readonly sealed: Uint8Array;
  readonly tag: Uint8Array;
}

/** The decrypted section, a copy for the caller to wipe, and the block size that its padding fills. */
export interface OpenedKey {
  readonly plain: Uint8Array;
  readonly blockBytes: number;
  readonly encrypted: boolean;
}

/**
 * Decrypts the private section (PROTOCOL.key §1–3). Whether the passphrase was right shows only with gcm; otherwise the
 * caller tells by the check numbers. Throws KeyError `needs-passphrase`, `wrong-passphrase`, `unsupported-key` or `bad-key`.
 */
export function openSealedKey(key: SealedKey, passphrase: Uint8Array | undefined): OpenedKey {
  const cipher = CIPHERS.get(key.cipher);
  if (cipher === undefined) {
    throw new KeyError(
      "unsupported-key",
      "the key file is encrypted with a cipher that is not read; run: ssh-keygen -p -Z aes256-ctr -f KEYFILE",
    );
  }
  const { blockBytes, tagBytes } = cipher;
  if (key.tag.length !== tagBytes || key.sealed.length === 0 || key.sealed.length % blockBytes !== 0) {
    throw new KeyError("bad-key", "the private key file is damaged");
  }
  if (cipher.node === undefined) {
    if (key.kdf !== "none" || key.kdfOptions.length !== 0) {
      throw new KeyError("bad-key", "the private key file is damaged");
    }
    return { plain: new Uint8Array(key.sealed), blockBytes, encrypted: false };
  }
  if (key.kdf !== "bcrypt")
    throw new KeyError("unsupported-key", "the key file's passphrase method is not known");
  const { salt, rounds } = readBcryptOptions(key.kdfOptions);
  if (passphrase === undefined) throw new KeyError("needs-passphrase", "the key needs its passphrase");
  const secret = deriveKey(passphrase, salt, rounds, cipher.keyBytes + cipher.ivBytes);
  try {
    return { plain: decrypt(cipher, secret, key), blockBytes, encrypted: true };
  } finally {
    wipe(secret);
  }
}

export function wrongPassphrase(): KeyError {
  return new KeyError("wrong-passphrase", "the passphrase does not open the key");
}

function readBcryptOptions(options: Uint8Array): { salt: Uint8Array; rounds: number } {
  const reader = new WireReader(options);
  const salt = reader.string();
  const rounds = reader.uint32();
  reader.end();
  if (salt.length === 0 || salt.length > MAX_SALT_BYTES || rounds === 0) {
    throw new KeyError("bad-key", "the private key file is damaged");
  }
  if (rounds > MAX_BCRYPT_ROUNDS) {
    throw new KeyError(
      "unsupported-key",
      "the key has too many bcrypt rounds; run: ssh-keygen -p -a 100 -f KEYFILE",
    );
  }
  return { salt, rounds };
}

function deriveKey(passphrase: Uint8Array, salt: Uint8Array, rounds: number, length: number): Uint8Array {
  const secret = new Uint8Array(length);
  // An empty passphrase is refused by bcrypt_pbkdf, and no file is sealed with one.
  const failed = bcrypt.pbkdf(passphrase, passphrase.length, salt, salt.length, secret, length, rounds) !== 0;
  if (failed) throw wrongPassphrase();
  return secret;
}

function decrypt(cipher: Cipher, secret: Uint8Array, { sealed, tag }: SealedKey): Uint8Array {
  const key = secret.subarray(0, cipher.keyBytes);
  const iv = secret.subarray(cipher.keyBytes);
  if (cipher.tagBytes === 0) {
    return createDecipheriv(cipher.node!, key, iv).setAutoPadding(false).update(sealed);
  }
  const gcm = createDecipheriv(cipher.node as "aes-256-gcm", key, iv, { authTagLength: GCM_TAG_BYTES });
  const plain = gcm.setAuthTag(tag).update(sealed);
  try {
    gcm.final();
  } catch {
    wipe(plain);
    throw wrongPassphrase();
  }
  return plain;
}
