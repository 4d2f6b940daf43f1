/** 4 GET `4;<token>`: everything that waits in the mailbox, once. */
import { line, tokenField } from "../fields.ts";
import { splitFields } from "../line.ts";

export const GET = 4;

/** @returns the token. @throws ProtocolError `wrong-usage` */
export function parseGet(rest: Uint8Array): Uint8Array {
  const [token] = splitFields(rest, 1, 1) as [Uint8Array];
  return tokenField(token);
}

export function formatGet(token: Uint8Array): Uint8Array {
  return line(GET, token);
}
