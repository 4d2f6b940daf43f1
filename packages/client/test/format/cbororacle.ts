/** A second, small encoder of CBOR (RFC 8949), which also writes what nobody should: the oracle, and the maker of bad vectors. */

/** Bytes to be put in as they are. */
export class Raw {
  readonly bytes: Uint8Array;

  constructor(...bytes: readonly (number | Uint8Array)[]) {
    this.bytes = join(bytes.map((part) => (typeof part === "number" ? Uint8Array.of(part) : part)));
  }
}

/** A map with its keys in the order they are given in, repeated ones too. */
export class Pairs {
  readonly pairs: readonly (readonly [unknown, unknown])[];

  constructor(...pairs: readonly (readonly [unknown, unknown])[]) {
    this.pairs = pairs;
  }
}

export function cbor(value: unknown): Uint8Array {
  if (value instanceof Raw) return value.bytes;
  if (value instanceof Pairs) return map(value.pairs.map(([key, of]) => [cbor(key), cbor(of)]));
  if (value instanceof Uint8Array) return join([head(2, value.length), value]);
  if (Array.isArray(value)) return join([head(4, value.length), ...value.map(cbor)]);
  if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    return join([head(3, bytes.length), bytes]);
  }
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  const entries = Object.entries(value as object).map(([key, of]) => [cbor(key), cbor(of)] as const);
  return map(entries.sort(([a], [b]) => Buffer.compare(a, b)));
}

function map(pairs: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array {
  return join([head(5, pairs.length), ...pairs.flat()]);
}

/** The first bytes of an item: its major type and its number (section 3). */
export function head(major: number, value: number, width = widthOf(value)): Uint8Array {
  if (width === 0) return Uint8Array.of((major << 5) | value);
  const bytes = new Uint8Array(1 + width);
  bytes[0] = (major << 5) | (24 + Math.log2(width));
  let rest = BigInt(value);
  for (let at = width; at > 0; at--, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}

function widthOf(value: number): number {
  if (value < 24) return 0;
  return [1, 2, 4].find((width) => value < 256 ** width) ?? 8;
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
