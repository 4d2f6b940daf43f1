/** Why a letter was refused. A closed set: programs branch on it, people read the message. */
export type LetterErrorCode =
  /** No key of ours opens it. Also files under a passphrase. */
  | "not-for-us"
  /** It is no age file, or was altered or cut. */
  | "damaged"
  /** It opened, and does not keep to the format. When sealing: it could not. */
  | "malformed"
  /** It says that it is for another key than the one that opened it. */
  | "wrong-recipient"
  /** Its signature does not fit its text or its sender. */
  | "bad-signature"
  /** It is larger than the largest envelope. When sealing: it would be. */
  | "too-large"
  /** Nothing can be sealed for this type of key. */
  | "no-letter-form";

/** What the functions about letters throw. The message never echoes a value that was read. */
export class LetterError extends Error {
  readonly code: LetterErrorCode;
  /** Only with `too-large` when sealing: the most bytes of body that would fit; below zero where none would. */
  readonly largestBody?: number;

  constructor(code: LetterErrorCode, message: string, options: { largestBody?: number } = {}) {
    super(message);
    this.name = "LetterError";
    this.code = code;
    if (options.largestBody !== undefined) this.largestBody = options.largestBody;
  }
}

export function malformed(message: string): LetterError {
  return new LetterError("malformed", message);
}
