/** The scans of a JPEG: from Huffman codes to coefficients (ITU-T T.81, annexes F and G). */
import { damaged } from "./error.ts";
import { type HuffmanTable, type JpegTables, ZIGZAG } from "./jpegtables.ts";

/** The coefficients of one component, 64 to a block, in whole rows of MCUs. */
export interface Plane {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly table: number;
  /** Blocks in a row and rows of them that are stored. */
  readonly stride: number;
  readonly height: number;
  /** Blocks in each direction that hold anything of the picture: what a scan of this component alone has. */
  readonly columns: number;
  readonly rows: number;
  readonly coefficients: Int16Array;
}

export interface ScanOptions {
  readonly isProgressive: boolean;
  /** MCUs between restarts, 0 for none. */
  readonly restart: number;
  readonly tables: JpegTables;
}

interface Part {
  readonly plane: Plane;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
  /** The last DC coefficient. */
  predicted: number;
}

/**
 * Adds what one scan says to the planes.
 * @param header of the start of scan (section B.2.3)
 * @throws PictureError `damaged`, also where there is less than the scan needs
 */
export function readScan(
  header: Uint8Array,
  coded: Uint8Array,
  planes: readonly Plane[],
  options: ScanOptions,
): void {
  const count = header[0] ?? 0;
  if (count < 1 || count > 4 || header.length !== 4 + 2 * count) throw damaged();
  const parts = Array.from({ length: count }, (_, at) =>
    partOf(header.subarray(1 + 2 * at), planes, options.tables),
  );
  const [start, end, approximation] = header.subarray(1 + 2 * count);
  const [high, low] = [approximation! >> 4, approximation! & 15];
  const isFine = options.isProgressive
    ? start! <= end! &&
      end! < 64 &&
      low < 14 &&
      (start === 0 ? end === 0 : count === 1) &&
      (high === 0 || high === low + 1)
    : start === 0 && end === 63 && approximation === 0;
  if (!isFine || new Set(parts.map(({ plane }) => plane)).size !== count) throw damaged();
  const bits = new Bits(coded);
  const decode = blockDecoder(bits, options.isProgressive, start!, end!, high, low);
  const restart = () => {
    bits.restart();
    decode.reset();
    for (const part of parts) part.predicted = 0;
  };
  walk(parts, options.restart, restart, (part, at) => {
    decode.block(part, at);
    if (bits.isOverdrawn) throw damaged();
  });
}

function partOf([id, numbers]: Uint8Array, planes: readonly Plane[], { dc, ac }: JpegTables): Part {
  const plane = planes.find((each) => each.id === id);
  if (plane === undefined) throw damaged();
  return { plane, dc: dc[numbers! >> 4], ac: ac[numbers! & 15], predicted: 0 };
}

/** Visits the blocks of a scan in their order (section A.2). */
function walk(
  parts: readonly Part[],
  interval: number,
  restart: () => void,
  visit: (part: Part, at: number) => void,
): void {
  const [first] = parts as [Part];
  let done = 0;
  const begin = () => {
    if (interval > 0 && done > 0 && done % interval === 0) restart();
    done++;
  };
  if (parts.length === 1) {
    const { columns, rows, stride } = first.plane;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        begin();
        visit(first, (row * stride + column) * 64);
      }
    }
    return;
  }
  const across = first.plane.stride / first.plane.h;
  const down = first.plane.height / first.plane.v;
  for (let mcu = 0; mcu < across * down; mcu++) {
    begin();
    const [left, top] = [mcu % across, Math.floor(mcu / across)];
    for (const part of parts) {
      const { h, v, stride } = part.plane;
      for (let y = 0; y < v; y++) {
        for (let x = 0; x < h; x++) visit(part, ((top * v + y) * stride + left * h + x) * 64);
      }
    }
  }
}

interface BlockDecoder {
  block(part: Part, at: number): void;
  reset(): void;
}

function blockDecoder(
  bits: Bits,
  isProgressive: boolean,
  start: number,
  end: number,
  high: number,
  low: number,
): BlockDecoder {
  /** Blocks that have nothing more in this scan (section G.1.2.2). */
  let ended = 0;
  const reset = () => {
    ended = 0;
  };
  const dc = (part: Part, at: number, shift: number) => {
    part.predicted += bits.signed(bits.symbol(part.dc));
    part.plane.coefficients[at] = part.predicted << shift;
  };
  const endRun = (run: number) => (1 << run) + bits.take(run);

  const baseline = (part: Part, at: number) => {
    dc(part, at, 0);
    const { coefficients } = part.plane;
    for (let k = 1; k < 64; k++) {
      const symbol = bits.symbol(part.ac);
      const size = symbol & 15;
      if (size === 0 && symbol !== 0xf0) return;
      k += symbol >> 4;
      if (k > 63) throw damaged();
      if (size > 0) coefficients[at + ZIGZAG[k]!] = bits.signed(size);
    }
  };

  const acFirst = ({ plane: { coefficients }, ac }: Part, at: number) => {
    if (ended > 0) {
      ended--;
      return;
    }
    for (let k = start; k <= end; k++) {
      const symbol = bits.symbol(ac);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && run < 15) {
        ended = endRun(run) - 1;
        return;
      }
      k += run;
      if (k > 63) throw damaged();
      if (size > 0) coefficients[at + ZIGZAG[k]!] = bits.signed(size) << low;
    }
  };

  const dcAgain = ({ plane: { coefficients } }: Part, at: number) => {
    coefficients[at]! |= bits.take(1) << low;
  };

  const acAgain = ({ plane: { coefficients }, ac }: Part, at: number) => {
    const [plus, minus] = [1 << low, -1 << low];
    const refine = (place: number, value: number) => {
      if (bits.take(1) === 1 && (value & plus) === 0)
        coefficients[place] = value + (value >= 0 ? plus : minus);
    };
    let k = start;
    while (ended === 0 && k <= end) {
      const symbol = bits.symbol(ac);
      let run = symbol >> 4;
      const size = symbol & 15;
      if (size > 1) throw damaged();
      if (size === 0 && run < 15) {
        ended = endRun(run);
        break;
      }
      const value = size === 0 ? 0 : bits.take(1) === 1 ? plus : minus;
      for (; k <= end; k++) {
        const place = at + ZIGZAG[k]!;
        const old = coefficients[place]!;
        if (old !== 0) refine(place, old);
        else if (run-- === 0) {
          coefficients[place] = value;
          k++;
          break;
        }
      }
    }
    if (ended === 0) return;
    for (; k <= end; k++) {
      const place = at + ZIGZAG[k]!;
      const old = coefficients[place]!;
      if (old !== 0) refine(place, old);
    }
    ended--;
  };

  if (!isProgressive) return { block: baseline, reset };
  if (start === 0) return { block: high === 0 ? (part, at) => dc(part, at, low) : dcAgain, reset };
  return { block: high === 0 ? acFirst : acAgain, reset };
}

const [RST0, RST7] = [0xd0, 0xd7];
const MAX_SIZE = 15;

/** Bits of coded data, without the stuffed bytes (section F.1.2.3). Behind the end come zeros, and that is noticed. */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;
  #buffer = 0;
  #held = 0;
  /** Bits in the buffer that were never in the data; the last ones. */
  #made = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether more was taken than there was. */
  get isOverdrawn(): boolean {
    return this.#made > this.#held;
  }

  /** @param count 0 to 16 */
  take(count: number): number {
    if (count === 0) return 0;
    this.#fill();
    this.#held -= count;
    return (this.#buffer >>> this.#held) & ((1 << count) - 1);
  }

  symbol(table: HuffmanTable | undefined): number {
    if (table === undefined) throw damaged();
    this.#fill();
    const entry = table[(this.#buffer >>> (this.#held - 16)) & 0xffff]!;
    if (entry === 0) throw damaged();
    this.#held -= entry & 255;
    return entry >> 8;
  }

  /** A value of so many bits; without the highest one it is negative (figure F.12). */
  signed(size: number): number {
    if (size === 0) return 0;
    if (size > MAX_SIZE) throw damaged();
    const value = this.take(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Goes on behind the next restart, past which nothing was read. */
  restart(): void {
    if (this.isOverdrawn) throw damaged();
    this.#buffer = this.#held = this.#made = 0;
    const bytes = this.#bytes;
    while (this.#at < bytes.length && !isRestart(bytes, this.#at)) this.#at++;
    if (this.#at >= bytes.length) throw damaged();
    this.#at += 2;
  }

  #fill(): void {
    while (this.#held <= 16) {
      let byte = this.#bytes[this.#at];
      if (byte === undefined || (byte === 0xff && this.#bytes[this.#at + 1] !== 0)) {
        byte = 0;
        this.#made += 8;
      } else this.#at += byte === 0xff ? 2 : 1;
      this.#buffer = (this.#buffer << 8) | byte;
      this.#held += 8;
    }
  }
}

function isRestart(bytes: Uint8Array, at: number): boolean {
  const next = bytes[at + 1] ?? 0;
  return bytes[at] === 0xff && next >= RST0 && next <= RST7;
}
