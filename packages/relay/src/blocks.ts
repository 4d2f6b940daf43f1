/**
 * Memory for envelopes: fixed blocks in large slabs, so that what is stored pins nothing that is larger than itself,
 * freed room is always usable again whatever was stored before, and the collector has nothing to do.
 */
import { copyInto } from "@asfaleia/protocol";

/** Bytes of a block. Envelopes come in multiples of it. */
export const BLOCK_BYTES = 1024;
const BLOCKS_PER_SLAB = 1024;
const NONE = -1;

interface Slab {
  readonly bytes: Uint8Array;
  /** For each block the next one: of its chain, which may go on in another slab, or of this slab's free list. */
  readonly next: Int32Array;
  free: number;
  used: number;
}

/** How many blocks an envelope takes. */
export function blocksFor(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES);
}

/** A pool of blocks. A stored run of bytes is a chain of them, named by its first. */
export class Blocks {
  readonly #slabs: (Slab | undefined)[] = [];
  /** Slabs that have free blocks; the last is taken from. */
  readonly #roomy: number[] = [];

  /** Bytes that the slabs hold, used or not. */
  get allocatedBytes(): number {
    return this.#slabs.filter((slab) => slab !== undefined).length * BLOCKS_PER_SLAB * BLOCK_BYTES;
  }

  /** Copies bytes into blocks. @returns the first block */
  store(bytes: Uint8Array): number {
    let first = NONE;
    for (let from = (blocksFor(bytes.length) - 1) * BLOCK_BYTES; from >= 0; from -= BLOCK_BYTES) {
      const block = this.#take();
      const slab = this.#slabOf(block);
      copyInto(slab.bytes, bytes.subarray(from, from + BLOCK_BYTES), offsetOf(block));
      slab.next[block % BLOCKS_PER_SLAB] = first;
      first = block;
    }
    return first;
  }

  /** Copies a chain into the front of `target`. */
  read(first: number, length: number, target: Uint8Array): void {
    let block = first;
    for (let at = 0; at < length; at += BLOCK_BYTES) {
      const slab = this.#slabOf(block);
      const offset = offsetOf(block);
      copyInto(target, slab.bytes.subarray(offset, offset + Math.min(BLOCK_BYTES, length - at)), at);
      block = slab.next[block % BLOCKS_PER_SLAB] as number;
    }
  }

  /** What is stored, where it lies, if it lies in one piece. Valid until it is wiped. */
  view(first: number, length: number): Uint8Array | undefined {
    if (length > BLOCK_BYTES) return undefined;
    const offset = offsetOf(first);
    return this.#slabOf(first).bytes.subarray(offset, offset + length);
  }

  /** Zeroes a chain and frees its blocks. */
  wipe(first: number, length: number): void {
    let block = first;
    for (let at = 0; at < length; at += BLOCK_BYTES) {
      const slab = this.#slabOf(block);
      const offset = offsetOf(block);
      slab.bytes.fill(0, offset, offset + Math.min(BLOCK_BYTES, length - at));
      const next = slab.next[block % BLOCKS_PER_SLAB] as number;
      this.#give(slab, block);
      block = next;
    }
  }

  /** Lets go of the slabs in which nothing is stored, but for one. They hold only zeroes. */
  trim(): void {
    let empty = 0;
    for (const [index, slab] of this.#slabs.entries()) {
      if (slab?.used !== 0 || empty++ === 0) continue;
      this.#slabs[index] = undefined;
      this.#roomy.splice(this.#roomy.indexOf(index), 1);
    }
  }

  /** Zeroes everything, used or not. Nothing may be read afterwards. */
  wipeAll(): void {
    for (const slab of this.#slabs) slab?.bytes.fill(0);
  }

  #take(): number {
    const index = this.#roomy.at(-1) ?? this.#addSlab();
    const slab = this.#slabs[index] as Slab;
    const block = slab.free;
    slab.free = slab.next[block % BLOCKS_PER_SLAB] as number;
    slab.used++;
    if (slab.free === NONE) this.#roomy.pop();
    return block;
  }

  #give(slab: Slab, block: number): void {
    if (slab.free === NONE) this.#roomy.push(Math.floor(block / BLOCKS_PER_SLAB));
    slab.next[block % BLOCKS_PER_SLAB] = slab.free;
    slab.free = block;
    slab.used--;
  }

  #addSlab(): number {
    const gap = this.#slabs.indexOf(undefined);
    const index = gap < 0 ? this.#slabs.length : gap;
    const first = index * BLOCKS_PER_SLAB;
    const next = Int32Array.from({ length: BLOCKS_PER_SLAB }, (_, i) => first + i + 1);
    next[BLOCKS_PER_SLAB - 1] = NONE;
    this.#slabs[index] = { bytes: new Uint8Array(BLOCKS_PER_SLAB * BLOCK_BYTES), next, free: first, used: 0 };
    this.#roomy.push(index);
    return index;
  }

  #slabOf(block: number): Slab {
    return this.#slabs[Math.floor(block / BLOCKS_PER_SLAB)] as Slab;
  }
}

function offsetOf(block: number): number {
  return (block % BLOCKS_PER_SLAB) * BLOCK_BYTES;
}
