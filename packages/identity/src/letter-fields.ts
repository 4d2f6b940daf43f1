/** What the header fields of a letter may hold (docs/messaging.md, "Letters"). */
import { isUtf8 } from "node:buffer";

/** Random bytes that tell a letter from every other. */
export const LETTER_ID_BYTES = 16;
/** UTF-8 bytes of a file name: what file systems take. */
export const MAX_LETTER_NAME_BYTES = 255;
/** Characters of a media type (RFC 6838 section 4.2 allows 127 on either side) with its parameter. */
export const MAX_LETTER_TYPE_CHARACTERS = 127 + 1 + 127 + "; charset=utf-8".length;

const TYPE =
  /^(?<kind>[a-z0-9][a-z0-9!#$&^_.+-]{0,126})\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(?<charset>; charset=utf-8)?$/;
// Slashes of both worlds, control characters, line and paragraph separators, and what turns the direction of text
// around, so that `gnp.exe` cannot be made to look like `exe.png`.
const NOT_IN_A_NAME = /[/\\\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/**
 * Whether this is a media type as letters write it: lower case, `; charset=utf-8` behind every text/… type, no other
 * parameter. A text in another encoding is sent as application/octet-stream.
 */
export function isLetterType(type: string): boolean {
  const groups = TYPE.exec(type)?.groups;
  return groups !== undefined && (groups.kind === "text") === (groups.charset !== undefined);
}

/**
 * Whether this is a file name as letters carry it: 1 to 255 bytes of UTF-8, no slash, backslash, control or
 * direction character, no leading dot, no white space around it. Names are refused and never rewritten: whoever
 * sends chooses another one.
 */
export function isLetterName(name: string): boolean {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > MAX_LETTER_NAME_BYTES) return false;
  return name.isWellFormed() && name.trim() === name && !name.startsWith(".") && !NOT_IN_A_NAME.test(name);
}

/** Whether a letter of this type may have this body: a text/… body is UTF-8, others are what they are. */
export function isLetterBody(type: string, body: Uint8Array): boolean {
  return !type.startsWith("text/") || isUtf8(body);
}

/**
 * RFC 3339 in UTC, whole seconds.
 * @throws RangeError where the year is not one of 0000 to 9999
 */
export function formatLetterDate(date: Date): string {
  const text = `${date.toISOString().slice(0, -".000Z".length)}Z`;
  if (parseLetterDate(text) === null) throw new RangeError("the year has more than four digits");
  return text;
}

/** The instant, or null where the text is not exactly as `formatLetterDate` writes it (so no leap seconds). */
export function parseLetterDate(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return null;
  const date = new Date(text);
  // Date takes some days that do not exist, and 24:00:00, for the day after.
  return !Number.isNaN(date.getTime()) && date.toISOString() === text.replace("Z", ".000Z") ? date : null;
}
