import { concat } from "./bytes.ts";
import { KeyError } from "./errors.ts";

/** The DER tags (X.690 §8) that keys are made of. */
export const DER = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  sequence: 0x30,
  context0: 0xa0,
} as const;

/** One DER element: tag, shortest length, and `parts` as its content. */
export function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concat(Uint8Array.of(tag, ...derLength(length)), ...parts);
}

/** A non-negative INTEGER from big-endian bytes without leading zeros. */
export function derInteger(magnitude: Uint8Array): Uint8Array {
  const first = magnitude[0];
  const sign = first === undefined || first >= 0x80 ? [0] : [];
  return der(DER.integer, Uint8Array.from(sign), magnitude);
}

function derLength(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >>> 8, length & 0xff];
}

/** Reads DER elements one after the other; lengths up to 65,535 and only in their shortest form. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The content of the next element, which must have this tag. */
  element(tag: number): Uint8Array {
    if (this.#next(1)[0] !== tag) throw broken();
    const short = this.#next(1)[0]!;
    let length = short;
    if (short >= 0x80) {
      if (short !== 0x81 && short !== 0x82) throw broken();
      length = this.#next(short - 0x80).reduce((sum, byte) => sum * 0x100 + byte, 0);
      if (length < (short === 0x81 ? 0x80 : 0x100)) throw broken();
    }
    return this.#next(length);
  }

  /** The magnitude of the next element, a positive INTEGER in its shortest form. */
  positive(): Uint8Array {
    const bytes = this.element(DER.integer);
    const [first, second] = bytes;
    if (first === undefined || first >= 0x80) throw broken();
    if (first > 0) return bytes;
    if (second === undefined || second < 0x80) throw broken();
    return bytes.subarray(1);
  }

  /** Throws unless everything has been read. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw broken();
  }

  #next(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw broken();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function broken(): KeyError {
  return new KeyError("bad-key", "the key is not proper DER; export it again (openssl pkey -pubout)");
}
