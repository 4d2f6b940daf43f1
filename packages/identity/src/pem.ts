import { KeyError } from "./errors.ts";

/** The one block of a PEM file. `body` is what stands between its first and its last line, still encoded. */
export interface PemBlock {
  readonly label: string;
  readonly body: Uint8Array;
}

const LF = 0x0a;
const BLANKS = new Set([0x20, 0x09, 0x0d, LF]);
const LABEL = /^-----BEGIN ([A-Z0-9 ]{1,64})-----$/;
/** `-----BEGIN ENCRYPTED PRIVATE KEY-----` and its like, with room. */
const MAX_LINE_BYTES = 100;
const PUTTY = /^PuTTY-User-Key-File-/;
const PUBLIC_LINE = /^(?:ssh-|ecdsa-sha2-|sk-)/;

/**
 * Finds the one PEM block (RFC 7468) that a private key file consists of; blanks may stand around it. Only its first and
 * last line become strings, because a string cannot be wiped. Throws KeyError `bad-key` or `unsupported-key`.
 */
export function findPem(file: Uint8Array): PemBlock {
  const text = trim(file);
  const firstEnd = text.indexOf(LF);
  const lastStart = text.lastIndexOf(LF);
  const first = ascii(text.subarray(0, firstEnd === -1 ? undefined : firstEnd));
  const label = LABEL.exec(first)?.[1];
  if (label === undefined) throw notPrivate(first);
  if (firstEnd === lastStart || ascii(text.subarray(lastStart + 1)) !== `-----END ${label}-----`) {
    throw new KeyError("bad-key", "the private key file is cut short");
  }
  return { label, body: text.subarray(firstEnd + 1, lastStart) };
}

/** Does OpenSSL need a passphrase for it? PKCS#8 says so in the label, older forms in a header (RFC 1421 §4.6.1.1). */
export function isEncryptedPem({ label, body }: PemBlock): boolean {
  return label.startsWith("ENCRYPTED ") || ascii(body.subarray(0, 22)) === "Proc-Type: 4,ENCRYPTED";
}

/**
 * Decodes base64 (RFC 4648 §4, canonical) straight from bytes, passing over line ends, so that a secret never becomes a
 * string. The result is the caller's to wipe. Throws KeyError `bad-key`.
 */
export function decodePemBody(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.floor((body.length * 3) / 4) + 3);
  let length = 0;
  let bits = 0;
  let held = 0;
  let padding = 0;
  for (const byte of body) {
    if (byte === LF || byte === 0x0d) continue;
    if (byte === 0x3d) {
      padding++;
      continue;
    }
    const value = sextet(byte);
    if (value === -1 || padding > 0) throw badBase64(out);
    held = ((held << 6) | value) & 0x3fff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[length++] = held >> bits;
    }
  }
  // What is left must be zero bits, and exactly as much padding as they call for.
  if ((held & ((1 << bits) - 1)) !== 0 || bits >= 6 || padding !== bits / 2) throw badBase64(out);
  const decoded = out.slice(0, length);
  out.fill(0);
  return decoded;
}

function sextet(byte: number): number {
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41;
  if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61 + 26;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30 + 52;
  if (byte === 0x2b) return 62;
  return byte === 0x2f ? 63 : -1;
}

function badBase64(partial: Uint8Array): KeyError {
  partial.fill(0);
  return new KeyError("bad-key", "the private key file is damaged");
}

function notPrivate(first: string): KeyError {
  if (PUTTY.test(first)) {
    return new KeyError(
      "unsupported-key",
      "a PuTTY key is not read; convert it: puttygen key.ppk -O private-openssh-new",
    );
  }
  if (PUBLIC_LINE.test(first)) {
    return new KeyError("bad-key", "this is a public key; give the private key file, the one without .pub");
  }
  return new KeyError("bad-key", "this is not a private key file");
}

function trim(bytes: Uint8Array): Uint8Array {
  let from = 0;
  let to = bytes.length;
  while (from < to && BLANKS.has(bytes[from]!)) from++;
  while (to > from && BLANKS.has(bytes[to - 1]!)) to--;
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);
}

/** A line as text, cut off where it is longer than any that we look for. */
function ascii(line: Uint8Array): string {
  return String.fromCharCode(...line.subarray(0, MAX_LINE_BYTES)).replace(/\r$/, "");
}
