import { KeyError } from "./errors.ts";

/** One fresh array holding `parts` in order. Never a view of Node's shared pool, so that wiping it wipes it. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Same bytes? For public values: the time taken depends on them. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Overwrites with zeros. Best effort: the runtime may have moved a copy before. */
export function wipe(...secrets: Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

/** `bytes` without leading zero bytes: a big-endian number in its shortest form (zero is empty). */
export function trimZeros(bytes: Uint8Array): Uint8Array {
  let first = 0;
  while (first < bytes.length && bytes[first] === 0) first++;
  return bytes.subarray(first);
}

/** `bytes` with zeros put in front up to `length`, or undefined where they do not fit. */
export function padLeft(bytes: Uint8Array, length: number): Uint8Array | undefined {
  if (bytes.length > length) return undefined;
  const padded = new Uint8Array(length);
  padded.set(bytes, length - bytes.length);
  return padded;
}

/** Standard base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** The bytes of canonical padded base64, or undefined: no blanks, no other alphabet, no stray bits. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Strict UTF-8: encoding the result gives the same bytes. Throws KeyError `bad-key`. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new KeyError("bad-key", "the key holds text that is not UTF-8; export it again");
  }
}
