/**
 * The relay's TLS certificate, made in memory from its ed25519 key (RFC 5280, RFC 8410). Clients pin the key and look at
 * nothing else in it, so it is a fixed form with two holes: written here in 40 lines rather than trusted to twenty packages.
 */
import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto";

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OID = 0x06;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION_FIELD = 0xa0;

/** id-Ed25519, 1.3.101.112: as algorithm it has no parameters (RFC 8410 section 3). */
const ED25519 = der(SEQUENCE, der(OID, Buffer.from([0x2b, 0x65, 0x70])));
/** id-at-commonName, 2.5.4.3. */
const COMMON_NAME = der(OID, Buffer.from([0x55, 0x04, 0x03]));
/** RFC 5280 section 4.1.2.5: what has no end of its own says so with this date. */
const NO_END = "99991231235959Z";
const BEGIN = "20200101000000Z";

/**
 * A self-signed certificate of an ed25519 key.
 * @param key the private key
 * @returns PEM
 */
export function selfSignedCertificate(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  // The same key gives the same certificate, byte for byte: a certificate that changes would be one more thing to tell apart.
  const serial = createHash("sha256").update(spki).digest().subarray(0, 16);
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40;
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from("asfaleia relay")))),
  );
  const body = der(
    SEQUENCE,
    der(VERSION_FIELD, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, serial),
    ED25519,
    name,
    der(SEQUENCE, der(GENERALIZED_TIME, Buffer.from(BEGIN)), der(GENERALIZED_TIME, Buffer.from(NO_END))),
    name,
    spki,
  );
  const signature = Buffer.concat([Buffer.from([0]), sign(null, body, key)]);
  const certificate = der(SEQUENCE, body, ED25519, der(BIT_STRING, signature));
  const lines = certificate.toString("base64").match(/.{1,64}/g) as string[];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** One DER value (X.690 section 8.1) of less than 64 KiB. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
