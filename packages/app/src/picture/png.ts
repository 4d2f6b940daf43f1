/** PNG (W3C PNG third edition, RFC 2083): read row by row and scaled down on the way, and written. */
import { crc32, createInflate, deflateSync } from "node:zlib";
import { damaged } from "./error.ts";
import type { Pixels, Size } from "./pixels.ts";
import { type Palette, paint, readPalette } from "./pngcolor.ts";
import { Shrinker } from "./shrink.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const HEADER_BYTES = 13;
/** Length, type and checksum. */
const FRAME_BYTES = 12;
/** Section 11.2.1: which bit depths a colour type may have, and how many samples a pixel is. */
const COLOR_TYPES: Readonly<
  Record<number, { readonly depths: readonly number[]; readonly samples: number }>
> = {
  0: { depths: [1, 2, 4, 8, 16], samples: 1 },
  2: { depths: [8, 16], samples: 3 },
  3: { depths: [1, 2, 4, 8], samples: 1 },
  4: { depths: [8, 16], samples: 2 },
  6: { depths: [8, 16], samples: 4 },
};

export interface PngHeader extends Size {
  readonly depth: number;
  readonly colorType: number;
  readonly samples: number;
  readonly isInterlaced: boolean;
}

export function isPng(bytes: Uint8Array): boolean {
  return startsWith(bytes, SIGNATURE);
}

/** @throws PictureError `damaged` */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const chunk = chunkAt(bytes, SIGNATURE.length);
  if (chunk.type !== "IHDR" || chunk.data.length !== HEADER_BYTES) throw damaged();
  const view = viewOf(chunk.data);
  const [depth, colorType, compression, filter, interlace] = chunk.data.subarray(8);
  const kind = COLOR_TYPES[colorType!];
  if (!kind?.depths.includes(depth!) || compression !== 0 || filter !== 0 || interlace! > 1) throw damaged();
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth: depth!,
    colorType: colorType!,
    samples: kind.samples,
    isInterlaced: interlace === 1,
  };
}

/**
 * The picture at the size `to`, which is not larger than its own.
 * Inflates no byte more than the header calls for, whatever the data would make.
 * @throws PictureError `damaged`
 */
export async function decodePng(bytes: Uint8Array, to: Size): Promise<Pixels> {
  const header = readPngHeader(bytes);
  const { palette, data } = readChunks(bytes, header);
  const shrinker = new Shrinker(header, to);
  const rows = new Rows(header, (y, row, first, step) =>
    shrinker.addRow(y, paint(row, header, palette), first, step),
  );
  const inflate = createInflate({ chunkSize: 64 * 1024 });
  inflate.end(data);
  try {
    for await (const piece of inflate) {
      rows.push(piece);
      if (rows.isDone) break;
    }
  } catch {
    throw damaged();
  } finally {
    inflate.destroy();
  }
  if (!rows.isDone) throw damaged();
  return shrinker.finish();
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  readonly end: number;
}

function chunkAt(bytes: Uint8Array, at: number): Chunk {
  if (bytes.length - at < FRAME_BYTES) throw damaged();
  const view = viewOf(bytes);
  const length = view.getUint32(at);
  if (length > bytes.length - at - FRAME_BYTES) throw damaged();
  const end = at + FRAME_BYTES + length;
  const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString("latin1");
  if (!/^[A-Za-z]{4}$/.test(type)) throw damaged();
  // A capital means that the picture cannot be had without it; the others are passed over unread.
  const isCritical = /^[A-Z]/.test(type);
  if (isCritical && crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) throw damaged();
  return { type, data: bytes.subarray(at + 8, end - 4), end };
}

function readChunks(bytes: Uint8Array, header: PngHeader): { palette: Palette; data: Uint8Array } {
  // Copied together at once: there may be a piece for every byte.
  const data = new Uint8Array(bytes.length);
  let length = 0;
  let hasData = false;
  let colors: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let chunk = chunkAt(bytes, SIGNATURE.length);
  while (chunk.type !== "IEND") {
    const previous = chunk.type;
    chunk = chunkAt(bytes, chunk.end);
    if (chunk.type === "IDAT") {
      if (hasData && previous !== "IDAT") throw damaged();
      data.set(chunk.data, length);
      length += chunk.data.length;
      hasData = true;
    } else if (chunk.type === "PLTE" && colors === undefined && !hasData) colors = chunk.data;
    else if (chunk.type === "tRNS" && !hasData) transparency ??= chunk.data;
    else if (/^[A-Z]/.test(chunk.type) && chunk.type !== "IEND") throw damaged();
  }
  return { palette: readPalette(header, colors, transparency), data: data.subarray(0, length) };
}

/** Where the passes of Adam7 begin and how far apart their pixels are (section 8.1). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const WHOLE = [[0, 0, 1, 1]] as const;

/** @param first the column of the row's first pixel; the next are `step` columns apart */
type TakeRow = (y: number, row: Uint8Array, first: number, step: number) => void;

/** Puts inflated bytes together to rows and takes their filters off (section 9). */
class Rows {
  readonly #header: PngHeader;
  readonly #take: TakeRow;
  readonly #passes: readonly (readonly [x: number, y: number, dx: number, dy: number])[];
  #pass = -1;
  #y = 0;
  #row = new Uint8Array(0);
  #above = new Uint8Array(0);
  /** Of the filter's byte and the row. */
  #filled = 0;
  #filter = 0;
  isDone = false;

  constructor(header: PngHeader, take: TakeRow) {
    this.#header = header;
    this.#take = take;
    this.#passes = header.isInterlaced ? ADAM7 : WHOLE;
    this.#nextPass();
  }

  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length && !this.isDone) {
      if (this.#filled === 0) {
        this.#filter = piece[at++]!;
        if (this.#filter > 4) throw damaged();
        this.#filled = 1;
      }
      const part = piece.subarray(at, at + this.#row.length + 1 - this.#filled);
      this.#row.set(part, this.#filled - 1);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#row.length + 1) this.#finishRow();
    }
    // Behind the last row stands nothing.
    if (at < piece.length) throw damaged();
  }

  #finishRow(): void {
    const { depth, samples, height } = this.#header;
    unfilter(this.#filter, this.#row, this.#above, Math.max(1, (depth * samples) / 8));
    const [x, , dx, dy] = this.#passes[this.#pass]!;
    this.#take(this.#y, this.#row, x, dx);
    [this.#row, this.#above] = [this.#above, this.#row];
    this.#filled = 0;
    this.#y += dy;
    if (this.#y >= height) this.#nextPass();
  }

  #nextPass(): void {
    const { width, height, depth, samples } = this.#header;
    while (++this.#pass < this.#passes.length) {
      const [x, y, dx] = this.#passes[this.#pass]!;
      if (x >= width || y >= height) continue;
      const bytes = Math.ceil((Math.ceil((width - x) / dx) * depth * samples) / 8);
      this.#row = new Uint8Array(bytes);
      this.#above = new Uint8Array(bytes);
      this.#y = y;
      return;
    }
    this.isDone = true;
  }
}

/** @param step bytes from a pixel to the next */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  if (filter === 0) return;
  for (let at = 0; at < row.length; at++) {
    const left = at < step ? 0 : row[at - step]!;
    const up = above[at]!;
    const corner = at < step ? 0 : above[at - step]!;
    const predicted =
      filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner);
    row[at] = row[at]! + predicted;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const toLeft = Math.abs(guess - left);
  const toUp = Math.abs(guess - up);
  const toCorner = Math.abs(guess - corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** A PNG of 8 bits a sample with alpha, and nothing else in it. */
export function encodePng({ width, height, rgba }: Pixels): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const stride = width * 4;
  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++)
    rows.set(rgba.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunkOf("IHDR", header),
    chunkOf("IDAT", deflateSync(rows)),
    chunkOf("IEND", Buffer.alloc(0)),
  ]);
}

function chunkOf(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
