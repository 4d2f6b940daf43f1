/** Certificates: an SSH key says which device is its own, and the device says so too (docs/messaging.md, "Devices"). */
import {
  KeyError,
  MAX_SSHSIG_BYTES,
  type PublicKey,
  type Signer,
  sameKey,
  sshsigSign,
  sshsigVerify,
} from "@asfaleia/identity";
import { sameBytes } from "@asfaleia/protocol";
import * as v from "valibot";
import { DEVICE_SIGNATURE_BYTES, signWithDevice, verifyDeviceSignature } from "../session/devicekey.ts";
import { decodeCbor } from "./cbor.ts";
import { FormatError } from "./errors.ts";
import { bytes, shaped, time, written } from "./fields.ts";
import { HASH_BYTES, sha256 } from "./hash.ts";

/** The SSHSIG namespace of certificates. */
export const CERTIFICATE_NAMESPACE = "device@asfaleia";
const BODY_BYTES = 256;
/** The longest certificate: its body, two signatures, and what stands between them. */
export const MAX_CERTIFICATE_BYTES = BODY_BYTES + MAX_SSHSIG_BYTES + DEVICE_SIGNATURE_BYTES + 64;

const DEVICE_CONTEXT = new TextEncoder().encode("asfaleia/1 certificate\n");

const BODY = v.strictObject({
  v: v.literal(1),
  identity: bytes(HASH_BYTES),
  device: bytes(HASH_BYTES),
  xwing: bytes(HASH_BYTES),
  at: time,
});

const CERTIFICATE = v.strictObject({
  body: bytes(1, BODY_BYTES),
  signature: bytes(1, MAX_SSHSIG_BYTES),
  device: bytes(DEVICE_SIGNATURE_BYTES),
});

export interface CertificateOptions {
  /** The SSH key; asked to sign once. */
  readonly signer: Signer;
  /** 32 bytes, private. */
  readonly deviceKey: Uint8Array;
  /** 33 bytes. */
  readonly devicePublicKey: Uint8Array;
  /** The X-Wing public key, 1216 bytes. */
  readonly xwing: Uint8Array;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * A certificate for a device.
 * @throws FormatError `malformed`; the signer's KeyError passes
 */
export async function makeCertificate(options: CertificateOptions): Promise<Uint8Array> {
  const { signer, deviceKey, devicePublicKey, xwing, at } = options;
  const fields = {
    v: 1 as const,
    identity: sha256(signer.publicKey.blob),
    device: sha256(devicePublicKey),
    xwing: sha256(xwing),
    at,
  };
  const body = written(BODY, fields, BODY_BYTES);
  const signature = await sshsigSign(signer, CERTIFICATE_NAMESPACE, body);
  const device = signWithDevice(deviceKey, Buffer.concat([DEVICE_CONTEXT, body]));
  return written(CERTIFICATE, { body, signature, device: new Uint8Array(device) }, MAX_CERTIFICATE_BYTES);
}

export interface ExpectedDevice {
  /** The SSH key that must have signed; any, where it is left out. */
  readonly identity?: PublicKey;
  readonly devicePublicKey: Uint8Array;
  readonly xwing: Uint8Array;
}

/**
 * Who says that this device is its own, and since when, after both signatures were checked.
 * @throws FormatError `too-large`, `bad-cbor`, `malformed`, `bad-signature`, `wrong-key`
 */
export function openCertificate(
  certificate: Uint8Array,
  expected: ExpectedDevice,
): { identity: PublicKey; at: number } {
  if (certificate.length > MAX_CERTIFICATE_BYTES) throw new FormatError("too-large");
  const outer = shaped(CERTIFICATE, decodeCbor(certificate));
  const body = shaped(BODY, decodeCbor(outer.body));
  const identity = identityThatSigned(outer.signature, CERTIFICATE_NAMESPACE, outer.body);
  const signed = Buffer.concat([DEVICE_CONTEXT, outer.body]);
  if (!verifyDeviceSignature(expected.devicePublicKey, signed, outer.device))
    throw new FormatError("bad-signature");
  const isMeant =
    sameBytes(body.identity, sha256(identity.blob)) &&
    sameBytes(body.device, sha256(expected.devicePublicKey)) &&
    sameBytes(body.xwing, sha256(expected.xwing)) &&
    (expected.identity === undefined || sameKey(identity, expected.identity));
  if (!isMeant) throw new FormatError("wrong-key");
  return { identity, at: body.at };
}

/** The SSH key that made an SSHSIG over this message. @throws FormatError `bad-signature` */
export function identityThatSigned(signature: Uint8Array, namespace: string, message: Uint8Array): PublicKey {
  try {
    return sshsigVerify(signature, namespace, message);
  } catch (error) {
    if (error instanceof KeyError) throw new FormatError("bad-signature");
    throw error;
  }
}
