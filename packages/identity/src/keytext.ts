import { fromBase64 } from "./bytes.ts";
import { KeyError } from "./errors.ts";
import { type NamedKey, publicKeyFromLine } from "./keyline.ts";
import { unsupportedType } from "./material.ts";
import { type PublicKey, publicKeyFromField, publicKeyFromMaterial, publicKeyFromSpki } from "./publickey.ts";
import { decodePkcs1 } from "./spki.ts";

/** The longest text that is looked at for a key. */
export const MAX_KEY_TEXT_CHARACTERS = 16 * 1024;

/**
 * Reads a public key as a person hands it over: a .pub line, a PEM public key (`BEGIN PUBLIC KEY`, RFC 7468 §13, or
 * `BEGIN RSA PUBLIC KEY`), or the bare base64 of an SPKI or an OpenSSH blob, also when it is broken into lines.
 * Throws KeyError `bad-key`, `weak-key` or `unsupported-key`; a private key is refused with a warning.
 */
export function publicKeyFromText(text: string): NamedKey {
  if (text.length > MAX_KEY_TEXT_CHARACTERS)
    throw new KeyError("bad-key", "the text is too long for a public key");
  const trimmed = text.trim();
  if (/PRIVATE KEY-----|^PuTTY-User-Key-File/.test(trimmed)) {
    throw new KeyError("bad-key", "this is a private key: show it to nobody, and give the .pub file instead");
  }
  if (trimmed.startsWith("-----")) return { key: publicKeyFromPem(trimmed), comment: "" };
  if (trimmed.startsWith("---- ")) {
    throw new KeyError(
      "unsupported-key",
      "an RFC 4716 key is not read; convert it: ssh-keygen -i -f key.pub",
    );
  }
  const bytes = fromBase64(trimmed.replaceAll(/\s/g, ""));
  if (bytes !== undefined && (bytes[0] === 0x30 || bytes[0] === 0x00)) {
    return { key: publicKeyFromField(bytes), comment: "" };
  }
  return publicKeyFromLine(trimmed);
}

const PEM = /^-----BEGIN ([A-Z0-9 ]+)-----\s([A-Za-z0-9+/=\s]+)-----END ([A-Z0-9 ]+)-----$/;

function publicKeyFromPem(text: string): PublicKey {
  const [, begin, body, end] = PEM.exec(text) ?? [];
  const bytes = body === undefined ? undefined : fromBase64(body.replaceAll(/\s/g, ""));
  if (bytes === undefined || begin !== end)
    throw new KeyError("bad-key", "the PEM text is damaged; copy it again");
  if (begin === "PUBLIC KEY") return publicKeyFromSpki(bytes);
  if (begin === "RSA PUBLIC KEY") return publicKeyFromMaterial(decodePkcs1(bytes));
  throw unsupportedType();
}
