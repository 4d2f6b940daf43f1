import type { PrivateKey } from "../src/privatekey.ts";
import { drawEcdsa, drawEd25519, drawRsa, type KeyPair } from "./keys.ts";

/** A fresh private key as `parsePrivateKey` gives it. */
export function drawKey(kind: "ed25519" | "p256" | `rsa-${number}`): PrivateKey {
  if (kind === "ed25519") return privateKeyOf(drawEd25519());
  if (kind === "p256") return privateKeyOf(drawEcdsa("P-256"));
  return privateKeyOf(drawRsa(Number(kind.slice("rsa-".length))));
}

export function privateKeyOf({ publicKey, privateKey }: KeyPair): PrivateKey {
  return { publicKey, keyObject: privateKey, comment: "" };
}
