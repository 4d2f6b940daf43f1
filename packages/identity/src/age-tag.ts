/** What the SSH stanzas of age share: the tag that says whose a stanza is, and base64 without padding. */
import { createHash } from "node:crypto";
import { toBase64 } from "./bytes.ts";
import type { PublicKey } from "./publickey.ts";

const TAG_BYTES = 4;

/** The first 32 bits of SHA-256 of the key's blob. Two keys can have one tag, by chance or by work. */
export function sshTag(key: PublicKey): string {
  return base64Raw(createHash("sha256").update(key.blob).digest().subarray(0, TAG_BYTES));
}

/** Base64 without padding (RFC 4648 section 3.2), as age's headers have it. */
export function base64Raw(bytes: Uint8Array): string {
  return toBase64(bytes).replace(/=+$/, "");
}

/** The bytes of canonical base64 without padding, or null. */
export function bytesOfBase64Raw(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  return base64Raw(bytes) === text ? bytes : null;
}
