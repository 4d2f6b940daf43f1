/** 103 SENT `103;<message id>`: the envelope or document is in the relay's memory. */
import { writeAsciiInto } from "../ascii.ts";
import { encodeBase64 } from "../base64.ts";
import { idField, line } from "../fields.ts";
import { splitFields } from "../line.ts";

export const SENT = 103;

/** Bytes of the line, LF included. */
export const SENT_LINE_BYTES = 4 + 24 + 1;

/** @returns the message id, 16 bytes. @throws ProtocolError `wrong-usage` */
export function parseSent(rest: Uint8Array): Uint8Array {
  const [id] = splitFields(rest, 1, 1) as [Uint8Array];
  return idField(id);
}

export function formatSent(id: Uint8Array): Uint8Array {
  return line(SENT, encodeBase64(id));
}

/**
 * Writes the line into a buffer that has SENT_LINE_BYTES left.
 * @param id the message id in base64
 * @returns the offset behind it
 */
export function writeSentInto(target: Uint8Array, offset: number, id: string): number {
  const end = writeAsciiInto(target, writeAsciiInto(target, offset, "103;"), id);
  target[end] = 0x0a;
  return end + 1;
}
