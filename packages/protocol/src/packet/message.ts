/** 104 MESSAGE `104;<mailbox fingerprint>;<message id>;<envelope>`: one message of a mailbox. */
import { writeAsciiInto } from "../ascii.ts";
import { base64Length, decodeBase64, encodeBase64 } from "../base64.ts";
import { malformed } from "../errors.ts";
import { fingerprintField, idField, line } from "../fields.ts";
import { MAX_ENVELOPE_BYTES } from "../limits.ts";
import { splitFields } from "../line.ts";

export const MESSAGE = 104;

export interface Message {
  readonly mailbox: string;
  readonly id: Uint8Array;
  readonly envelope: Uint8Array;
}

/** @throws ProtocolError `wrong-usage` */
export function parseMessage(rest: Uint8Array): Message {
  const [mailbox, id, envelope] = splitFields(rest, 3, 3) as [Uint8Array, Uint8Array, Uint8Array];
  if (envelope.length === 0) throw malformed("the envelope is empty");
  return {
    mailbox: fingerprintField(mailbox),
    id: idField(id),
    envelope: decodeBase64(envelope, MAX_ENVELOPE_BYTES),
  };
}

export function formatMessage(message: Message): Uint8Array {
  return line(MESSAGE, message.mailbox, encodeBase64(message.id), encodeBase64(message.envelope));
}

/** Bytes of the line, LF included, for an envelope of this many decoded bytes. */
export function messageLineBytes(envelopeBytes: number): number {
  return 4 + 50 + 1 + 24 + 1 + base64Length(envelopeBytes) + 1;
}

/**
 * Writes the line, up to its envelope, into a buffer that has messageLineBytes left. The envelope's base64 and LF follow.
 * @param mailbox the fingerprint
 * @param id the message id in base64
 * @returns the offset behind it
 */
export function writeMessageHeadInto(
  target: Uint8Array,
  offset: number,
  mailbox: string,
  id: string,
): number {
  let at = writeAsciiInto(target, offset, "104;");
  at = writeAsciiInto(target, at, mailbox);
  target[at++] = 0x3b;
  at = writeAsciiInto(target, at, id);
  target[at++] = 0x3b;
  return at;
}
