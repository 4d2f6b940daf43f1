/** 104 MESSAGE `104;<mailbox fingerprint>;<message id>;<envelope>`: one message of a mailbox. */
import { base64Length, decodeBase64, encodeBase64, encodeBase64Into } from "../base64.ts";
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
 * Writes the line into a buffer that has messageLineBytes left.
 * @param mailbox the fingerprint, as ASCII bytes
 * @returns the offset behind it
 */
export function writeMessageInto(
  target: Uint8Array,
  offset: number,
  mailbox: Uint8Array,
  id: Uint8Array,
  envelope: Uint8Array,
): number {
  target[offset] = 0x31;
  target[offset + 1] = 0x30;
  target[offset + 2] = 0x34;
  target[offset + 3] = 0x3b;
  target.set(mailbox, offset + 4);
  let at = offset + 4 + mailbox.length;
  target[at++] = 0x3b;
  at = encodeBase64Into(id, target, at);
  target[at++] = 0x3b;
  at = encodeBase64Into(envelope, target, at);
  target[at++] = 0x0a;
  return at;
}
