import type { PrivateKey } from "./privatekey.ts";
import { makeSignature } from "./signature.ts";
import type { Signer } from "./signer.ts";

/** Signs with a private key in memory; RSA signs rsa-sha2-512 (RFC 8332). */
export function fileSigner(key: PrivateKey): Signer {
  return {
    publicKey: key.publicKey,
    comment: key.comment,
    sign: async (data) => makeSignature(key.publicKey, key.keyObject, data),
  };
}
