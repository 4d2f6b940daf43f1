/** The key types that can be an account, by their names on the wire. */
export type KeyType =
  | "ssh-ed25519"
  | "ssh-rsa"
  | "ecdsa-sha2-nistp256"
  | "ecdsa-sha2-nistp384"
  | "ecdsa-sha2-nistp521"
  | "sk-ssh-ed25519@openssh.com"
  | "sk-ecdsa-sha2-nistp256@openssh.com";

/** A NIST curve as SSH (RFC 5656), node:crypto and X.509 (RFC 5480) know it. */
export interface Curve {
  readonly name: string;
  readonly bits: number;
  readonly coordinateBytes: number;
  readonly hash: "sha256" | "sha384" | "sha512";
  /** DER of its object identifier, tag and length included. */
  readonly oid: Uint8Array;
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

const P256: Curve = {
  name: "nistp256",
  bits: 256,
  coordinateBytes: 32,
  hash: "sha256",
  oid: hex("06082a8648ce3d030107"),
};
const P384: Curve = {
  name: "nistp384",
  bits: 384,
  coordinateBytes: 48,
  hash: "sha384",
  oid: hex("06052b81040022"),
};
const P521: Curve = {
  name: "nistp521",
  bits: 521,
  coordinateBytes: 66,
  hash: "sha512",
  oid: hex("06052b81040023"),
};

export const CURVES: readonly Curve[] = [P256, P384, P521];

interface KeyTypeFacts {
  readonly family: "ed25519" | "rsa" | "ecdsa";
  /** Kept in a FIDO authenticator: the blob carries an application, signatures carry flags and a counter. */
  readonly sk: boolean;
  readonly curve?: Curve;
  /** What `ssh-keygen -l` calls it. */
  readonly label: string;
}

/** What differs between the types; everything else in this package reads it from here. */
export const KEY_TYPES: Readonly<Record<KeyType, KeyTypeFacts>> = {
  "ssh-ed25519": { family: "ed25519", sk: false, label: "ED25519" },
  "ssh-rsa": { family: "rsa", sk: false, label: "RSA" },
  "ecdsa-sha2-nistp256": { family: "ecdsa", sk: false, curve: P256, label: "ECDSA" },
  "ecdsa-sha2-nistp384": { family: "ecdsa", sk: false, curve: P384, label: "ECDSA" },
  "ecdsa-sha2-nistp521": { family: "ecdsa", sk: false, curve: P521, label: "ECDSA" },
  "sk-ssh-ed25519@openssh.com": { family: "ed25519", sk: true, label: "ED25519-SK" },
  "sk-ecdsa-sha2-nistp256@openssh.com": { family: "ecdsa", sk: true, curve: P256, label: "ECDSA-SK" },
};

export function isKeyType(name: string): name is KeyType {
  return Object.hasOwn(KEY_TYPES, name);
}
