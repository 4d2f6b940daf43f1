/** The tables that JPEG segments define (ITU-T T.81, sections B.2.4.1 and B.2.4.2, annex C). */
import { damaged, PictureError } from "./error.ts";
import { MAX_JPEG_TABLES } from "./limits.ts";

/** Where the coefficients of the zigzag order stand in a block of 8 × 8 (figure A.6). */
export const ZIGZAG = Uint8Array.of(
  ...[
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28,
  ],
  ...[
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60,
    61, 54, 47,
  ],
  ...[55, 62, 63],
);

const MAX_BITS = 16;

/** For every sixteen bits that may come next the symbol, and in the lower byte how many bits it takes; 0 where there is none. */
export type HuffmanTable = Uint16Array;

export interface JpegTables {
  /** By number; 64 divisors each, in rows of a block. */
  readonly quantization: (Uint16Array | undefined)[];
  readonly dc: (HuffmanTable | undefined)[];
  readonly ac: (HuffmanTable | undefined)[];
  /** Huffman tables that were unpacked, those included that others have taken the place of. */
  unpacked: number;
}

/** @throws PictureError `damaged` */
export function readQuantization(data: Uint8Array, { quantization }: JpegTables): void {
  for (let at = 0; at < data.length; ) {
    const [precision, number] = [data[at]! >> 4, data[at]! & 15];
    const each = precision === 0 ? 1 : 2;
    if (precision > 1 || number > 3 || at + 1 + 64 * each > data.length) throw damaged();
    at++;
    const table = new Uint16Array(64);
    for (let k = 0; k < 64; k++, at += each) {
      table[ZIGZAG[k]!] = each === 1 ? data[at]! : data[at]! * 256 + data[at + 1]!;
    }
    quantization[number] = table;
  }
}

/** @throws PictureError `damaged`; `too-slow` for too many of them */
export function readHuffman(data: Uint8Array, tables: JpegTables): void {
  for (let at = 0; at < data.length; ) {
    const [kind, number] = [data[at]! >> 4, data[at]! & 15];
    const counts = data.subarray(at + 1, at + 1 + MAX_BITS);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = data.subarray(at + 1 + MAX_BITS, at + 1 + MAX_BITS + total);
    if (kind > 1 || number > 3 || counts.length < MAX_BITS || symbols.length < total) throw damaged();
    if (++tables.unpacked > MAX_JPEG_TABLES) throw new PictureError("too-slow");
    (kind === 0 ? tables.dc : tables.ac)[number] = tableOf(counts, symbols);
    at += 1 + MAX_BITS + total;
  }
}

function tableOf(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(2 ** MAX_BITS);
  let start = 0;
  let next = 0;
  counts.forEach((count, at) => {
    const bits = at + 1;
    const span = 2 ** (MAX_BITS - bits);
    for (let left = count; left > 0; left--, start += span) {
      if (start + span > table.length) throw damaged();
      table.fill(symbols[next++]! * 256 + bits, start, start + span);
    }
  });
  return table;
}
