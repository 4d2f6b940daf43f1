/** What goes wrong with what people's devices say to each other. No text here holds a key, a name, an address or a text. */

const FORMAT_ERRORS = {
  "bad-cbor": "the bytes are not CBOR in its one deterministic form",
  "too-large": "it is larger than such a thing may be",
  malformed: "a field is missing, too many, or not what it must be",
  "bad-signature": "a signature does not hold",
  "wrong-key": "it is about another key than the one it came with",
  ended: "it is past its end date",
} as const;

/** Why bytes were refused, or could not be made. A closed set: programs branch on it. */
export type FormatErrorCode = keyof typeof FORMAT_ERRORS;

/** What every reader and writer in this folder throws for bytes or fields that break a rule of docs/messaging.md. */
export class FormatError extends Error {
  readonly code: FormatErrorCode;

  constructor(code: FormatErrorCode) {
    super(FORMAT_ERRORS[code]);
    this.name = "FormatError";
    this.code = code;
  }
}

/** What `read` makes of bytes that anybody may have sent; undefined where they break a rule. Other errors pass. */
export function ifWellFormed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
