/** Every bound of the protocol, each citing its clause of docs/protocol.md. What an operator may change is in the relay's settings. */

/** The port of a relay ("Transport"). */
export const PORT = 3308;

/** What RELAY names as its first field ("HELLO"). */
export const PROTOCOL_NAME = "asfaleia/1";

/** Bytes that a SEND or MESSAGE line holds besides its envelope: an 8192-bit RSA key, a token, an id ("Lines"). */
export const LINE_OVERHEAD_BYTES = 16 * 1024;

/** Decoded bytes of a published document ("Documents": below 64 KiB). */
export const DOCUMENT_BYTES = 64 * 1024 - 1;

/** Decoded bytes of the largest envelope unless the operator sets another ("Mailboxes"). */
export const DEFAULT_ENVELOPE_BYTES = 256 * 1024;

/** The most that an operator may allow for one envelope: 16 MiB. */
export const MAX_ENVELOPE_BYTES = 16 * 1024 * 1024;

/** Unacknowledged messages at a time on one subscription ("SUBSCRIBE"). */
export const MAX_WINDOW = 1024;

/** Named documents under one key ("PUBLISH"). */
export const MAX_SLOTS = 8;

/** Ids in one ACK; more go into another ("ACK"). */
export const MAX_ACK_IDS = 1024;

/** A message id, a boot id: random bytes. */
export const ID_BYTES = 16;

/** HELLO's random bytes. */
export const HELLO_BYTES = 32;

/** Characters of a handle: 128 random bits in unpadded base64url ("Proving a key"). */
export const HANDLE_CHARS = 22;

/** Bytes of the challenge text, so that it fits RSA-OAEP-SHA256 under 1024 bits ("Proving a key"). */
export const CHALLENGE_BYTES = 54;

/** Characters of a token; the relay's own are a third of it ("Proving a key"). */
export const MAX_TOKEN_CHARS = 1024;

/** Decoded bytes of a public key field: an 8192-bit RSA key and its framing ("Keys"). */
export const MAX_KEY_BYTES = 2048;

/** Decoded bytes of a proof: the SSHSIG of an 8192-bit RSA key ("Proving a key"). */
export const MAX_PROOF_BYTES = 4096;

/** Characters of ERROR's text. */
export const MAX_ERROR_TEXT_CHARS = 256;

/**
 * The longest line, without its LF, between a client and a relay with this largest envelope ("Lines").
 * @param envelopeBytes decoded bytes of the largest envelope, as RELAY tells it
 */
export function maxLineBytes(envelopeBytes: number): number {
  const binary = Math.max(envelopeBytes, DOCUMENT_BYTES);
  return Math.ceil(binary / 3) * 4 + LINE_OVERHEAD_BYTES;
}
