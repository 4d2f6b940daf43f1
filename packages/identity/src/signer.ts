import type { PublicKey } from "./publickey.ts";

/** A key that can sign and nothing else: all that an ssh-agent or a security key can do. */
export interface Signer {
  readonly publicKey: PublicKey;
  /** What its owner called the key; empty where that is not known. Not to be trusted, and not cleaned for display. */
  readonly comment: string;
  /**
   * Signs `data` and returns an SSH signature blob (RFC 4253 §6.6): string algorithm, string signature, and for
   * sk- keys byte flags and uint32 counter (PROTOCOL.u2f). RSA keys sign with rsa-sha2-512 (RFC 8332).
   * Rejects with KeyError.
   */
  sign(data: Uint8Array): Promise<Uint8Array>;
}
