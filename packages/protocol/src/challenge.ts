/** The challenge text of a proof of key (docs/protocol.md, "Proving a key"). Hashing is the caller's: this package has no crypto. */
import { asciiBytes, asciiText } from "./ascii.ts";
import { encodeBase64 } from "./base64.ts";
import { CHALLENGE_BYTES } from "./limits.ts";

/** The SSHSIG namespace of a client's proof, and the first part of what binds a challenge. */
export const AUTH_NAMESPACE = "auth@asfaleia";

/** What binds a challenge to its relay and handle: its SHA-256 gives the part B. */
export function challengeBinding(relayFingerprint: string, handle: string): Uint8Array {
  return asciiBytes(`${AUTH_NAMESPACE}\n${relayFingerprint}\n${handle}`);
}

/**
 * The text `asfaleia:` B `:` R, 54 bytes.
 * @param bindingHash SHA-256 of challengeBinding
 * @param random 16 random bytes
 */
export function challengeText(bindingHash: Uint8Array, random: Uint8Array): Uint8Array {
  return asciiBytes(`${challengePrefix(bindingHash)}${unpadded(random)}`);
}

/** Whether a text is a challenge of this binding: the client answers nothing else. */
export function isChallengeFor(text: Uint8Array, bindingHash: Uint8Array): boolean {
  if (text.length !== CHALLENGE_BYTES) return false;
  const prefix = challengePrefix(bindingHash);
  const words = asciiText(text);
  return words.startsWith(prefix) && /^[A-Za-z0-9+/]{21}[AQgw]$/.test(words.slice(prefix.length));
}

function challengePrefix(bindingHash: Uint8Array): string {
  return `asfaleia:${unpadded(bindingHash).slice(0, 22)}:`;
}

function unpadded(bytes: Uint8Array): string {
  return asciiText(encodeBase64(bytes)).replace(/=+$/, "");
}
