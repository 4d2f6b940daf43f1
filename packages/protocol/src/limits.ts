/** Every bound of the protocol, each citing its clause of docs/protocol.md. What an operator may change is in the relay's settings. */

/** The port of a relay ("Transport"). */
export const PORT = 3308;

/** What RELAY names as its first field ("Versions"). */
export const PROTOCOL_NAME = "asfaleia/1";

/** Bytes that a line may have besides the base64 of an envelope or document ("Lines"). */
export const LINE_OVERHEAD_BYTES = 16 * 1024;

/** Decoded bytes of a published document: below 64 KiB ("Documents"). */
export const DOCUMENT_BYTES = 64 * 1024 - 1;

/** Decoded bytes of the largest envelope unless the operator sets another ("Mailboxes"). */
export const DEFAULT_ENVELOPE_BYTES = 256 * 1024;

/** The most that an operator may allow for one envelope: 16 MiB ("Mailboxes"). */
export const MAX_ENVELOPE_BYTES = 16 * 1024 * 1024;

/** Unacknowledged messages at a time on one subscription ("SUBSCRIBE and ACK"). */
export const MAX_WINDOW = 1024;

/** Named documents under one key ("Documents"). */
export const MAX_SLOTS = 8;

/** Ids in one ACK; more go into another ("SUBSCRIBE and ACK"). */
export const MAX_ACK_IDS = 1024;

/** Random bytes of a message id or boot id ("Fields"). */
export const ID_BYTES = 16;

/** Random bytes of a HELLO ("The relay proves itself"). */
export const HELLO_BYTES = 32;

/** Characters of a handle: 128 random bits in unpadded base64url ("Proving a key"). */
export const HANDLE_CHARS = 22;

/** Bytes of the challenge text, so that it fits RSA-OAEP-SHA256 under 1024 bits ("Proving a key"). */
export const CHALLENGE_BYTES = 54;

/** Characters of a token; the relay's own are a third of it ("Tokens"). */
export const MAX_TOKEN_CHARS = 1024;

/** Decoded bytes of a public key field: an 8192-bit RSA key and its framing ("Keys"). */
export const MAX_KEY_BYTES = 2048;

/** Decoded bytes of a proof: the SSHSIG of an 8192-bit RSA key ("Proving a key"). */
export const MAX_PROOF_BYTES = 4096;

/** Decoded bytes of an ANSWER's challenge: the RSA ciphertext of an 8192-bit key ("Proving a key"). */
export const MAX_CHALLENGE_BYTES = 1024;

/** Characters of a slot's name ("Fields"). */
export const MAX_SLOT_CHARS = 32;

/** Characters of an address ("Addresses"). */
export const MAX_ADDRESS_CHARS = 512;

/** Bytes of a Unix socket's path: what sockaddr_un holds, less its closing zero, on the systems we know ("Addresses"). */
export const MAX_PATH_BYTES = 103;

/** Characters of ERROR's text ("Errors"). */
export const MAX_ERROR_TEXT_CHARS = 256;

/**
 * The longest line, without its LF, between a client and a relay with this largest envelope ("Lines").
 * @param envelopeBytes decoded bytes of the largest envelope, as RELAY tells it
 */
export function maxLineBytes(envelopeBytes: number): number {
  const binary = Math.max(envelopeBytes, DOCUMENT_BYTES);
  return Math.ceil(binary / 3) * 4 + LINE_OVERHEAD_BYTES;
}
