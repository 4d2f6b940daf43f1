/** 0 AUTH `0;<public key>[;<method>]`: the client says which key it claims. */
import { asciiText } from "../ascii.ts";
import { encodeBase64 } from "../base64.ts";
import { malformed } from "../errors.ts";
import { keyField, line } from "../fields.ts";
import { splitFields } from "../line.ts";

export const AUTH = 0;

/** How the key is proved: by an OpenSSH signature, or the article's way, by decrypting. */
export type AuthMethod = "sign" | "decrypt";

export interface Auth {
  /** Decoded bytes: DER SubjectPublicKeyInfo or an OpenSSH blob. */
  readonly key: Uint8Array;
  /** What the client asked for; without it the relay goes by the type of the key. */
  readonly method?: AuthMethod;
}

/** @throws ProtocolError `wrong-usage` */
export function parseAuth(rest: Uint8Array): Auth {
  const [key, named] = splitFields(rest, 1, 2) as [Uint8Array, Uint8Array?];
  if (named === undefined) return { key: keyField(key) };
  const method = named.length <= 7 ? asciiText(named) : "";
  if (method !== "sign" && method !== "decrypt") throw malformed("the method is sign or decrypt");
  return { key: keyField(key), method };
}

export function formatAuth(auth: Auth): Uint8Array {
  const key = encodeBase64(auth.key);
  return auth.method === undefined ? line(AUTH, key) : line(AUTH, key, auth.method);
}
