/** Whom a packet names, and the memory of whom it named last. */
import { fingerprint } from "@asfaleia/identity";
import { type KeyOrFingerprint, keyOrFingerprintField, sameBytes } from "@asfaleia/protocol";
import { parseKey } from "./auth.ts";

/** The receiver named last on a connection, by the bytes that named it: who writes to one mailbox names it once. */
export class Receivers {
  #named = new Uint8Array(0);
  #fingerprint = "";

  /** @returns the fingerprint. @throws ProtocolError `wrong-usage`, `bad-key`, `weak-key` */
  resolve(field: Uint8Array): string {
    if (sameBytes(field, this.#named)) return this.#fingerprint;
    this.#fingerprint = fingerprintOf(keyOrFingerprintField(field));
    this.#named = field.slice();
    return this.#fingerprint;
  }
}

/** The fingerprint of whoever is meant. @throws ProtocolError `bad-key`, `weak-key` */
export function fingerprintOf(of: KeyOrFingerprint): string {
  return "fingerprint" in of ? of.fingerprint : fingerprint(parseKey(of.key));
}
