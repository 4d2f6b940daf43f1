import { sha256 } from "./hash.ts";

const UUID_BYTES = 16;

/**
 * What a device is called, in libsignal too: the UUID, version 8 (RFC 9562 section 5.8), made of the first 16 bytes of
 * SHA-256 of its device key.
 * @param publicKey 33 bytes
 */
export function deviceId(publicKey: Uint8Array): string {
  const bytes = sha256(publicKey).subarray(0, UUID_BYTES);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = Buffer.from(bytes).toString("hex");
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join("-");
}
