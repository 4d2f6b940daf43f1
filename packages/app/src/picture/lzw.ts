/** The compression of GIF (GIF89a, appendix F). */
import { damaged } from "./error.ts";

const MAX_BITS = 12;
const MAX_CODES = 2 ** MAX_BITS;

/**
 * @param packed the codes, the first in the lowest bits
 * @param minBits of a sample, 2 to 8
 * @param length samples that there are; not one more is written
 * @throws PictureError `damaged` where there are fewer
 */
export function unpackLzw(packed: Uint8Array, minBits: number, length: number): Uint8Array {
  if (minBits < 2 || minBits > 8) throw damaged();
  const clear = 2 ** minBits;
  const end = clear + 1;
  /** A code is the one that it continues, and a sample. */
  const before = new Uint16Array(MAX_CODES);
  const sample = new Uint8Array(MAX_CODES);
  const lengths = new Uint16Array(MAX_CODES);
  for (let code = 0; code < clear; code++) [sample[code], lengths[code]] = [code, 1];

  const out = new Uint8Array(length);
  let written = 0;
  let bits = minBits + 1;
  let next = end + 1;
  let previous = -1;
  let buffer = 0;
  let held = 0;
  let at = 0;
  while (written < length) {
    while (held < bits) {
      if (at === packed.length) throw damaged();
      buffer |= packed[at++]! << held;
      held += 8;
    }
    const code = buffer & (2 ** bits - 1);
    buffer >>>= bits;
    held -= bits;
    if (code === end) throw damaged();
    if (code === clear) {
      [bits, next, previous] = [minBits + 1, end + 1, -1];
      continue;
    }
    const isNew = code === next && previous >= 0 && next < MAX_CODES;
    if (!isNew && (code >= next || (previous < 0 && code >= clear))) throw damaged();
    const from = isNew ? previous : code;
    const count = lengths[from]!;
    let first = from;
    for (let place = written + count - 1, walk = from; place >= written; place--) {
      if (place < length) out[place] = sample[walk]!;
      first = walk;
      walk = before[walk]!;
    }
    written += count;
    const head = sample[first]!;
    if (isNew && written < length) out[written++] = head;
    if (previous >= 0 && next < MAX_CODES) {
      [before[next], sample[next], lengths[next]] = [previous, head, lengths[previous]! + 1];
      next++;
      if (next === 2 ** bits && bits < MAX_BITS) bits++;
    }
    previous = code;
  }
  return out;
}
