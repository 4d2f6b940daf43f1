import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { wipe } from "./bytes.ts";
import { KeyError } from "./errors.ts";
import { parseOpensshKey } from "./opensshkey.ts";
import { decodePemBody, findPem, isEncryptedPem, type PemBlock } from "./pem.ts";
import { type PublicKey, publicKeyFromSpki } from "./publickey.ts";
import { makeSignature, verifySignature } from "./signature.ts";

/** The longest private key file; RSA 8192 takes 6.5 kB. */
export const MAX_PRIVATE_KEY_FILE_BYTES = 64 * 1024;

export interface PrivateKey {
  readonly publicKey: PublicKey;
  /** The private half, for node:crypto. */
  readonly keyObject: KeyObject;
  /** From an OpenSSH file; empty for PEM. Not cleaned for display. */
  readonly comment: string;
}

/**
 * Reads a private key file: OpenSSH's own format (PROTOCOL.key) or PEM (PKCS#8, PKCS#1, SEC 1), encrypted or not. What
 * it returns has been tried: the public half verifies what the private half signs. `file` and `passphrase` stay the
 * caller's to wipe; copies made here are wiped, except inside node:crypto.
 *
 * Throws KeyError `needs-passphrase` when one is missing, `wrong-passphrase` (which a damaged encrypted file can cause
 * too), `unsupported-key`, `weak-key` or `bad-key`. Deriving a key from a passphrase takes some 17 ms a round of bcrypt.
 */
export function parsePrivateKey(file: Uint8Array, passphrase?: Uint8Array): PrivateKey {
  if (file.length > MAX_PRIVATE_KEY_FILE_BYTES) {
    throw new KeyError("bad-key", "the file is too long for a private key");
  }
  const pem = findPem(file);
  const isOpenssh = pem.label === "OPENSSH PRIVATE KEY";
  const key = isOpenssh ? parseOpensshPem(pem, passphrase) : parsePemKey(file, pem, passphrase);
  if (!belongTogether(key))
    throw new KeyError("bad-key", "the private and the public half do not belong together");
  return key;
}

function parseOpensshPem(pem: PemBlock, passphrase: Uint8Array | undefined): PrivateKey {
  const binary = decodePemBody(pem.body);
  try {
    return parseOpensshKey(binary, passphrase);
  } finally {
    wipe(binary);
  }
}

const PEM_LABELS = ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

function parsePemKey(file: Uint8Array, pem: PemBlock, passphrase?: Uint8Array): PrivateKey {
  if (pem.label.endsWith("PUBLIC KEY")) {
    throw new KeyError("bad-key", "this is a public key; give the private key file");
  }
  if (!PEM_LABELS.includes(pem.label)) {
    throw new KeyError("unsupported-key", "this type of key is not supported; use ed25519, rsa or ecdsa");
  }
  const encrypted = isEncryptedPem(pem);
  if (encrypted && passphrase === undefined)
    throw new KeyError("needs-passphrase", "the key needs its passphrase");
  const keyObject = importPem(file, encrypted ? passphrase : undefined);
  const spki = createPublicKey(keyObject).export({ format: "der", type: "spki" });
  return { publicKey: publicKeyFromSpki(spki), keyObject, comment: "" };
}

function importPem(file: Uint8Array, passphrase: Uint8Array | undefined): KeyObject {
  const view = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const options = { key: view(file), format: "pem" } as const;
    return createPrivateKey(
      passphrase === undefined ? options : { ...options, passphrase: view(passphrase) },
    );
  } catch {
    if (passphrase === undefined) throw new KeyError("bad-key", "the private key file is damaged");
    throw new KeyError("wrong-passphrase", "the passphrase does not open the key");
  }
}

/** Proves it instead of comparing numbers: that covers every family and every field that signing uses. */
function belongTogether({ publicKey, keyObject }: PrivateKey): boolean {
  const text = new TextEncoder().encode("do the halves of this key belong together?");
  try {
    return verifySignature(publicKey, makeSignature(publicKey, keyObject, text), text);
  } catch {
    return false;
  }
}
