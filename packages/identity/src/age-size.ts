/**
 * How long an age file for one SSH key is, to the byte (https://age-encryption.org/v1): a header that depends on the
 * key alone, a nonce, and the plaintext in chunks of 64 KiB with a tag each.
 */
import { modulusBytes } from "./age-ssh-rsa.ts";
import type { PublicKey } from "./publickey.ts";

const NONCE_BYTES = 16;
const CHUNK_BYTES = 64 * 1024;
const CHUNK_TAG_BYTES = 16;
const STANZA_LINE_BYTES = 48;

const VERSION_LINE = "age-encryption.org/v1\n".length;
const MAC_LINE = "--- ".length + base64RawLength(32) + 1;
const TAG = base64RawLength(4);
const ED25519_ARGUMENTS = "-> ssh-ed25519 ".length + TAG + 1 + base64RawLength(32) + 1;
const RSA_ARGUMENTS = "-> ssh-rsa ".length + TAG + 1;
const ED25519_BODY_BYTES = 32;

/** Bytes of the age file for `to` that holds this many bytes. */
export function ageFileBytes(to: PublicKey, plaintextBytes: number): number {
  const chunks = Math.max(1, Math.ceil(plaintextBytes / CHUNK_BYTES));
  return headerBytes(to) + NONCE_BYTES + plaintextBytes + chunks * CHUNK_TAG_BYTES;
}

/**
 * Bytes of the plaintext whose age file for `to` has exactly this many bytes.
 * @throws RangeError where no plaintext gives such a file: it is too short, or would end in an empty chunk
 */
export function agePlaintextBytes(to: PublicKey, fileBytes: number): number {
  const payload = fileBytes - headerBytes(to) - NONCE_BYTES;
  const chunks = Math.max(1, Math.ceil(payload / (CHUNK_BYTES + CHUNK_TAG_BYTES)));
  const plaintextBytes = payload - chunks * CHUNK_TAG_BYTES;
  if (plaintextBytes < 0 || ageFileBytes(to, plaintextBytes) !== fileBytes) {
    throw new RangeError("no age file has this length");
  }
  return plaintextBytes;
}

function headerBytes(to: PublicKey): number {
  const stanza =
    to.type === "ssh-rsa"
      ? RSA_ARGUMENTS + stanzaBodyLength(modulusBytes(to))
      : ED25519_ARGUMENTS + stanzaBodyLength(ED25519_BODY_BYTES);
  return VERSION_LINE + stanza + MAC_LINE;
}

/** Full lines of 64 characters, then one shorter line, which is empty where the others hold everything. */
function stanzaBodyLength(bytes: number): number {
  const fullLines = Math.floor(bytes / STANZA_LINE_BYTES);
  return (
    fullLines * (base64RawLength(STANZA_LINE_BYTES) + 1) + base64RawLength(bytes % STANZA_LINE_BYTES) + 1
  );
}

function base64RawLength(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}
