/** ASCII text to bytes and back, without the platform's encoders: this package knows no platform. */

/** @throws RangeError where a character is not ASCII */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char > 0x7f) throw new RangeError("not ASCII");
    bytes[i] = char;
  }
  return bytes;
}

/** For short fields: every byte becomes the character of the same number. */
export function asciiText(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += 4096) {
    text += String.fromCharCode.apply(null, bytes.subarray(from, from + 4096) as unknown as number[]);
  }
  return text;
}

/** Writes a text that is known to be ASCII. @returns the offset behind it */
export function writeAsciiInto(target: Uint8Array, offset: number, text: string): number {
  for (let i = 0; i < text.length; i++) target[offset + i] = text.charCodeAt(i);
  return offset + text.length;
}

/** Whether two runs of bytes are the same; not for secrets, since it stops at the first difference. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
