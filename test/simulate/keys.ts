/** SSH keys that the seed decides, so that whatever is sorted by fingerprint is so in every run. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { fileSigner, publicKeyFromSpki, type Signer } from "@asfaleia/identity";
import type { Seeded } from "./random.ts";

const SEED_BYTES = 32;
/** RFC 8410, section 7: what stands before the 32 bytes of an Ed25519 private key in PKCS#8. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

export interface DrawnKey {
  readonly keyObject: KeyObject;
  readonly signer: Signer;
}

export function drawKey(random: Seeded): DrawnKey {
  const der = Buffer.concat([PKCS8_PREFIX, random.bytes(SEED_BYTES)]);
  const keyObject = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = publicKeyFromSpki(createPublicKey(keyObject).export({ format: "der", type: "spki" }));
  return { keyObject, signer: fileSigner({ publicKey, keyObject, comment: "" }) };
}
