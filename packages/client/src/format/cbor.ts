/**
 * CBOR as all formats between devices use it (docs/messaging.md, "Encoding"): unsigned and negative integers, byte and
 * text strings, arrays, maps with text keys, true and false; one encoding for every value.
 */
import { decode, encode, rfc8949EncodeOptions, Tokenizer } from "cborg";
import { FormatError } from "./errors.ts";

/** Arrays and maps inside each other: more than any format needs, far less than what exhausts the stack. */
export const MAX_CBOR_DEPTH = 16;

/** Text is decoded here: cborg drops a byte order mark at the start, and mends what is no UTF-8. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const DECODE_OPTIONS = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
};

const ENCODE_OPTIONS = {
  ...rfc8949EncodeOptions,
  typeEncoders: { undefined: refuse, null: refuse, bigint: refuse, number: checkNumber, string: checkText },
};

/**
 * The one encoding of a value: shortest forms, definite lengths, keys in bytewise order (RFC 8949 section 4.2.1).
 * @throws TypeError for a value that has none here: floats, null, undefined, lone surrogates
 */
export function encodeCbor(value: unknown): Uint8Array {
  return new Uint8Array(encode(value, ENCODE_OPTIONS));
}

/**
 * The value of exactly one item in its one encoding. Maps become objects, byte strings are copies.
 * How many bytes are too many is for the caller to check before.
 * @throws FormatError `bad-cbor`
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  const own = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let value: unknown;
  let again: Uint8Array;
  try {
    value = decode(own, { ...DECODE_OPTIONS, tokenizer: new StrictTokenizer(own, DECODE_OPTIONS) });
    again = encodeCbor(value);
  } catch {
    throw new FormatError("bad-cbor");
  }
  if (Buffer.compare(again, own) !== 0) throw new FormatError("bad-cbor");
  return value;
}

/** Reads text as it is, and lets no nesting through that would exhaust the stack of whoever walks the value. */
class StrictTokenizer extends Tokenizer {
  /** Items still to come in each open array or map. */
  readonly #open: number[] = [];

  override next(): ReturnType<Tokenizer["next"]> {
    const token = super.next();
    const { name } = token.type;
    const open = this.#open;
    if (name === "string" && token.byteValue !== undefined) token.value = UTF8.decode(token.byteValue);
    if (open.length > 0) open[open.length - 1]! -= 1;
    if (name === "array" || name === "map") {
      if (open.push(name === "map" ? token.value * 2 : token.value) > MAX_CBOR_DEPTH)
        throw new RangeError(name);
    }
    while (open.at(-1) === 0) open.pop();
    return token;
  }
}

function refuse(): never {
  throw new TypeError("a value that has no encoding here");
}

function checkNumber(value: unknown): null {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) refuse();
  return null;
}

function checkText(value: unknown): null {
  if (!(value as string).isWellFormed()) refuse();
  return null;
}
