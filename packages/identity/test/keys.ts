import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  fileSigner,
  type KeyType,
  type PublicKey,
  publicKeyFromBlob,
  publicKeyFromSpki,
  type Signer,
  WireReader,
  WireWriter,
} from "@asfaleia/identity";

/** A key pair drawn by node:crypto, not by the code under test. */
export interface KeyPair {
  readonly publicKey: PublicKey;
  readonly privateKey: KeyObject;
}

export function drawEd25519(): KeyPair {
  return ours(generateKeyPairSync("ed25519"));
}

export function drawEcdsa(namedCurve: "P-256" | "P-384" | "P-521"): KeyPair {
  return ours(generateKeyPairSync("ec", { namedCurve }));
}

/** Takes 100 ms and more: draw one for a file and keep it. */
export function drawRsa(modulusLength = 2048): KeyPair {
  return ours(generateKeyPairSync("rsa", { modulusLength }));
}

export function pairSigner({ publicKey, privateKey }: KeyPair): Signer {
  return fileSigner({ publicKey, keyObject: privateKey, comment: "" });
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The raw point inside an ed25519 or ecdsa blob. */
export function pointOf(key: PublicKey): Uint8Array {
  const reader = new WireReader(key.blob);
  const type = reader.text();
  if (!type.includes("ed25519")) reader.text();
  return reader.string();
}

/** A security key in software: what it signs is what PROTOCOL.u2f says an authenticator signs. */
export interface Authenticator {
  readonly publicKey: PublicKey;
  /** A signature with these flags (0x01 touched, 0x04 verified by PIN) and this counter. */
  signAs(data: Uint8Array, flags: number, counter: number): Uint8Array;
}

export function drawAuthenticator(
  type: Extract<KeyType, `sk-${string}`>,
  application = "ssh:",
): Authenticator {
  const isEd25519 = type === "sk-ssh-ed25519@openssh.com";
  const pair = isEd25519 ? drawEd25519() : drawEcdsa("P-256");
  const blob = new WireWriter().string(type);
  if (!isEd25519) blob.string("nistp256");
  const publicKey = publicKeyFromBlob(blob.string(pointOf(pair.publicKey)).string(application).bytes());
  const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest();

  function signAs(data: Uint8Array, flags: number, counter: number): Uint8Array {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const signed = Buffer.concat([sha256(application), Buffer.from([flags]), count, sha256(data)]);
    const raw = isEd25519
      ? sign(null, signed, pair.privateKey)
      : pairOf(sign("sha256", signed, { key: pair.privateKey, dsaEncoding: "ieee-p1363" }));
    return new WireWriter().string(type).string(raw).byte(flags).raw(count).bytes();
  }
  return { publicKey, signAs };
}

/** A signer whose owner touches the authenticator, or (flags 0) does not. */
export function authenticatorSigner(device: Authenticator, flags = 0x01): Signer {
  let counter = 0;
  return {
    publicKey: device.publicKey,
    comment: "",
    sign: async (data) => device.signAs(data, flags, ++counter),
  };
}

function pairOf(p1363: Uint8Array): Uint8Array {
  const half = p1363.length / 2;
  return new WireWriter().mpint(p1363.subarray(0, half)).mpint(p1363.subarray(half)).bytes();
}

function ours({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): KeyPair {
  return { publicKey: publicKeyFromSpki(publicKey.export({ format: "der", type: "spki" })), privateKey };
}
