/** The user's own names for people. They are typed where keys, fingerprints and options are typed too, and never look like one. */

/** Unicode characters. */
export const MAX_NAME_CHARACTERS = 64;

/** The name of the contact that holds the own devices. */
export const OWN_CONTACT_NAME = "me";

/**
 * Control, bidirectional, format and private characters, and what is not to be seen; with the blanks that no property
 * tells, an empty cell of braille and a note without a head.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/u;
/** `ssh-ed25519 …`, `sk-ssh-…@openssh.com …`, `ecdsa-sha2-… …`. */
const KEY_LINE = /^(?:sk-)?(?:ssh|ecdsa)-/i;
/** The blob alone: it begins with the length of the type's name, in base64. */
const KEY_BLOB = /^AAAA[A-Za-z0-9+/]{8}/;
/** `SHA256:`, `github:`, `https:`. RFC 3986 section 3.1. */
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** A set of contacts that is always taken would be searched for ever. */
const MAX_TRIES = 10_000;

/**
 * A name as it is kept: without spaces around it, with single spaces within, in Unicode's form C.
 * @throws RangeError with the reason, which does not hold the name
 */
export function checkName(name: string): string {
  const clean = name
    .normalize("NFC")
    .trim()
    .replaceAll(/\p{Zs}+/gu, " ");
  if (clean === "") throw new RangeError("a name has at least one character");
  if (characters(clean).length > MAX_NAME_CHARACTERS) {
    throw new RangeError(`a name has at most ${MAX_NAME_CHARACTERS} characters`);
  }
  if (HIDDEN.test(clean)) throw new RangeError("a name has no characters that cannot be seen");
  // Other forms, such as full width, are read as the plain one.
  const plain = clean.normalize("NFKC");
  if (sameName(plain, OWN_CONTACT_NAME)) {
    throw new RangeError(`'${OWN_CONTACT_NAME}' is the name of your own devices`);
  }
  if (plain.startsWith("-")) throw new RangeError("a name does not begin with '-'");
  if (KEY_LINE.test(plain) || KEY_BLOB.test(plain)) throw new RangeError("a name does not look like a key");
  if (SCHEME.test(plain)) throw new RangeError("a name does not begin like a fingerprint or an address");
  return clean;
}

/** Whether two names are one to the store of contacts: letter case aside. */
export function sameName(a: string, b: string): boolean {
  return foldName(a) === foldName(b);
}

/** Alike for names that `sameName` finds alike: to look names up by. Not to be shown. */
export function foldName(name: string): string {
  // By way of the capitals, ß becomes ss, and a sigma is the same at the end of a word.
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/**
 * The name wished for or, where it is taken, with ` 2`, ` 3` and so on behind it, cut where it would be too long.
 * @param wish as `checkName` returns it
 * @throws RangeError where `isTaken` never says no
 */
export function uniqueName(wish: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(wish)) return wish;
  for (let number = 2; number < MAX_TRIES; number++) {
    const end = ` ${number}`;
    const start = characters(wish)
      .slice(0, MAX_NAME_CHARACTERS - end.length)
      .join("");
    const name = start.trimEnd() + end;
    if (!isTaken(name)) return name;
  }
  throw new RangeError("every such name is taken");
}

function characters(text: string): string[] {
  return [...text];
}
