import { createHash } from "node:crypto";
import { equal, fromBase64, toBase64 } from "./bytes.ts";
import { KeyError } from "./errors.ts";
import { MAX_PUBLIC_KEY_BYTES } from "./material.ts";
import { type PublicKey, publicKeyFromBlob } from "./publickey.ts";
import { MAX_SIGNATURE_BYTES, verifySignature } from "./signature.ts";
import type { Signer } from "./signer.ts";
import { WireReader, WireWriter } from "./wire.ts";

/** The longest namespace that is written or read. */
export const MAX_NAMESPACE_BYTES = 255;
/** The longest SSHSIG: a key, a signature, a namespace and what stands between them. */
export const MAX_SSHSIG_BYTES = MAX_PUBLIC_KEY_BYTES + MAX_SIGNATURE_BYTES + MAX_NAMESPACE_BYTES + 64;

const MAGIC = new TextEncoder().encode("SSHSIG");
const VERSION = 1;
const HASHES = ["sha512", "sha256"] as const;
type Hash = (typeof HASHES)[number];

/**
 * Signs `message` as `ssh-keygen -Y sign -n namespace` does, with SHA-512 (PROTOCOL.sshsig §2 and §3).
 * Returns the binary form. A RangeError is thrown for an empty or too long namespace; the signer's KeyErrors pass.
 */
export async function sshsigSign(
  signer: Signer,
  namespace: string,
  message: Uint8Array,
): Promise<Uint8Array> {
  checkNamespace(namespace);
  const signature = await signer.sign(signedData(namespace, "sha512", message));
  return new WireWriter()
    .raw(MAGIC)
    .uint32(VERSION)
    .string(signer.publicKey.blob)
    .string(namespace)
    .string("")
    .string("sha512")
    .string(signature)
    .bytes();
}

/**
 * Checks a binary SSHSIG over `message` and returns the key that signed, which the caller compares with the one it
 * expects. Strict (PROTOCOL.sshsig §2): version 1, this very namespace, nothing reserved, sha512 or sha256, no
 * trailing bytes; sk- keys must have been touched. Throws KeyError `bad-signature` for everything else.
 */
export function sshsigVerify(blob: Uint8Array, namespace: string, message: Uint8Array): PublicKey {
  checkNamespace(namespace);
  const { key, hash, signature } = readSshsig(blob, namespace);
  if (!verifySignature(key, signature, signedData(namespace, hash, message))) throw badSignature();
  return key;
}

/** The text form, as `ssh-keygen -Y sign` writes it. */
export function sshsigArmor(blob: Uint8Array): string {
  const lines = toBase64(blob).match(/.{1,70}/g) ?? [];
  return `${[BEGIN, ...lines, END].join("\n")}\n`;
}

/**
 * The binary form inside the text form: header on the first line, footer on the last, canonical base64 of at most 76
 * characters a line between them, nothing around them. Throws KeyError `bad-signature`.
 */
export function sshsigDearmor(text: string): Uint8Array {
  if (text.length > MAX_ARMOR_CHARACTERS) throw badSignature();
  const match = ARMOR.exec(text);
  const blob = match === null ? undefined : fromBase64(match[1]!.replaceAll(/\r?\n/g, ""));
  if (blob === undefined || blob.length === 0) throw badSignature();
  return blob;
}

const BEGIN = "-----BEGIN SSH SIGNATURE-----";
const END = "-----END SSH SIGNATURE-----";
const ARMOR =
  /^-----BEGIN SSH SIGNATURE-----\r?\n((?:[A-Za-z0-9+/=]{1,76}\r?\n)+)-----END SSH SIGNATURE-----(?:\r?\n)?$/;
/** Room for base64 with short lines. */
const MAX_ARMOR_CHARACTERS = MAX_SSHSIG_BYTES * 2;

function readSshsig(
  blob: Uint8Array,
  namespace: string,
): { key: PublicKey; hash: Hash; signature: Uint8Array } {
  if (blob.length > MAX_SSHSIG_BYTES) throw badSignature();
  try {
    const reader = new WireReader(blob);
    if (!equal(reader.raw(MAGIC.length), MAGIC) || reader.uint32() !== VERSION) throw badSignature();
    const keyBlob = reader.string();
    const sameNamespace = reader.text() === namespace;
    const reserved = reader.string();
    const named = reader.text();
    const hash = HASHES.find((candidate) => candidate === named);
    const signature = reader.string();
    reader.end();
    if (!sameNamespace || reserved.length !== 0 || hash === undefined) throw badSignature();
    return { key: publicKeyFromBlob(keyBlob), hash, signature };
  } catch (error) {
    if (error instanceof KeyError) throw badSignature();
    throw error;
  }
}

function signedData(namespace: string, hash: Hash, message: Uint8Array): Uint8Array {
  const digest = createHash(hash).update(message).digest();
  return new WireWriter().raw(MAGIC).string(namespace).string("").string(hash).string(digest).bytes();
}

function checkNamespace(namespace: string): void {
  const length = Buffer.byteLength(namespace);
  if (length === 0 || length > MAX_NAMESPACE_BYTES) {
    throw new RangeError(`a namespace has 1 to ${MAX_NAMESPACE_BYTES} bytes`);
  }
}

function badSignature(): KeyError {
  return new KeyError("bad-signature", "the signature does not fit this key, text and namespace");
}
