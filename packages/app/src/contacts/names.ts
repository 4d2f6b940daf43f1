/** Names for contacts whom nobody has named. */
import { parse } from "node:path";
import { fingerprint, type NamedKey } from "@asfaleia/identity";

const MAX_CHARACTERS = 32;
const SHOWN_FINGERPRINT = 8;
/** The messenger takes no such name, since it could be typed for a key; nor `me`. */
const LOOKS_LIKE_A_KEY = /^((sk-)?(ssh|ecdsa)-|AAAA|me$)/i;

/**
 * Out of the comment of a key (`bob@laptop` makes `bob`), else out of its fingerprint.
 * @param isTaken whether a contact is called so
 */
export function nameForKey({ key, comment }: NamedKey, isTaken: (name: string) => boolean): string {
  const short = fingerprint(key)
    .slice("SHA256:".length)
    .replace(/[^A-Za-z0-9]/g, "");
  return freeName(plainName(comment) ?? `key-${short.slice(0, SHOWN_FINGERPRINT)}`, isTaken);
}

/** Out of the name of a card's file (`bob.card` makes `bob`); undefined where that is no name. */
export function nameForFile(path: string, isTaken: (name: string) => boolean): string | undefined {
  const name = plainName(parse(path).name);
  return name === undefined ? undefined : freeName(name, isTaken);
}

function plainName(text: string): string | undefined {
  const before = text.normalize("NFC").split(/[@\s]/)[0] ?? "";
  const plain = before.replace(/[^\p{L}\p{N}._-]/gu, "").slice(0, MAX_CHARACTERS);
  const isName = /^[\p{L}\p{N}]/u.test(plain) && plain.isWellFormed() && !LOOKS_LIKE_A_KEY.test(plain);
  return isName ? plain : undefined;
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let number = 2; ; number++) if (!isTaken(`${name}-${number}`)) return `${name}-${number}`;
}
