/** The forms that fields have in more than one packet (docs/protocol.md, "Fields"), and how a line is put together. */
import { asciiBytes, asciiText } from "./ascii.ts";
import { decodeBase64, decodeBase64Into, decodedLength } from "./base64.ts";
import { malformed } from "./errors.ts";
import { HANDLE_CHARS, ID_BYTES, MAX_KEY_BYTES, MAX_SLOT_CHARS, MAX_TOKEN_CHARS } from "./limits.ts";

const LF = 0x0a;
const SEMICOLON = 0x3b;

/** `SHA256:` and 43 characters of base64: 256 bits, the last two of the last character zero. */
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/;
const FINGERPRINT_CHARS = 50;
const SLOT = /^[a-z0-9-]+$/;
const HANDLE = /^[A-Za-z0-9_-]{22}$/;
const NUMBER = /^(0|[1-9][0-9]{0,9})$/;

/** Whether a text is a fingerprint as OpenSSH writes it, `SHA256:` in front. */
export function isFingerprint(text: string): boolean {
  return FINGERPRINT.test(text);
}

/** @throws ProtocolError `wrong-usage` */
export function fingerprintField(field: Uint8Array): string {
  const text = field.length === FINGERPRINT_CHARS ? asciiText(field) : "";
  if (!isFingerprint(text)) throw malformed("a fingerprint is SHA256: and 43 characters");
  return text;
}

/** Who is meant: a fingerprint, or the decoded bytes of a public key (SPKI or OpenSSH blob). */
export type KeyOrFingerprint = { readonly fingerprint: string } | { readonly key: Uint8Array };

/** @throws ProtocolError `wrong-usage` */
export function keyOrFingerprintField(field: Uint8Array): KeyOrFingerprint {
  // No base64 of a key has a colon in it.
  if (field[6] === 0x3a) return { fingerprint: fingerprintField(field) };
  return { key: keyField(field) };
}

/** The bytes of a public key, not looked into. @throws ProtocolError `wrong-usage` */
export function keyField(field: Uint8Array): Uint8Array {
  if (field.length === 0) throw malformed("the public key is missing");
  return decodeBase64(field, MAX_KEY_BYTES);
}

/** A message id or boot id. @throws ProtocolError `wrong-usage` */
export function idField(field: Uint8Array): Uint8Array {
  return exactBytesField(field, ID_BYTES);
}

const SOME_ID = new Uint8Array(ID_BYTES);

/** A message id as its base64: since that is strict, the text names the id. @throws ProtocolError `wrong-usage` */
export function idTextField(field: Uint8Array): string {
  if (decodedLength(field) !== ID_BYTES || decodeBase64Into(field, SOME_ID) < 0) {
    throw malformed("a message id is 16 bytes in base64");
  }
  return asciiText(field);
}

/** @throws ProtocolError `wrong-usage` where it does not hold just that many bytes */
export function exactBytesField(field: Uint8Array, bytes: number): Uint8Array {
  const value = decodeBase64(field, bytes);
  if (value.length !== bytes) throw malformed("a binary field is too short");
  return value;
}

/** A token, kept as the bytes it came in: it is compared by them. @throws ProtocolError `wrong-usage` */
export function tokenField(field: Uint8Array): Uint8Array {
  if (field.length === 0 || field.length > MAX_TOKEN_CHARS)
    throw malformed("the token is missing or too long");
  return field;
}

/** @throws ProtocolError `wrong-usage` */
export function handleField(field: Uint8Array): string {
  const text = field.length === HANDLE_CHARS ? asciiText(field) : "";
  if (!HANDLE.test(text)) throw malformed("a handle is 22 characters of base64url");
  return text;
}

/** @throws ProtocolError `wrong-usage` */
export function slotField(field: Uint8Array): string {
  const text = field.length <= MAX_SLOT_CHARS ? asciiText(field) : "";
  if (!SLOT.test(text)) throw malformed("a slot is 1 to 32 of a-z, 0-9 and -");
  return text;
}

/** A decimal number of at most ten digits without leading zeros. @throws ProtocolError `wrong-usage` */
export function numberField(field: Uint8Array, least: number, most: number): number {
  const text = field.length <= 10 ? asciiText(field) : "";
  const value = NUMBER.test(text) ? Number(text) : -1;
  if (value < least || value > most) throw malformed(`a number must be from ${least} to ${most}`);
  return value;
}

/** Printable ASCII of bounded length, for a person. @throws ProtocolError `wrong-usage` */
export function textField(field: Uint8Array, maxChars: number): string {
  if (field.length > maxChars) throw malformed("a text is too long");
  for (const byte of field) if (byte < 0x20 || byte > 0x7e) throw malformed("a text is not printable ASCII");
  return asciiText(field);
}

/** One line, LF included, of an id and fields that are ASCII already. */
export function line(id: number, ...fields: readonly (string | Uint8Array)[]): Uint8Array {
  const parts = [asciiBytes(String(id)), ...fields.map((f) => (typeof f === "string" ? asciiBytes(f) : f))];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
    bytes[at++] = SEMICOLON;
  }
  bytes[at - 1] = LF;
  return bytes;
}
