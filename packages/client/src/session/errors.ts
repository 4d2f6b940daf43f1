/** What goes wrong with a session, and is no word about anybody's message. No text here holds a key or a name. */
import { ErrorCode, LibSignalErrorBase } from "@signalapp/libsignal-client";

const SESSION_ERRORS = {
  "no-session": "there is no session to write in",
  "bad-bundle": "the keys of the other device do not belong together",
  untrusted: "the other device's key is not the one its name was made from",
  "not-post-quantum": "the session has no post-quantum ratchet",
  stale: "the session was changed while something else was under way",
  broken: "the ratchet failed",
} as const;

/** A closed set. */
export type SessionErrorCode = keyof typeof SESSION_ERRORS;

export class SessionError extends Error {
  readonly code: SessionErrorCode;

  /** @param detail what more there is to say, in words of a fixed set */
  constructor(code: SessionErrorCode, detail?: string) {
    super(detail === undefined ? SESSION_ERRORS[code] : `${SESSION_ERRORS[code]}: ${detail}`);
    this.name = "SessionError";
    this.code = code;
  }
}

/** The same error, or SessionError `broken` in the place of one of libsignal's, whose texts name devices. */
export function withoutNames(error: unknown): unknown {
  return error instanceof LibSignalErrorBase ? new SessionError("broken", ErrorCode[error.code]) : error;
}

/** What `work` returns. Errors of libsignal's are thrown as SessionError `broken`. */
export function orBroken<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withoutNames(error);
  }
}

/** What `parse` returns, or undefined where libsignal finds the bytes to be no such thing. */
export function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof LibSignalErrorBase) return undefined;
    throw error;
  }
}
