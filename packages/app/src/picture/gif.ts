/** GIF (GIF89a specification): its first picture, which is all that stands still. */
import { damaged, PictureError } from "./error.ts";
import { MAX_PICTURE_PIXELS } from "./limits.ts";
import { unpackLzw } from "./lzw.ts";
import type { Pixels, Size } from "./pixels.ts";
import { Shrinker } from "./shrink.ts";

const SCREEN_BYTES = 13;
const [EXTENSION, IMAGE] = [0x21, 0x2c];
const GRAPHIC_CONTROL = 0xf9;
/** Where the rows of an interlaced picture begin, and how far apart they are (appendix E). */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

export function isGif(bytes: Uint8Array): boolean {
  return /^GIF8[79]a$/.test(Buffer.from(bytes.subarray(0, 6)).toString("latin1"));
}

/** The size of its screen. @throws PictureError `damaged` */
export function readGifSize(bytes: Uint8Array): Size {
  const reader = new Reader(bytes, 6);
  return { width: reader.word(), height: reader.word() };
}

/**
 * The first picture on its screen, at the size `to`, which is not larger than the screen.
 * @throws PictureError
 */
export function decodeGif(bytes: Uint8Array, to: Size): Pixels {
  const screen = readGifSize(bytes);
  const reader = new Reader(bytes, SCREEN_BYTES);
  const common = readColors(reader, bytes[10] ?? 0);
  let clear: number | undefined;
  for (;;) {
    const kind = reader.byte();
    if (kind === EXTENSION) {
      const label = reader.byte();
      const blocks = reader.blocks();
      if (label === GRAPHIC_CONTROL && blocks.length === 4) clear = blocks[0]! & 1 ? blocks[3]! : undefined;
    } else if (kind === IMAGE) {
      const shrinker = new Shrinker(screen, to);
      drawImage(reader, screen, common, clear, shrinker);
      return shrinker.finish();
    } else throw damaged();
  }
}

function drawImage(
  reader: Reader,
  screen: Size,
  common: Uint8Array | undefined,
  clear: number | undefined,
  shrinker: Shrinker,
): void {
  const [left, top, width, height] = [reader.word(), reader.word(), reader.word(), reader.word()];
  const flags = reader.byte();
  const colors = readColors(reader, flags) ?? common;
  if (colors === undefined || width === 0 || height === 0) throw damaged();
  if (width * height > MAX_PICTURE_PIXELS) throw new PictureError("too-large");
  const minBits = reader.byte();
  const indices = unpackLzw(reader.blocks(), minBits, width * height);
  const isInterlaced = (flags & 0x40) !== 0;
  const order = isInterlaced ? interlacedRows(height) : Array.from({ length: height }, (_, y) => y);
  const row = new Uint8Array(width * 4);
  order.forEach((y, at) => {
    for (let x = 0; x < width; x++) {
      const index = indices[at * width + x]!;
      const color = index * 3;
      row[x * 4] = colors[color] ?? 0;
      row[x * 4 + 1] = colors[color + 1] ?? 0;
      row[x * 4 + 2] = colors[color + 2] ?? 0;
      row[x * 4 + 3] = index === clear || color >= colors.length ? 0 : 255;
    }
    if (top + y < screen.height) shrinker.addRow(top + y, row, left);
  });
}

function interlacedRows(height: number): number[] {
  return PASSES.flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, at) => first + at * step),
  );
}

function readColors(reader: Reader, flags: number): Uint8Array | undefined {
  return (flags & 0x80) === 0 ? undefined : reader.bytes(3 * 2 ** ((flags & 7) + 1));
}

class Reader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw damaged();
    return byte;
  }

  word(): number {
    const [low, high] = this.bytes(2);
    return low! + high! * 256;
  }

  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw damaged();
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** Data in blocks of at most 255 bytes up to the empty one (section 15). */
  blocks(): Uint8Array {
    const first = this.#at;
    let total = 0;
    for (let length = this.byte(); length > 0; length = this.byte()) {
      total += length;
      this.#at += length;
    }
    // Not kept as pieces: there may be one for every other byte of the file.
    const data = new Uint8Array(total);
    for (let at = first, to = 0; to < total; ) {
      const end = at + 1 + this.#bytes[at]!;
      while (++at < end) data[to++] = this.#bytes[at]!;
    }
    return data;
  }
}
