/** The signatures of device keys: XEdDSA over Curve25519, as libsignal makes them for prekeys. */
import { PrivateKey, PublicKey } from "@signalapp/libsignal-client";

/** Bytes of a device key: libsignal's serialized form, the type byte 5 and a Curve25519 point. */
export const DEVICE_KEY_BYTES = 33;
export const DEVICE_SIGNATURE_BYTES = 64;

/** @param privateKey 32 bytes */
export function signWithDevice(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  return PrivateKey.deserialize(new Uint8Array(privateKey)).sign(new Uint8Array(message));
}

/** False too where the key or the signature is no such thing at all. */
export function verifyDeviceSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== DEVICE_KEY_BYTES || signature.length !== DEVICE_SIGNATURE_BYTES) return false;
  try {
    return PublicKey.deserialize(new Uint8Array(key)).verify(
      new Uint8Array(message),
      new Uint8Array(signature),
    );
  } catch {
    return false;
  }
}
