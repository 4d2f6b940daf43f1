/** 9 HELLO `9;<32 random bytes>`: the client asks the relay to prove itself. */
import { encodeBase64 } from "../base64.ts";
import { exactBytesField, line } from "../fields.ts";
import { HELLO_BYTES } from "../limits.ts";
import { splitFields } from "../line.ts";

export const HELLO = 9;

/** @returns the client's random bytes. @throws ProtocolError `wrong-usage` */
export function parseHello(rest: Uint8Array): Uint8Array {
  const [random] = splitFields(rest, 1, 1) as [Uint8Array];
  return exactBytesField(random, HELLO_BYTES);
}

export function formatHello(random: Uint8Array): Uint8Array {
  return line(HELLO, encodeBase64(random));
}
