/** The signature of a letter: how long it gets, because the padding before it depends on that, and whether it is good. */
import { modulusBytes } from "./age-ssh-rsa.ts";
import { KeyError } from "./errors.ts";
import { KEY_TYPES } from "./keytypes.ts";
import { LetterError } from "./letter-error.ts";
import { type PublicKey, sameKey } from "./publickey.ts";
import { signatureAlgorithm } from "./signature.ts";
import { sshsigVerify } from "./sshsig.ts";
import { WireWriter } from "./wire.ts";

/** The SSHSIG namespace of letters: a signature made for anything else is none here, and the other way round. */
export const LETTER_NAMESPACE = "letter@asfaleia";

/**
 * Bytes of the SSHSIG in a letter from this key. Those of ed25519 and RSA keys all have one length; with ECDSA, whose r
 * and s are numbers in their shortest form, it is the likeliest, and a signature that is longer or shorter in base64,
 * as one of four is, has to be made anew.
 */
export function letterSignatureBytes(key: PublicKey): number {
  const { sk } = KEY_TYPES[key.type];
  const signature = new WireWriter()
    .string(signatureAlgorithm(key.type))
    .string(new Uint8Array(rawSignatureBytes(key)))
    .raw(new Uint8Array(sk ? "f".length + "cccc".length : 0));
  return new WireWriter()
    .raw(new Uint8Array("SSHSIG".length))
    .uint32(1)
    .string(key.blob)
    .string(LETTER_NAMESPACE)
    .string("")
    .string("sha512")
    .string(signature.bytes())
    .bytes().length;
}

function rawSignatureBytes(key: PublicKey): number {
  const { family, curve } = KEY_TYPES[key.type];
  if (family === "rsa") return modulusBytes(key);
  if (family === "ed25519") return 64;
  // Two mpints (RFC 4251 section 5), one of them a byte shorter than the longest.
  const longest = Math.floor(curve!.bits / 8) + 1;
  return 4 + longest + 4 + longest - 1;
}

/** @throws LetterError `bad-signature` where this is no signature by `from` over these bytes */
export function checkLetterSignature(from: PublicKey, signature: Uint8Array, signedBytes: Uint8Array): void {
  if (!sameKey(signer(signature, signedBytes), from)) throw badSignature();
}

function signer(signature: Uint8Array, signedBytes: Uint8Array): PublicKey {
  try {
    return sshsigVerify(signature, LETTER_NAMESPACE, signedBytes);
  } catch (error) {
    if (error instanceof KeyError) throw badSignature();
    throw error;
  }
}

function badSignature(): LetterError {
  return new LetterError("bad-signature", "the letter's signature is not its sender's");
}
