/** Keys and certificates for tests, made anew in each run. */
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileSigner, publicKeyFromSpki, type Signer } from "@asfaleia/identity";

export interface TestKey {
  readonly privateKey: KeyObject;
  readonly signer: Signer;
}

export function newEd25519(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = publicKeyFromSpki(publicKey.export({ format: "der", type: "spki" }));
  return { privateKey, signer: fileSigner({ publicKey: key, keyObject: privateKey, comment: "" }) };
}

/** As a public authority's certificate would be: of a key that is not the relay's. */
export function newP256(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/** A certificate of the key itself, by openssl; PEM. */
export function selfSigned(privateKey: KeyObject): { key: string; cert: string } {
  const key = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
  const folder = mkdtempSync(join(tmpdir(), "asfaleia-key-"));
  try {
    const file = join(folder, "key.pem");
    writeFileSync(file, key, { mode: 0o600 });
    const args = ["req", "-x509", "-new", "-key", file, "-subj", "/CN=asfaleia", "-days", "2"];
    return { key, cert: execFileSync("openssl", args, { encoding: "utf8" }) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
