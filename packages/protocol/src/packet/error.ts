/** 102 ERROR `102;<code>;<text>`: why a request was not granted; or, unasked, that the relay or a subscription ends. */
import { asciiText } from "../ascii.ts";
import { type ErrorCode, isErrorCode, malformed } from "../errors.ts";
import { line, textField } from "../fields.ts";
import { MAX_ERROR_TEXT_CHARS } from "../limits.ts";
import { splitFields } from "../line.ts";

export const ERROR = 102;

export interface ErrorPacket {
  readonly code: ErrorCode;
  /** For a person; `taken-over` has the mailbox fingerprint here. */
  readonly text: string;
}

/** @throws ProtocolError `wrong-usage` */
export function parseError(rest: Uint8Array): ErrorPacket {
  const [codeField, text] = splitFields(rest, 2, 2) as [Uint8Array, Uint8Array];
  const code = codeField.length <= 32 ? asciiText(codeField) : "";
  if (!isErrorCode(code)) throw malformed("the relay gave an error of no known code");
  return { code, text: textField(text, MAX_ERROR_TEXT_CHARS) };
}

export function formatError(error: ErrorPacket): Uint8Array {
  return line(ERROR, error.code, error.text);
}

/** Whether an ERROR stands for itself, and answers no request. */
export function isUnasked(code: ErrorCode): boolean {
  return code === "going-away" || code === "taken-over";
}
