/** The closed set of codes that ERROR carries (docs/protocol.md, "Errors"). */
export const ERROR_CODES = [
  "wrong-usage",
  "bad-key",
  "weak-key",
  "auth-failed",
  "bad-token",
  "too-large",
  "mailbox-full",
  "relay-full",
  "slow-down",
  "puzzle",
  "not-found",
  "not-allowed",
  "going-away",
  "taken-over",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Whether a text is one of the codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return (ERROR_CODES as readonly string[]).includes(text);
}

/**
 * A request that was not understood or not granted. The message is lower-case, for a person, and repeats
 * nothing that it was given.
 */
export class ProtocolError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = "ProtocolError";
    this.code = code;
  }
}

/** A line or field that breaks the grammar: code `wrong-usage`. */
export function malformed(message: string): ProtocolError {
  return new ProtocolError("wrong-usage", message);
}
