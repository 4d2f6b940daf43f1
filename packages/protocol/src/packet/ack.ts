/** 6 ACK `6;<token>;<message id>[;<message id> …]`: these arrived and may go. */
import { asciiBytes } from "../ascii.ts";
import { decodeBase64, encodeBase64 } from "../base64.ts";
import { idTextField, line, tokenField } from "../fields.ts";
import { ID_BYTES, MAX_ACK_IDS } from "../limits.ts";
import { splitFields } from "../line.ts";

export const ACK = 6;

export interface Ack {
  readonly token: Uint8Array;
  readonly ids: readonly Uint8Array[];
}

/** An ACK whose ids are left in base64, as a relay keeps them. */
export interface AckFields {
  readonly token: Uint8Array;
  readonly ids: readonly string[];
}

/** @throws ProtocolError `wrong-usage` */
export function parseAckFields(rest: Uint8Array): AckFields {
  const [token, ...ids] = splitFields(rest, 2, 1 + MAX_ACK_IDS) as [Uint8Array, ...Uint8Array[]];
  return { token: tokenField(token), ids: ids.map(idTextField) };
}

/** @throws ProtocolError `wrong-usage` */
export function parseAck(rest: Uint8Array): Ack {
  const { token, ids } = parseAckFields(rest);
  return { token, ids: ids.map((id) => decodeBase64(asciiBytes(id), ID_BYTES)) };
}

export function formatAck(ack: Ack): Uint8Array {
  return line(ACK, ack.token, ...ack.ids.map(encodeBase64));
}
