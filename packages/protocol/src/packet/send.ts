/** 3 SEND `3;<token>;<receiver>;<envelope>`: puts an envelope into the receiver's mailbox. */
import { encodeBase64 } from "../base64.ts";
import { malformed } from "../errors.ts";
import { line, tokenField } from "../fields.ts";
import { splitFields } from "../line.ts";

export const SEND = 3;

/** A SEND as it stands on its line. The fields are views: a relay takes them apart without copying. */
export interface Send {
  readonly token: Uint8Array;
  /** A public key in base64, or a fingerprint: see keyOrFingerprintField. */
  readonly receiver: Uint8Array;
  /** Base64, not decoded, not empty. */
  readonly envelope: Uint8Array;
}

/** @throws ProtocolError `wrong-usage` */
export function parseSend(rest: Uint8Array): Send {
  const [token, receiver, envelope] = splitFields(rest, 3, 3) as [Uint8Array, Uint8Array, Uint8Array];
  if (receiver.length === 0) throw malformed("the receiver is missing");
  if (envelope.length === 0) throw malformed("the envelope is empty");
  return { token: tokenField(token), receiver, envelope };
}

/** @param receiver a fingerprint, or base64 of a public key */
export function formatSend(token: Uint8Array, receiver: string, envelope: Uint8Array): Uint8Array {
  return line(SEND, token, receiver, encodeBase64(envelope));
}
