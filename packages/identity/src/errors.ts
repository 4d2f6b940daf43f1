/** Why a key, a signature or an agent was refused. A closed set: programs branch on it, people read the message. */
export type KeyErrorCode =
  | "bad-key"
  | "weak-key"
  | "unsupported-key"
  | "needs-passphrase"
  | "wrong-passphrase"
  | "bad-signature"
  | "agent";

/** What this package throws. The message says what to do and never echoes a value that was read. */
export class KeyError extends Error {
  readonly code: KeyErrorCode;

  constructor(code: KeyErrorCode, message: string) {
    super(message);
    this.name = "KeyError";
    this.code = code;
  }
}
