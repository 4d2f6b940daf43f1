/** From coefficients to samples: the inverse cosine transform of Arai, Agui and Nakajima, with real numbers. */

const SCALES = [1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.5411961, 0.275899379];

/** The divisors of a quantization table, with what the transform wants them multiplied by. */
export function scaledTable(table: Uint16Array): Float32Array {
  return Float32Array.from(table, (value, at) => (value * SCALES[at >> 3]! * SCALES[at & 7]!) / 8);
}

const work = new Float32Array(64);

/**
 * Transforms a block into 8 × 8 samples of a byte.
 * @param at its first coefficient
 * @param to its first sample
 * @param stride samples in a row of `out`
 */
export function transform(
  coefficients: Int16Array,
  at: number,
  table: Float32Array,
  out: Uint8ClampedArray,
  to: number,
  stride: number,
): void {
  for (let k = 0; k < 64; k++) work[k] = coefficients[at + k]! * table[k]!;
  for (let column = 0; column < 8; column++) line(column, 8);
  for (let row = 0; row < 64; row += 8) line(row, 1);
  for (let k = 0; k < 64; k++) out[to + (k >> 3) * stride + (k & 7)] = work[k]! + 128;
}

/** Eight values in place. */
function line(at: number, step: number): void {
  const [a0, a1, a2, a3] = [at, at + step, at + 2 * step, at + 3 * step];
  const [a4, a5, a6, a7] = [at + 4 * step, at + 5 * step, at + 6 * step, at + 7 * step];
  const sum04 = work[a0]! + work[a4]!;
  const difference04 = work[a0]! - work[a4]!;
  const sum26 = work[a2]! + work[a6]!;
  const turned26 = (work[a2]! - work[a6]!) * Math.SQRT2 - sum26;
  const even0 = sum04 + sum26;
  const even3 = sum04 - sum26;
  const even1 = difference04 + turned26;
  const even2 = difference04 - turned26;
  const z13 = work[a5]! + work[a3]!;
  const z10 = work[a5]! - work[a3]!;
  const z11 = work[a1]! + work[a7]!;
  const z12 = work[a1]! - work[a7]!;
  const odd7 = z11 + z13;
  const z5 = (z10 + z12) * 1.847759065;
  const odd6 = z5 - z10 * 2.61312593 - odd7;
  const odd5 = (z11 - z13) * Math.SQRT2 - odd6;
  const odd4 = z5 - z12 * 1.0823922 - odd5;
  work[a0] = even0 + odd7;
  work[a7] = even0 - odd7;
  work[a1] = even1 + odd6;
  work[a6] = even1 - odd6;
  work[a2] = even2 + odd5;
  work[a5] = even2 - odd5;
  work[a3] = even3 + odd4;
  work[a4] = even3 - odd4;
}
