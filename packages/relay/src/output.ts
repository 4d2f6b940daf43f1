/**
 * What goes out on one connection: lines gathered in chunks, one write at a time, each chunk zeroed when the operating system
 * has taken it. One write at a time also because TLS would copy several into memory that nobody zeroes.
 */
import type { Socket } from "node:net";
import { copyInto } from "@asfaleia/protocol";

const CHUNK_BYTES = 64 * 1024;
/** A chunk for replies alone, so that a reader who takes none costs little. */
const SMALL_CHUNK_BYTES = 4 * 1024;
/** The longest line that goes into one. */
const SMALL_LINE_BYTES = 1024;
/** Free chunks that are kept for the next writer. */
const SPARE_CHUNKS = 64;
/** Where a connection's requests and deliveries wait until its reader has taken some. */
export const HIGH_WATER_BYTES = 256 * 1024;
/** From this part of the memory on, what is left is shared out. */
const SHORT_OF_MEMORY = 0.5;
/**
 * Then one connection gets this part of what is left, what it already has included (dynamic thresholds, Choudhury and
 * Hahne 1998): however many take as much as they can, something is left for who takes little.
 */
const SHARE = 1 / 8;

interface Chunk {
  readonly bytes: Uint8Array;
  length: number;
  /** Called once the operating system has taken every byte of it. */
  readonly taken: (() => void)[];
}

/** The chunks of all connections, and how much memory they are. */
export class Chunks {
  readonly #spare: Uint8Array[] = [];
  readonly #smallSpare: Uint8Array[] = [];
  readonly #limit: number;
  #inUse = 0;

  /** @param limit bytes from which on nobody should write more than a reply that is due */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Which part of the limit is in use, from 0 on. */
  get fullness(): number {
    return this.#inUse / this.#limit;
  }

  /** The most bytes that one connection should have waiting. */
  get share(): number {
    return this.fullness < SHORT_OF_MEMORY ? Number.POSITIVE_INFINITY : (this.#limit - this.#inUse) * SHARE;
  }

  /** A chunk that has room for a line of so many bytes. */
  take(lineBytes: number): Chunk {
    const [size, spare] =
      lineBytes <= SMALL_LINE_BYTES ? [SMALL_CHUNK_BYTES, this.#smallSpare] : [CHUNK_BYTES, this.#spare];
    const bytes = lineBytes > CHUNK_BYTES ? new Uint8Array(lineBytes) : (spare.pop() ?? new Uint8Array(size));
    this.#inUse += bytes.length;
    return { bytes, length: 0, taken: [] };
  }

  /** Zeroes a chunk and keeps it for the next one. */
  give({ bytes, length }: Chunk): void {
    this.#inUse -= bytes.length;
    bytes.fill(0, 0, length);
    const spare = bytes.length === SMALL_CHUNK_BYTES ? this.#smallSpare : this.#spare;
    if (bytes.length <= CHUNK_BYTES && spare.length < SPARE_CHUNKS) spare.push(bytes);
  }
}

/** Flushes, once a turn of the event loop, whatever was written in it: many replies make one write. */
export class Flusher {
  #dirty: Output[] = [];
  readonly #run = (): void => {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const output of dirty) output.flush();
  };

  add(output: Output): void {
    if (this.#dirty.push(output) === 1) setImmediate(this.#run);
  }
}

export class Output {
  readonly #socket: Socket;
  readonly #chunks: Chunks;
  readonly #flusher: Flusher;
  readonly #onRoom: () => void;
  readonly #queue: Chunk[] = [];
  #writing: Chunk | undefined;
  #scheduled = false;
  #closed = false;
  #waiting = 0;
  /** Since when the operating system takes nothing, in milliseconds of the caller's clock. */
  stalledSince: number | undefined;

  /** @param onRoom called when the reader has taken so much that there is room again */
  constructor(socket: Socket, chunks: Chunks, flusher: Flusher, onRoom: () => void) {
    this.#socket = socket;
    this.#chunks = chunks;
    this.#flusher = flusher;
    this.#onRoom = onRoom;
  }

  /** Whether more should be written now: else wait for onRoom. */
  get hasRoom(): boolean {
    return this.hasRoomFor(1);
  }

  /** Whether a line of so many bytes should be written now: else wait for onRoom. */
  hasRoomFor(bytes: number): boolean {
    return this.#waiting < HIGH_WATER_BYTES && this.#waiting + bytes <= this.#chunks.share;
  }

  /** Bytes that the operating system has not taken. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Writes one line of at most so many bytes.
   * @param write puts the line into `bytes` from `at`, and returns the offset behind it
   */
  line(most: number, write: (bytes: Uint8Array, at: number) => number): void {
    if (this.#closed) return;
    const chunk = this.#chunk(most);
    const end = write(chunk.bytes, chunk.length);
    this.#waiting += end - chunk.length;
    chunk.length = end;
  }

  /** Writes a line that was made elsewhere, and zeroes it there. */
  put(line: Uint8Array): void {
    this.line(line.length, (bytes, at) => {
      copyInto(bytes, line, at);
      return at + line.length;
    });
    line.fill(0);
  }

  /** Calls back once the operating system has taken all that was written so far; never, where the connection breaks first. */
  whenTaken(callback: () => void): void {
    (this.#queue.at(-1) ?? this.#writing)?.taken.push(callback);
  }

  /** Writes the next chunk, unless one is under way. */
  flush(): void {
    this.#scheduled = false;
    if (this.#closed || this.#writing) return;
    const chunk = this.#queue.shift();
    if (!chunk) return;
    this.#writing = chunk;
    this.#socket.write(chunk.bytes.subarray(0, chunk.length), (error) => this.#onWritten(chunk, error));
  }

  /** Zeroes what was not written. What the operating system is reading is zeroed when it lets go of it. */
  close(): void {
    this.#closed = true;
    for (const chunk of this.#queue.splice(0)) this.#chunks.give(chunk);
  }

  #onWritten(chunk: Chunk, error: Error | null | undefined): void {
    this.#writing = undefined;
    this.stalledSince = undefined;
    this.#chunks.give(chunk);
    if (error || this.#closed) return;
    this.#waiting -= chunk.length;
    for (const callback of chunk.taken) callback();
    this.flush();
    if (this.hasRoom) this.#onRoom();
  }

  #chunk(most: number): Chunk {
    const last = this.#queue.at(-1);
    if (last && last.bytes.length - last.length >= most) return last;
    const chunk = this.#chunks.take(most);
    this.#queue.push(chunk);
    if (!this.#scheduled && !this.#writing) {
      this.#scheduled = true;
      this.#flusher.add(this);
    }
    return chunk;
  }
}
