/** 106 DOCUMENT `106;<slot>;<document>`: one document of a LOOKUP. */
import { decodeBase64, encodeBase64 } from "../base64.ts";
import { malformed } from "../errors.ts";
import { line, slotField } from "../fields.ts";
import { DOCUMENT_BYTES } from "../limits.ts";
import { splitFields } from "../line.ts";

export const DOCUMENT = 106;

export interface Document {
  readonly slot: string;
  readonly document: Uint8Array;
}

/** @throws ProtocolError `wrong-usage` */
export function parseDocument(rest: Uint8Array): Document {
  const [slot, document] = splitFields(rest, 2, 2) as [Uint8Array, Uint8Array];
  if (document.length === 0) throw malformed("the document is empty");
  return { slot: slotField(slot), document: decodeBase64(document, DOCUMENT_BYTES) };
}

export function formatDocument(document: Document): Uint8Array {
  return line(DOCUMENT, document.slot, encodeBase64(document.document));
}
