/** Reading letters: age, fields, receiver, signature. */
import { decryptAgeFile, type OpenedAgeFile, unarmorAgeFile } from "./age-file.ts";
import { LetterError } from "./letter-error.ts";
import { parseLetter } from "./letter-format.ts";
import { checkLetterSignature } from "./letter-signature.ts";
import { LARGEST_LETTER_BYTES } from "./letter-size.ts";
import type { PrivateKey } from "./privatekey.ts";
import { fingerprint, type PublicKey } from "./publickey.ts";

/** Room for the largest envelope in armor (355,101 bytes), with CR LF and blank lines around it. */
export const MAX_ARMORED_LETTER_BYTES = (LARGEST_LETTER_BYTES * 3) / 2;

/** What every letter has. */
interface LetterFields {
  readonly kind: "letter";
  /** 16 bytes that tell it from every other letter. */
  readonly id: Uint8Array;
  /** By the sender's clock. */
  readonly date: Date;
  /** The key of ours that it is for. */
  readonly to: PublicKey;
  /** Media type of the body; `text/…; charset=utf-8` has a body in valid UTF-8. Not cleaned for display. */
  readonly type: string;
  /** A file name without slashes, control characters and leading dots. */
  readonly name?: string;
  readonly body: Uint8Array;
}

/** A letter that names nobody. */
export interface AnonymousLetter extends LetterFields {
  readonly origin: "anonymous";
}

/** A letter that says who wrote it and does not prove it: anybody can have written it. */
export interface UnprovenLetter extends LetterFields {
  readonly origin: "unproven";
  readonly from: PublicKey;
}

/** A letter signed by `from`. */
export interface ProvenLetter extends LetterFields {
  readonly origin: "proven";
  readonly from: PublicKey;
  /** The sender's card, opaque: it must not be used before its identity is found to be `from`. */
  readonly card?: Uint8Array;
}

/** An age file that is no letter, as stock `age -R` makes it: bytes from anybody. */
export interface PlainText {
  readonly kind: "text";
  readonly origin: "anonymous";
  /** The key of ours that opened it. */
  readonly to: PublicKey;
  /** Any bytes at all, UTF-8 or not. */
  readonly body: Uint8Array;
}

export type OpenLetter = ProvenLetter | UnprovenLetter | AnonymousLetter | PlainText;

/**
 * Opens what came to an SSH-key mailbox: an age file, armored or not, with the first of `keys` that it names. Keys that
 * have no letter form are passed over. What is opened is shorter than the envelope, so the cap on that caps it too.
 * @throws LetterError `too-large`, `not-for-us`, `damaged`, `malformed`, `wrong-recipient` or `bad-signature`
 */
export async function openLetter(envelope: Uint8Array, keys: readonly PrivateKey[]): Promise<OpenLetter> {
  const { plaintext, key } = await opened(ageFile(envelope), keys);
  const to = key.publicKey;
  const letter = parseLetter(plaintext);
  if (letter === null) return { kind: "text", origin: "anonymous", to, body: plaintext };
  if (letter.to !== fingerprint(to)) {
    throw new LetterError("wrong-recipient", "the letter was written to another key");
  }
  const { id, date, type, name, from, card, signature, signedBytes, body } = letter;
  const fields = { kind: "letter", id, date, to, type, body, ...(name !== undefined && { name }) } as const;
  if (from === undefined) return { ...fields, origin: "anonymous" };
  if (signature === undefined) return { ...fields, origin: "unproven", from };
  checkLetterSignature(from, signature, signedBytes);
  return { ...fields, origin: "proven", from, ...(card !== undefined && { card }) };
}

function ageFile(envelope: Uint8Array): Uint8Array {
  if (envelope.length > MAX_ARMORED_LETTER_BYTES) throw tooLarge();
  let file: Uint8Array;
  try {
    file = unarmorAgeFile(envelope) ?? envelope;
  } catch {
    throw damaged();
  }
  if (file.length > LARGEST_LETTER_BYTES) throw tooLarge();
  return file;
}

async function opened(file: Uint8Array, keys: readonly PrivateKey[]): Promise<OpenedAgeFile> {
  let result: OpenedAgeFile | null;
  try {
    result = await decryptAgeFile(file, keys);
  } catch {
    // Not passed on as a cause: typage's messages repeat what they read.
    throw damaged();
  }
  if (result === null) throw new LetterError("not-for-us", "no key of ours opens the letter");
  return result;
}

function damaged(): LetterError {
  return new LetterError("damaged", "the letter is no age file, or was altered or cut");
}

function tooLarge(): LetterError {
  return new LetterError("too-large", "the letter is larger than any envelope");
}
