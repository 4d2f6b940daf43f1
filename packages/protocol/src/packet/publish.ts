/** 7 PUBLISH `7;<token>;<slot>;<seconds>;<document>`: a document under one's own key, for others to look up. */
import { decodeBase64, decodedLength, encodeBase64 } from "../base64.ts";
import { malformed, ProtocolError } from "../errors.ts";
import { line, numberField, slotField, tokenField } from "../fields.ts";
import { DOCUMENT_BYTES } from "../limits.ts";
import { splitFields } from "../line.ts";

export const PUBLISH = 7;

export interface Publish {
  readonly token: Uint8Array;
  readonly slot: string;
  /** How long it is kept. 0 with an empty document empties the slot. */
  readonly seconds: number;
  readonly document: Uint8Array;
}

/** @throws ProtocolError `wrong-usage`; `too-large` for a document of 64 KiB or more */
export function parsePublish(rest: Uint8Array): Publish {
  const [token, slot, seconds, document] = splitFields(rest, 4, 4) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  if (decodedLength(document) > DOCUMENT_BYTES) {
    throw new ProtocolError("too-large", `a document has at most ${DOCUMENT_BYTES} bytes`);
  }
  const publish = {
    token: tokenField(token),
    slot: slotField(slot),
    seconds: numberField(seconds, 0, 0xffff_ffff),
    document: decodeBase64(document, DOCUMENT_BYTES),
  };
  if ((publish.seconds === 0) !== (publish.document.length === 0)) {
    throw malformed("a document and its seconds are both given, or neither to empty the slot");
  }
  return publish;
}

export function formatPublish(publish: Publish): Uint8Array {
  return line(PUBLISH, publish.token, publish.slot, String(publish.seconds), encodeBase64(publish.document));
}
