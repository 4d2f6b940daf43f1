/** 101 TOKEN `101;<token>;<seconds>`: the reply to a proof that held. */
import { malformed } from "../errors.ts";
import { line, numberField, tokenField } from "../fields.ts";
import { splitFields } from "../line.ts";

export const TOKEN = 101;

export interface Token {
  /** A JWT in its compact form (RFC 7519), as ASCII bytes. To a client it is opaque. */
  readonly token: Uint8Array;
  /** How long it is good for. */
  readonly seconds: number;
}

/** @throws ProtocolError `wrong-usage` */
export function parseToken(rest: Uint8Array): Token {
  const [token, seconds] = splitFields(rest, 2, 2) as [Uint8Array, Uint8Array];
  for (const byte of tokenField(token))
    if (byte <= 0x20 || byte > 0x7e) throw malformed("the token is not printable");
  return { token: token.slice(), seconds: numberField(seconds, 1, 0xffff_ffff) };
}

export function formatToken(token: Token): Uint8Array {
  return line(TOKEN, token.token, String(token.seconds));
}
