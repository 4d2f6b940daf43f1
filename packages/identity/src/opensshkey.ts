import { createPrivateKey, type KeyObject } from "node:crypto";
import { concat, equal, padLeft, wipe } from "./bytes.ts";
import { DER, der, derInteger } from "./der.ts";
import { KeyError } from "./errors.ts";
import { KEY_TYPES } from "./keytypes.ts";
import { openSealedKey, wrongPassphrase } from "./opensshcipher.ts";
import type { PrivateKey } from "./privatekey.ts";
import { type PublicKey, publicKeyFromBlob, publicKeyFromMaterial, sameKey } from "./publickey.ts";
import { WireReader } from "./wire.ts";

const MAGIC = new TextEncoder().encode("openssh-key-v1\0");

/**
 * Reads the binary inside a `BEGIN OPENSSH PRIVATE KEY` file (PROTOCOL.key) that holds one key. The numbers of the two
 * halves are compared; that they work together is for the caller to try. Throws KeyError.
 */
export function parseOpensshKey(file: Uint8Array, passphrase: Uint8Array | undefined): PrivateKey {
  const reader = new WireReader(file);
  if (!equal(reader.raw(MAGIC.length), MAGIC)) throw damaged();
  const cipher = reader.text();
  const kdf = reader.text();
  const kdfOptions = reader.string();
  if (reader.uint32() !== 1) throw new KeyError("unsupported-key", "the file must hold exactly one key");
  const publicKey = publicKeyFromBlob(reader.string());
  if (KEY_TYPES[publicKey.type].sk) {
    throw new KeyError("unsupported-key", "a security key signs through ssh-agent; load it: ssh-add KEYFILE");
  }
  const sealed = reader.string();
  const tag = reader.raw(reader.left);

  const { plain, blockBytes, encrypted } = openSealedKey(
    { cipher, kdf, kdfOptions, sealed, tag },
    passphrase,
  );
  try {
    const section = new WireReader(plain);
    const [check, again] = [section.uint32(), section.uint32()];
    if (check !== again) throw encrypted ? wrongPassphrase() : damaged();
    const keyObject = readPrivateHalf(section, publicKey);
    const comment = new TextDecoder().decode(section.string());
    checkPadding(section.raw(section.left), blockBytes);
    return { publicKey, keyObject, comment };
  } finally {
    wipe(plain);
  }
}

function readPrivateHalf(reader: WireReader, publicKey: PublicKey): KeyObject {
  if (reader.text() !== publicKey.type) throw mismatch();
  switch (KEY_TYPES[publicKey.type].family) {
    case "ed25519":
      return readEd25519(reader, publicKey);
    case "rsa":
      return readRsa(reader, publicKey);
    case "ecdsa":
      return readEcdsa(reader, publicKey);
  }
}

/** PKCS#8 (RFC 8410 §7) up to the 32 bytes of the seed. */
const ED25519_PKCS8 = new Uint8Array(Buffer.from("302e020100300506032b657004220420", "hex"));

function readEd25519(reader: WireReader, publicKey: PublicKey): KeyObject {
  const point = reader.string();
  const seedAndPoint = reader.string();
  if (seedAndPoint.length !== 64 || !equal(seedAndPoint.subarray(32), point)) throw damaged();
  if (!sameKey(publicKeyFromMaterial({ family: "ed25519", point }), publicKey)) throw mismatch();
  return importDer("pkcs8", concat(ED25519_PKCS8, seedAndPoint.subarray(0, 32)));
}

/**
 * RSAPrivateKey of RFC 8017 appendix A.1.2. The numbers must belong together: a signature made with a wrong prime could
 * give the right one away. They pass through strings and BigInts, which cannot be wiped; node:crypto has no other arithmetic.
 */
function readRsa(reader: WireReader, publicKey: PublicKey): KeyObject {
  const [modulus, exponent] = [reader.mpint(), reader.mpint()];
  const [d, inverse, p, q] = [reader.mpint(), reader.mpint(), reader.mpint(), reader.mpint()];
  if (!sameKey(publicKeyFromMaterial({ family: "rsa", modulus, exponent }), publicKey)) throw mismatch();
  const [N, E, D, I] = [toBigInt(modulus), toBigInt(exponent), toBigInt(d), toBigInt(inverse)];
  const [P, Q] = [toBigInt(p), toBigInt(q)];
  if (P <= 1n || Q <= 1n || P * Q !== N) throw mismatch();
  if ((D * E) % (P - 1n) !== 1n || (D * E) % (Q - 1n) !== 1n || (I * Q) % P !== 1n) throw mismatch();
  const exponents = [fromBigInt(D % (P - 1n)), fromBigInt(D % (Q - 1n))];
  const parts = [modulus, exponent, d, p, q, ...exponents, inverse].map(derInteger);
  const version = derInteger(new Uint8Array());
  try {
    return importDer("pkcs1", der(DER.sequence, version, ...parts));
  } finally {
    wipe(...exponents, ...parts);
  }
}

function toBigInt(magnitude: Uint8Array): bigint {
  const view = Buffer.from(magnitude.buffer, magnitude.byteOffset, magnitude.length);
  return BigInt(`0x0${view.toString("hex")}`);
}

function fromBigInt(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return new Uint8Array(Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex"));
}

/** ECPrivateKey of RFC 5915 §3, without the point: OpenSSL computes it. */
function readEcdsa(reader: WireReader, publicKey: PublicKey): KeyObject {
  const curve = KEY_TYPES[publicKey.type].curve!;
  if (reader.text() !== curve.name) throw mismatch();
  const point = reader.string();
  if (!sameKey(publicKeyFromMaterial({ family: "ecdsa", curve, point }), publicKey)) throw mismatch();
  const scalar = padLeft(reader.mpint(), curve.coordinateBytes);
  if (scalar === undefined) throw damaged();
  const octets = der(DER.octetString, scalar);
  try {
    return importDer(
      "sec1",
      der(DER.sequence, derInteger(Uint8Array.of(1)), octets, der(DER.context0, curve.oid)),
    );
  } finally {
    wipe(scalar, octets);
  }
}

function importDer(type: "pkcs1" | "pkcs8" | "sec1", secret: Uint8Array): KeyObject {
  try {
    return createPrivateKey({
      key: Buffer.from(secret.buffer, secret.byteOffset, secret.length),
      format: "der",
      type,
    });
  } catch {
    throw damaged();
  } finally {
    wipe(secret);
  }
}

/** PROTOCOL.key §3: bytes 1, 2, 3 … up to the block size. */
function checkPadding(padding: Uint8Array, blockBytes: number): void {
  if (padding.length >= blockBytes || !padding.every((byte, index) => byte === index + 1)) throw damaged();
}

function damaged(): KeyError {
  return new KeyError("bad-key", "the private key file is damaged");
}

function mismatch(): KeyError {
  return new KeyError("bad-key", "the private and the public half do not belong together");
}
