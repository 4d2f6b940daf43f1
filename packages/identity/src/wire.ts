import { concat, decodeUtf8, trimZeros } from "./bytes.ts";
import { KeyError } from "./errors.ts";

/**
 * Reads the SSH data types of RFC 4251 §5 from `bytes`, strictly: every length is compared with what is there
 * before it is used, and `end()` refuses trailing bytes. What is returned are views, not copies.
 * Everything throws KeyError `bad-key`.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A plain view: `subarray` of a Buffer would give Buffers to callers who asked for Uint8Array.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes have not been read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next `length` bytes as they stand. */
  raw(length: number): Uint8Array {
    if (length > this.left) throw new KeyError("bad-key", "the key data is cut short; copy it again");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  byte(): number {
    return this.raw(1)[0]!;
  }

  uint32(): number {
    const [a, b, c, d] = this.raw(4);
    return a! * 0x1000000 + ((b! << 16) | (c! << 8) | d!);
  }

  string(): Uint8Array {
    return this.raw(this.uint32());
  }

  /** A string that must be UTF-8 without NUL (a C string on the other side). */
  text(): string {
    const text = decodeUtf8(this.string());
    if (text.includes("\0")) throw new KeyError("bad-key", "the key holds a NUL in a text; export it again");
    return text;
  }

  /** The magnitude of a non-negative mpint in its only legal encoding; zero is empty. */
  mpint(): Uint8Array {
    const bytes = this.string();
    const [first, second] = bytes;
    if (first === undefined) return bytes;
    if (first >= 0x80) throw new KeyError("bad-key", "the key holds a negative number; export it again");
    if (first > 0) return bytes;
    if (second === undefined || second < 0x80) {
      throw new KeyError("bad-key", "the key holds a number with needless zeros; export it again");
    }
    return bytes.subarray(1);
  }

  /** Throws unless everything has been read. */
  end(): void {
    if (this.left !== 0) throw new KeyError("bad-key", "there are bytes after the end of the key data");
  }
}

/** Writes the SSH data types of RFC 4251 §5; `bytes()` is what has been written. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];

  raw(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  byte(value: number): this {
    return this.raw(Uint8Array.of(value));
  }

  uint32(value: number): this {
    return this.raw(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
  }

  string(value: Uint8Array | string): this {
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    return this.uint32(bytes.length).raw(bytes);
  }

  /** A non-negative number given as big-endian bytes, with or without leading zeros. */
  mpint(magnitude: Uint8Array): this {
    const shortest = trimZeros(magnitude);
    return this.string((shortest[0] ?? 0) >= 0x80 ? concat(Uint8Array.of(0), shortest) : shortest);
  }

  bytes(): Uint8Array {
    return concat(...this.#parts);
  }
}
