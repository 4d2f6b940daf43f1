/** The forms that fields have in more than one format (docs/messaging.md, "Encoding"), and how a value is held against them. */
import * as v from "valibot";
import { encodeCbor } from "./cbor.ts";
import { FormatError } from "./errors.ts";

/** Milliseconds since 1970: what a Date can hold (ECMA-262, "Time Values"). */
export const MAX_TIME_MS = 8_640_000_000_000_000;
/** By how much two clocks may differ before it counts. */
export const CLOCK_SKEW_MS = 3_600_000;
/** Code points of a name that somebody gives itself or a contact. */
export const MAX_NAME_CHARACTERS = 64;

// Control characters, line and paragraph separators, and what turns the direction of text around.
const NOT_IN_A_NAME = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** A whole number from `least` to `most`. */
export function uint(least = 0, most = Number.MAX_SAFE_INTEGER) {
  return v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.maxValue(most));
}

/** A byte string of `least` to `most` bytes, or of exactly `least`. */
export function bytes(least: number, most = least) {
  return v.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length >= least && value.length <= most,
  );
}

/** A text of `least` to `most` bytes of UTF-8, without lone surrogates. */
export function text(least: number, most: number) {
  return v.pipe(
    v.string(),
    v.check((value) => {
      const length = Buffer.byteLength(value);
      return length >= least && length <= most && value.isWellFormed();
    }),
  );
}

/** Milliseconds since 1970. */
export const time = uint(0, MAX_TIME_MS);

/** What somebody calls itself or a contact; nothing in it changes how the text around it is shown. */
export const shownName = v.pipe(
  v.string(),
  v.check((value) => {
    const characters = [...value].length;
    return (
      characters >= 1 &&
      characters <= MAX_NAME_CHARACTERS &&
      value.isWellFormed() &&
      !NOT_IN_A_NAME.test(value)
    );
  }),
);

/** Whether a text may be the name of a file, by the rule of letters (docs/messaging.md, "Plain text"). */
export function isFileName(name: string, maxBytes: number): boolean {
  const length = Buffer.byteLength(name);
  if (length === 0 || length > maxBytes || !name.isWellFormed()) return false;
  return name.trim() === name && !name.startsWith(".") && !/[/\\]/.test(name) && !NOT_IN_A_NAME.test(name);
}

/** The map, as its schema types it. @throws FormatError `malformed` */
export function shaped<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> {
  // To valibot an empty array is an object without fields.
  const isMap = typeof value === "object" && !Array.isArray(value) && !(value instanceof Uint8Array);
  const result = isMap ? v.safeParse(schema, value, { abortEarly: true }) : undefined;
  if (result?.success !== true) throw new FormatError("malformed");
  return result.output;
}

/**
 * The bytes of fields that keep to their schema.
 * @throws FormatError `malformed`, or `too-large` above `maxBytes`
 */
export function written(schema: v.GenericSchema, fields: unknown, maxBytes: number): Uint8Array {
  const encoded = encodeCbor(shaped(schema, fields));
  if (encoded.length > maxBytes) throw new FormatError("too-large");
  return encoded;
}
