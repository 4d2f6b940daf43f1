/** Pictures of others into pixels: in a thread of their own, which is ended where it takes too much or too long. */
import { Worker } from "node:worker_threads";
import { PictureError, type PictureProblem } from "./error.ts";
import { type PictureHeader, readPictureHeader } from "./header.ts";
import { MAX_DECODING_MS, MAX_HEAP_MEBIBYTES, MAX_WAITING_PICTURES } from "./limits.ts";
import type { Pixels, Size } from "./pixels.ts";

/** What the thread is given. */
export interface Order {
  readonly bytes: Uint8Array;
  readonly type: PictureHeader["type"];
  readonly fit: Size;
}

/** What it answers. */
export type Answer = { readonly pixels: Pixels } | { readonly problem: PictureProblem };

export interface DecodeOptions {
  /** Pixels: the picture is scaled down into this, in its own shape, and never up. */
  readonly fit: Size;
  readonly signal?: AbortSignal;
  /** Milliseconds; for tests. */
  readonly limit?: number;
}

/** From the sources it is a `.ts`, as it is published a `.js`, like this file. */
const THREAD = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js", import.meta.url);

let waiting = 0;
/** One at a time, so that many pictures need no more memory than one. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Decodes a PNG, a JPEG or the first picture of a GIF.
 * @param bytes the file; it is copied
 * @throws PictureError; the signal's reason when it aborts
 */
export async function decodePicture(bytes: Uint8Array, options: DecodeOptions): Promise<Pixels> {
  options.signal?.throwIfAborted();
  const header = readPictureHeader(bytes);
  if (header === undefined) throw new PictureError("unknown-type");
  if (waiting >= MAX_WAITING_PICTURES) throw new PictureError("busy");
  waiting++;
  const turn = last.then(() => inThread({ bytes, type: header.type, fit: options.fit }, options));
  last = turn.catch(() => {});
  try {
    return await turn;
  } finally {
    waiting--;
  }
}

async function inThread(order: Order, { signal, limit = MAX_DECODING_MS }: DecodeOptions): Promise<Pixels> {
  signal?.throwIfAborted();
  const thread = new Worker(THREAD, {
    workerData: order,
    env: {},
    // Kept from the terminal: what a library might complain about.
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: MAX_HEAP_MEBIBYTES,
      maxYoungGenerationSizeMb: 32,
      stackSizeMb: 4,
    },
  });
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<Pixels>((resolve, reject) => {
      timer = setTimeout(() => reject(new PictureError("too-slow")), limit);
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      thread.once("message", (answer: Answer) =>
        "pixels" in answer ? resolve(answer.pixels) : reject(new PictureError(answer.problem)),
      );
      // Out of memory, or something that no reader of ours has foreseen.
      thread.once("error", () => reject(new PictureError("damaged")));
      thread.once("exit", () => reject(new PictureError("damaged")));
    });
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
    await thread.terminate();
  }
}
