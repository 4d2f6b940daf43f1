/** Keys that stand for a mailbox or a throwaway sender: Ed25519 keys like any SSH key, made by the client and known to no person. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { fileSigner, publicKeyFromSpki, type Signer } from "@asfaleia/identity";

export const MAILBOX_SEED_BYTES = 32;

/** RFC 8410, section 7: what stands before the 32 bytes of an Ed25519 private key in PKCS#8. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** @param seed 32 bytes, the Ed25519 private key (RFC 8032, section 5.1.5) */
export function mailboxSigner(seed: Uint8Array): Signer {
  if (seed.length !== MAILBOX_SEED_BYTES)
    throw new RangeError(`a mailbox key has ${MAILBOX_SEED_BYTES} bytes`);
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const keyObject = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  der.fill(0);
  const publicKey = publicKeyFromSpki(createPublicKey(keyObject).export({ format: "der", type: "spki" }));
  return fileSigner({ publicKey, keyObject, comment: "" });
}
