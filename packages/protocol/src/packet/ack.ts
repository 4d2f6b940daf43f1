/** 6 ACK `6;<token>;<message id>[;<message id> …]`: these arrived and may go. */
import { encodeBase64 } from "../base64.ts";
import { idField, line, tokenField } from "../fields.ts";
import { MAX_ACK_IDS } from "../limits.ts";
import { splitFields } from "../line.ts";

export const ACK = 6;

export interface Ack {
  readonly token: Uint8Array;
  readonly ids: readonly Uint8Array[];
}

/** @throws ProtocolError `wrong-usage` */
export function parseAck(rest: Uint8Array): Ack {
  const [token, ...ids] = splitFields(rest, 2, 1 + MAX_ACK_IDS) as [Uint8Array, ...Uint8Array[]];
  return { token: tokenField(token), ids: ids.map(idField) };
}

export function formatAck(ack: Ack): Uint8Array {
  return line(ACK, ack.token, ...ack.ids.map(encodeBase64));
}
