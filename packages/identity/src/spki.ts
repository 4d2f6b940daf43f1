import { concat, equal } from "./bytes.ts";
import { DER, DerReader, der, derInteger } from "./der.ts";
import { KeyError } from "./errors.ts";
import { CURVES } from "./keytypes.ts";
import { type Material, unsupportedType } from "./material.ts";

const oid = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

/** AlgorithmIdentifier contents: RFC 8410 §3 and RFC 8017 appendix C; id-ecPublicKey is followed by the curve (RFC 5480 §2.1.1). */
const ED25519 = oid("06032b6570");
const RSA = oid("06092a864886f70d0101010500");
const EC_PUBLIC_KEY = oid("06072a8648ce3d0201");

/** The DER SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) of a public key. */
export function encodeSpki(material: Material): Uint8Array {
  switch (material.family) {
    case "ed25519":
      return subjectPublicKeyInfo(ED25519, material.point);
    case "rsa":
      return subjectPublicKeyInfo(RSA, encodePkcs1(material.exponent, material.modulus));
    case "ecdsa":
      return subjectPublicKeyInfo(concat(EC_PUBLIC_KEY, material.curve.oid), material.point);
  }
}

/**
 * The key inside a DER SubjectPublicKeyInfo, which must hold nothing else. The numbers are not checked here, and
 * the caller compares `encodeSpki` of the result with what was read, so that one key has one SPKI.
 * Throws KeyError `bad-key` or `unsupported-key`.
 */
export function decodeSpki(spki: Uint8Array): Material {
  const outer = new DerReader(spki);
  const info = new DerReader(outer.element(DER.sequence));
  outer.end();
  const algorithm = info.element(DER.sequence);
  const bits = info.element(DER.bitString);
  info.end();
  if (bits[0] !== 0) throw new KeyError("bad-key", "the key does not fill whole bytes; export it again");
  const content = bits.subarray(1);

  if (equal(algorithm, ED25519)) return { family: "ed25519", point: content };
  if (equal(algorithm, RSA)) return decodePkcs1(content);
  const curve = CURVES.find((candidate) => equal(algorithm, concat(EC_PUBLIC_KEY, candidate.oid)));
  if (curve === undefined) throw unsupportedType();
  return { family: "ecdsa", curve, point: content };
}

/** RSAPublicKey of RFC 8017 appendix A.1.1: what `BEGIN RSA PUBLIC KEY` holds. */
export function decodePkcs1(bytes: Uint8Array): Material {
  const outer = new DerReader(bytes);
  const numbers = new DerReader(outer.element(DER.sequence));
  outer.end();
  const modulus = numbers.positive();
  const exponent = numbers.positive();
  numbers.end();
  return { family: "rsa", exponent, modulus };
}

function encodePkcs1(exponent: Uint8Array, modulus: Uint8Array): Uint8Array {
  return der(DER.sequence, derInteger(modulus), derInteger(exponent));
}

function subjectPublicKeyInfo(algorithm: Uint8Array, content: Uint8Array): Uint8Array {
  return der(DER.sequence, der(DER.sequence, algorithm), der(DER.bitString, Uint8Array.of(0), content));
}
