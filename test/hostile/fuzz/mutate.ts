/** Draws bytes that are nearly right. Everything is drawn from one number, so that a case can be had again. */

/** mulberry32 by Tommy Ettinger: 32 bits of state are plenty, since each case begins anew. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits;
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

/** Bytes at which parsers turn. */
const TURNS = [
  0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x83, 0xff, 0x0a, 0x0d, 0x20, 0x22, 0x2b, 0x2d, 0x2f, 0x30, 0x3b, 0x3d,
  0x5c,
];
/** Lengths that a length field should not have. */
const LENGTHS = [
  0, 1, 3, 4, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];
/** A changed sample does not grow beyond this, or beyond its double. */
const LARGEST_BYTES = 4096;

type Change = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

const CHANGES: readonly Change[] = [
  (bytes, random) => put(bytes, random.below(bytes.length), (old) => old ^ (1 << random.below(8))),
  (bytes, random) => put(bytes, random.below(bytes.length), () => random.pick(TURNS)),
  (bytes, random) => put(bytes, random.below(bytes.length), (old) => old + (random.below(2) === 0 ? 1 : -1)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, random.bytes(1 + random.below(8))),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, Uint8Array.of(random.pick(TURNS))),
  (bytes, random) => splice(bytes, random.below(bytes.length), 1 + random.below(16), new Uint8Array(0)),
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  // A part twice, or in another place.
  (bytes, random) => {
    const from = random.below(bytes.length);
    const part = bytes.slice(from, from + 1 + random.below(64));
    return splice(bytes, random.below(bytes.length + 1), random.below(2) * part.length, part);
  },
  // The head of this one and the tail of another.
  (bytes, random, others) => {
    const other = random.pick(others);
    return splice(
      bytes.slice(0, random.below(bytes.length + 1)),
      bytes.length,
      0,
      other.slice(random.below(other.length + 1)),
    );
  },
  // A length of four bytes, as SSH has them.
  (bytes, random) => {
    if (bytes.length < 4) return bytes;
    const at = random.below(bytes.length - 3);
    const changed = bytes.slice();
    const view = new DataView(changed.buffer);
    const old = view.getUint32(at);
    view.setUint32(
      at,
      random.pick([...LENGTHS, old + 1, old - 1, bytes.length, bytes.length - at, bytes.length - at - 4]),
    );
    return changed;
  },
  // Very much of one thing.
  (bytes, random) =>
    splice(
      bytes,
      random.below(bytes.length + 1),
      0,
      new Uint8Array(random.below(2000)).fill(random.pick(TURNS)),
    ),
];

/** A sample with a few changes, or now and then bytes without sense. */
export function nearly(samples: readonly Uint8Array[], random: Random): Uint8Array {
  if (random.below(20) === 0) return random.bytes(random.below(400));
  const sample = random.pick(samples);
  const largest = Math.max(LARGEST_BYTES, sample.length * 2);
  let bytes = sample;
  for (let left = random.below(2) === 0 ? 1 : 1 + random.below(8); left > 0; left--) {
    const changed = bytes.length === 0 ? random.bytes(4) : random.pick(CHANGES)(bytes, random, samples);
    if (changed.length <= largest) bytes = changed;
  }
  return bytes;
}

function put(bytes: Uint8Array, at: number, change: (old: number) => number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = change(changed[at] as number);
  return changed;
}

function splice(bytes: Uint8Array, at: number, remove: number, add: Uint8Array): Uint8Array {
  const end = Math.min(bytes.length, at + remove);
  const start = Math.min(at, bytes.length);
  const changed = new Uint8Array(start + add.length + bytes.length - end);
  changed.set(bytes.subarray(0, start));
  changed.set(add, start);
  changed.set(bytes.subarray(end), start + add.length);
  return changed;
}
