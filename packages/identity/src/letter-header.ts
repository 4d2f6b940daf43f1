/** `field: value` lines, read one after the other in the order in which they are asked for. */
import { concat } from "./bytes.ts";
import { malformed } from "./letter-error.ts";

const LF = 0x0a;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A cursor over a header and the body behind it. Asking in order is what makes order and number of lines strict. */
export class HeaderReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Where the next line begins. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * The value of the next line, or undefined where that is another field's.
   * @param maxBytes the most that the value may have; a longer line is not looked at any further
   * @throws LetterError `malformed` where the value is longer, has no end, or is not UTF-8
   */
  optional(field: string, maxBytes: number): string | undefined {
    const prefix = Buffer.from(`${field}: `);
    const start = this.#offset + prefix.length;
    if (!prefix.equals(this.#bytes.subarray(this.#offset, start))) return undefined;
    const length = this.#bytes.subarray(start, start + maxBytes + 1).indexOf(LF);
    if (length < 0) throw malformed(`the ${field} line is too long or has no end`);
    this.#offset = start + length + 1;
    try {
      return utf8.decode(this.#bytes.subarray(start, start + length));
    } catch {
      throw malformed(`the ${field} line is not UTF-8`);
    }
  }

  /** As `optional`, where the line must be there. */
  required(field: string, maxBytes: number): string {
    const value = this.optional(field, maxBytes);
    if (value === undefined) throw malformed(`no ${field} line where it belongs`);
    return value;
  }

  /** A copy of what lies behind the empty line, which must be next. */
  body(): Uint8Array {
    if (this.#bytes[this.#offset] !== LF) throw malformed("a line that does not belong into the header");
    return concat(this.#bytes.subarray(this.#offset + 1));
  }
}
