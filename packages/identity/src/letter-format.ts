/**
 * The plaintext of a letter (docs/messaging.md, "Letters"): header lines in one fixed order, an empty line, the body.
 * Exactly one text stands for a letter: writing what was parsed gives the same bytes again.
 */
import { concat, fromBase64, toBase64 } from "./bytes.ts";
import { KeyError } from "./errors.ts";
import { publicKeyFromLine, publicKeyLine } from "./keyline.ts";
import { malformed } from "./letter-error.ts";
import {
  formatLetterDate,
  isLetterBody,
  isLetterName,
  isLetterType,
  LETTER_ID_BYTES,
  MAX_LETTER_NAME_BYTES,
  MAX_LETTER_TYPE_CHARACTERS,
  parseLetterDate,
} from "./letter-fields.ts";
import { HeaderReader } from "./letter-header.ts";
import type { PublicKey } from "./publickey.ts";
import { MAX_SSHSIG_BYTES } from "./sshsig.ts";

/** Decoded bytes of a card; the engine's cards are a published document at most. */
export const MAX_LETTER_CARD_BYTES = 64 * 1024;
/** Zeros of padding: more than the largest envelope holds. */
const MAX_PADDING = 256 * 1024;
const MAX_FROM_CHARACTERS = 4096;
const VERSION = "1";
const VERSION_FIELD = "asfaleia-letter";

/** A letter, field by field, in the order of its lines. */
export interface Letter {
  /** 16 random bytes. */
  id: Uint8Array;
  /** By the sender's clock; whole seconds. */
  date: Date;
  /** Fingerprint of the one receiver. */
  to: string;
  /** Media type of the body. */
  type: string;
  /** File name of the body. */
  name?: string | undefined;
  /** Who says to have written it; left out in an anonymous letter. */
  from?: PublicKey | undefined;
  /** The sender's card. Opaque: whether it belongs to `from` is for the reader of cards to check. */
  card?: Uint8Array | undefined;
  /** How many zeros bring the envelope to its size, at least one. */
  padding: number;
  /** Binary SSHSIG by `from` over the letter without the signature's line. */
  signature?: Uint8Array | undefined;
  body: Uint8Array;
}

/** A letter that was read. */
export interface ParsedLetter extends Letter {
  /** What the signature is over: the letter as it came, without the signature's line. */
  signedBytes: Uint8Array;
}

/**
 * A letter as bytes.
 * @throws LetterError `malformed` where a field breaks its rule. How the fields depend on each other (a signature
 * needs a sender, a card a signature) is not checked here, because what is signed has no signature yet.
 * @throws RangeError for an id, a date or a padding that no letter has
 */
export function writeLetter(letter: Letter): Uint8Array {
  checkFields(letter);
  const { name, from, card, signature } = letter;
  if (letter.id.length !== LETTER_ID_BYTES) throw new RangeError("the id of a letter has 16 bytes");
  if (letter.padding < 1 || letter.padding > MAX_PADDING) throw new RangeError("padding out of range");
  const lines = [
    [VERSION_FIELD, VERSION],
    ["id", Buffer.from(letter.id).toString("hex")],
    ["date", formatLetterDate(letter.date)],
    ["to", letter.to],
    ["type", letter.type],
    ["name", name],
    ["from", from && publicKeyLine(from)],
    ["card", card && toBase64(card)],
    ["pad", "0".repeat(letter.padding)],
    ["signature", signature && toBase64(signature)],
  ];
  const given = lines
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${field}: ${value}\n`);
  return concat(Buffer.from(`${given.join("")}\n`), letter.body);
}

/**
 * Reads a letter; null where the bytes do not begin like one (`asfaleia-letter:`), so that they are somebody's plain text.
 * @throws LetterError `malformed` where they do, and any byte of the header, or a text body, is not as it must be
 */
export function parseLetter(plaintext: Uint8Array): ParsedLetter | null {
  if (!Buffer.from(`${VERSION_FIELD}:`).equals(plaintext.subarray(0, VERSION_FIELD.length + 1))) return null;
  const header = new HeaderReader(plaintext);
  if (header.required(VERSION_FIELD, VERSION.length) !== VERSION)
    throw malformed("a version that is not known");
  const id = header.required("id", 2 * LETTER_ID_BYTES);
  const date = parseLetterDate(header.required("date", "0000-00-00T00:00:00Z".length));
  const to = header.required("to", `SHA256:${"0".repeat(43)}`.length);
  const type = header.required("type", MAX_LETTER_TYPE_CHARACTERS);
  const name = header.optional("name", MAX_LETTER_NAME_BYTES);
  const from = header.optional("from", MAX_FROM_CHARACTERS);
  const card = header.optional("card", base64Characters(MAX_LETTER_CARD_BYTES));
  const pad = header.required("pad", MAX_PADDING);
  const beforeSignature = header.offset;
  const signature = header.optional("signature", base64Characters(MAX_SSHSIG_BYTES));
  const afterSignature = header.offset;
  const body = header.body();

  if (!/^[0-9a-f]{32}$/.test(id)) throw malformed("the id is not 32 hex digits");
  if (date === null) throw malformed("the date is not RFC 3339 in UTC seconds");
  if (!/^SHA256:[A-Za-z0-9+/]{43}$/.test(to)) throw malformed("the receiver is no fingerprint");
  if (!/^0+$/.test(pad)) throw malformed("the padding is not zeros");
  if (signature !== undefined && from === undefined) throw malformed("a signature without a sender");
  if (card !== undefined && signature === undefined) throw malformed("a card without a signature");
  const letter = {
    id: new Uint8Array(Buffer.from(id, "hex")),
    date,
    to,
    type,
    name,
    from: from === undefined ? undefined : publicKeyOf(from),
    card: card === undefined ? undefined : bytesOf(card),
    padding: pad.length,
    signature: signature === undefined ? undefined : bytesOf(signature),
    body,
  };
  checkFields(letter);
  const signedBytes = concat(plaintext.subarray(0, beforeSignature), plaintext.subarray(afterSignature));
  return { ...letter, signedBytes };
}

/** The rules that reading and writing share. */
function checkFields({ type, name, card, signature, body }: Letter): void {
  if (!isLetterType(type)) throw malformed("the type is no media type that letters have");
  if (name !== undefined && !isLetterName(name))
    throw malformed("the name is no file name that letters have");
  if (!isLetterBody(type, body)) throw malformed("the text is not UTF-8");
  if (card !== undefined && !isLength(card, MAX_LETTER_CARD_BYTES))
    throw malformed("the card is empty or too long");
  if (signature !== undefined && !isLength(signature, MAX_SSHSIG_BYTES)) {
    throw malformed("the signature is empty or too long");
  }
}

function isLength(bytes: Uint8Array, most: number): boolean {
  return bytes.length > 0 && bytes.length <= most;
}

function publicKeyOf(line: string): PublicKey {
  try {
    const { key } = publicKeyFromLine(line);
    if (publicKeyLine(key) === line) return key;
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
  }
  throw malformed("the sender is no public key");
}

function bytesOf(base64: string): Uint8Array {
  const bytes = fromBase64(base64);
  if (bytes === undefined) throw malformed("a field is not base64");
  return bytes;
}

function base64Characters(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
