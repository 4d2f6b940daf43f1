/** 106 DOCUMENT `106;<slot>;<document>`: one document of a LOOKUP. */
import { writeAsciiInto } from "../ascii.ts";
import { base64Length, decodeBase64, encodeBase64, encodeBase64Into } from "../base64.ts";
import { malformed } from "../errors.ts";
import { line, slotField } from "../fields.ts";
import { DOCUMENT_BYTES } from "../limits.ts";
import { splitFields } from "../line.ts";

export const DOCUMENT = 106;

const LF = 0x0a;

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

/** Bytes of the line, LF included, for a slot of this many characters and a document of this many decoded bytes. */
export function documentLineBytes(slotChars: number, documentBytes: number): number {
  return 4 + slotChars + 1 + base64Length(documentBytes) + 1;
}

/**
 * Writes the whole line, LF included, into a buffer that has documentLineBytes left, and nowhere else.
 * @returns the offset behind it
 */
export function writeDocumentInto(target: Uint8Array, offset: number, { slot, document }: Document): number {
  let at = writeAsciiInto(target, offset, `${DOCUMENT};${slot};`);
  at = encodeBase64Into(document, target, at);
  target[at] = LF;
  return at + 1;
}
