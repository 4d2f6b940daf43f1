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

/** A PUBLISH whose document is not decoded: a relay does that only once it knows that it will keep it. */
export interface PublishFields extends Omit<Publish, "document"> {
  /** Base64, empty to empty the slot. A view of the line. */
  readonly text: Uint8Array;
}

/** @throws ProtocolError `wrong-usage`; `too-large` for a document of 64 KiB or more */
export function parsePublishFields(rest: Uint8Array): PublishFields {
  const [token, slot, seconds, text] = splitFields(rest, 4, 4) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  if (decodedLength(text) > DOCUMENT_BYTES) {
    throw new ProtocolError("too-large", `a document has at most ${DOCUMENT_BYTES} bytes`);
  }
  const fields = {
    token: tokenField(token),
    slot: slotField(slot),
    seconds: numberField(seconds, 0, 0xffff_ffff),
    text,
  };
  if ((fields.seconds === 0) !== (text.length === 0)) {
    throw malformed("a document and its seconds are both given, or neither to empty the slot");
  }
  return fields;
}

/** @throws ProtocolError `wrong-usage`; `too-large` for a document of 64 KiB or more */
export function parsePublish(rest: Uint8Array): Publish {
  const { text, ...fields } = parsePublishFields(rest);
  return { ...fields, document: decodeBase64(text, DOCUMENT_BYTES) };
}

export function formatPublish(publish: Publish): Uint8Array {
  return line(PUBLISH, publish.token, publish.slot, String(publish.seconds), encodeBase64(publish.document));
}
