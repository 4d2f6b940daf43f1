/**
 * Standard base64 with padding (RFC 4648 section 4), strict: no white space, no missing padding, no stray bits.
 *
 * It works from bytes to bytes. The platform's own codecs go through strings, and a string cannot be wiped:
 * a delivered envelope would stay in the relay's memory until the collector came by.
 */
import { malformed } from "./errors.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 0x3d;

// One table a position, the bits already in place; what is no base64 character is -1, so that one sign bit,
// gathered over the whole field, tells whether any character was bad.
const BITS_18 = new Int32Array(256).fill(-1);
const BITS_12 = new Int32Array(256).fill(-1);
const BITS_6 = new Int32Array(256).fill(-1);
const BITS_0 = new Int32Array(256).fill(-1);
// Two characters at once: the little-endian pair that stands for twelve bits.
const PAIRS = new Uint16Array(4096);
for (let value = 0; value < 64; value++) {
  const char = ALPHABET.charCodeAt(value);
  BITS_18[char] = value << 18;
  BITS_12[char] = value << 12;
  BITS_6[char] = value << 6;
  BITS_0[char] = value;
  for (let low = 0; low < 64; low++) PAIRS[(value << 6) | low] = char | (ALPHABET.charCodeAt(low) << 8);
}

/** Characters that stand for this many bytes. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** Bytes that a field of this form holds, from its length and padding alone; -1 where no base64 has that length. */
export function decodedLength(text: Uint8Array): number {
  const chars = text.length;
  if (chars % 4 !== 0) return -1;
  if (chars === 0) return 0;
  const padding = text[chars - 1] !== PADDING ? 0 : text[chars - 2] !== PADDING ? 1 : 2;
  return (chars / 4) * 3 - padding;
}

/**
 * Decodes into the front of `target`.
 * @returns the number of bytes written, or -1 where the text is not strict base64; then what was written means nothing
 * @throws RangeError where the target is too short
 */
export function decodeBase64Into(text: Uint8Array, target: Uint8Array): number {
  const length = decodedLength(text);
  if (length <= 0) return length;
  if (length > target.length) throw new RangeError("the target is too short");
  const whole = length - (length % 3);
  let bad = 0;
  let from = 0;
  for (let to = 0; to < whole; from += 4) {
    const bits =
      BITS_18[text[from]!]! | BITS_12[text[from + 1]!]! | BITS_6[text[from + 2]!]! | BITS_0[text[from + 3]!]!;
    bad |= bits;
    target[to++] = bits >> 16;
    target[to++] = bits >> 8;
    target[to++] = bits;
  }
  if (length - whole === 2) {
    const bits = BITS_18[text[from]!]! | BITS_12[text[from + 1]!]! | BITS_6[text[from + 2]!]!;
    bad |= bits | -(bits & 0xff);
    target[whole] = bits >> 16;
    target[whole + 1] = bits >> 8;
  } else if (length - whole === 1) {
    const bits = BITS_18[text[from]!]! | BITS_12[text[from + 1]!]!;
    bad |= bits | -(bits & 0xffff);
    target[whole] = bits >> 16;
  }
  return bad < 0 ? -1 : length;
}

/**
 * Writes the base64 of `bytes` into `target` from `offset`.
 * @returns the offset behind the last character
 * @throws RangeError where the target is too short
 */
export function encodeBase64Into(bytes: Uint8Array, target: Uint8Array, offset: number): number {
  const end = offset + base64Length(bytes.length);
  if (end > target.length) throw new RangeError("the target is too short");
  const whole = bytes.length - (bytes.length % 3);
  let to = offset;
  for (let from = 0; from < whole; from += 3) {
    const bits = (bytes[from]! << 16) | (bytes[from + 1]! << 8) | bytes[from + 2]!;
    const high = PAIRS[bits >> 12]!;
    const low = PAIRS[bits & 0xfff]!;
    target[to++] = high;
    target[to++] = high >> 8;
    target[to++] = low;
    target[to++] = low >> 8;
  }
  if (to < end) {
    const two = bytes.length - whole === 2;
    const bits = (bytes[whole]! << 16) | (two ? bytes[whole + 1]! << 8 : 0);
    const high = PAIRS[bits >> 12]!;
    target[to++] = high;
    target[to++] = high >> 8;
    target[to++] = two ? PAIRS[bits & 0xfff]! : PADDING;
    target[to++] = PADDING;
  }
  return end;
}

/**
 * Decodes a binary field.
 * @param maxBytes the most that the field may hold; checked before anything is allocated
 * @throws ProtocolError `wrong-usage` where it is no strict base64 or is longer
 */
export function decodeBase64(text: Uint8Array, maxBytes: number): Uint8Array {
  const length = decodedLength(text);
  if (length > maxBytes) throw malformed("a base64 field is too long");
  if (length < 0) throw malformed("a field is not base64");
  const bytes = new Uint8Array(length);
  if (decodeBase64Into(text, bytes) < 0) {
    bytes.fill(0);
    throw malformed("a field is not base64");
  }
  return bytes;
}

/** The base64 of bytes, as bytes. */
export function encodeBase64(bytes: Uint8Array): Uint8Array {
  const text = new Uint8Array(base64Length(bytes.length));
  encodeBase64Into(bytes, text, 0);
  return text;
}
