/** 8 LOOKUP `8;<token>;<public key or fingerprint>`: the documents published under a key. */
import { type KeyOrFingerprint, keyOrFingerprintField, line, tokenField } from "../fields.ts";
import { splitFields } from "../line.ts";

export const LOOKUP = 8;

export interface Lookup {
  readonly token: Uint8Array;
  readonly of: KeyOrFingerprint;
}

/** @throws ProtocolError `wrong-usage` */
export function parseLookup(rest: Uint8Array): Lookup {
  const [token, of] = splitFields(rest, 2, 2) as [Uint8Array, Uint8Array];
  return { token: tokenField(token), of: keyOrFingerprintField(of) };
}

/** @param of a fingerprint, or base64 of a public key */
export function formatLookup(token: Uint8Array, of: string): Uint8Array {
  return line(LOOKUP, token, of);
}
