/** What goes wrong between a client and its relay. No text here holds a key, a name or an address. */
import type { ErrorCode, ErrorPacket } from "@asfaleia/protocol";

const LINK_ERRORS = {
  unreachable: "nobody answers at the relay's address",
  proxy: "the proxy made no connection to the relay",
  timeout: "the relay did not answer in time",
  closed: "the connection to the relay is closed",
  "relay-untrusted": "the relay's key is not known here and was not accepted",
  "relay-key-changed": "the relay has another key than the one it is known by",
  "relay-unproven": "the relay did not prove its key on this very connection",
  "bad-relay": "the relay broke the protocol",
} as const;

/** Why a link could not be opened or came to its end. A closed set. */
export type LinkErrorCode = keyof typeof LINK_ERRORS;

/** The link could not be opened, or is over: whatever was asked on it and not answered fails with the same error. */
export class LinkError extends Error {
  readonly code: LinkErrorCode;

  /** @param detail what more there is to say, in words of our own */
  constructor(code: LinkErrorCode, detail?: string) {
    super(detail === undefined ? LINK_ERRORS[code] : `${LINK_ERRORS[code]}: ${detail}`);
    this.name = "LinkError";
    this.code = code;
  }
}

/** The relay refused one request, or ended a subscription (`taken-over`, `going-away`). The link may live on. */
export class RefusedError extends Error {
  readonly code: ErrorCode;
  /** What the relay says about it: printable ASCII, of a bounded length, and not to be believed. */
  readonly relayText: string;

  constructor(code: ErrorCode, relayText = "") {
    super(`refused: ${code}`);
    this.name = "RefusedError";
    this.code = code;
    this.relayText = relayText;
  }
}

/** An ERROR line as an exception. The text of `taken-over` is a mailbox, so it is left out. */
export function refusal({ code, text }: ErrorPacket): RefusedError {
  return new RefusedError(code, code === "taken-over" ? "" : text);
}
