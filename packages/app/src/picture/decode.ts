/** Pictures of others into pixels, or drawn: in a thread of their own, which is ended where it takes too much or too long. */
import { Worker } from "node:worker_threads";
import type { Drawing } from "./draw.ts";
import { PictureError, type PictureProblem } from "./error.ts";
import { type PictureHeader, readPictureHeader } from "./header.ts";
import { MAX_DECODING_MS, MAX_HEAP_MEBIBYTES, MAX_WAITING_PICTURES } from "./limits.ts";
import type { Pixels, Size } from "./pixels.ts";
import type { Drawn } from "./place.ts";

/** What the thread is given. */
export interface Order {
  readonly bytes: Uint8Array;
  readonly type: PictureHeader["type"];
  readonly fit: Size;
  /** How the pixels are to be drawn: finding the colours of sixels alone may take seconds. */
  readonly drawing?: Drawing;
}

/** What it answers: pixels, or what was drawn of them. */
export type Answer = { readonly made: Pixels | Drawn } | { readonly problem: PictureProblem };

export interface DecodeOptions {
  /** Pixels: the picture is scaled down into this, in its own shape, and never up. */
  readonly fit: Size;
  readonly signal?: AbortSignal;
  /** Milliseconds; for tests. */
  readonly limit?: number;
}

/** From the sources it is a `.ts`, as it is published a `.js`, like this file. */
const THREAD = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js", import.meta.url);

/** One at a time, so that many pictures need no more memory than one. */
let isTaken = false;
/** The latest, which is the one that somebody looks at, last; it comes next: one picture holds up no other for long. */
const waiting: PromiseWithResolvers<void>[] = [];

/**
 * Decodes a PNG, a JPEG or the first picture of a GIF.
 * @param bytes the file; it is copied
 * @throws PictureError; the signal's reason when it aborts
 */
export function decodePicture(bytes: Uint8Array, options: DecodeOptions): Promise<Pixels> {
  return make(bytes, options) as Promise<Pixels>;
}

/** The same, and draws it. */
export function decodeAndDraw(
  bytes: Uint8Array,
  options: DecodeOptions & { readonly drawing: Drawing },
): Promise<Drawn> {
  return make(bytes, options) as Promise<Drawn>;
}

async function make(
  bytes: Uint8Array,
  options: DecodeOptions & { readonly drawing?: Drawing },
): Promise<Pixels | Drawn> {
  options.signal?.throwIfAborted();
  const header = readPictureHeader(bytes);
  if (header === undefined) throw new PictureError("unknown-type");
  const { fit, drawing } = options;
  const order = { bytes, type: header.type, fit, ...(drawing === undefined ? {} : { drawing }) };
  await turn();
  try {
    return await inThread(order, options);
  } finally {
    const next = waiting.pop();
    if (next === undefined) isTaken = false;
    else next.resolve();
  }
}

/** @throws PictureError `busy` where too many have come behind this one */
function turn(): Promise<void> {
  if (!isTaken) {
    isTaken = true;
    return Promise.resolve();
  }
  if (waiting.length >= MAX_WAITING_PICTURES) waiting.shift()?.reject(new PictureError("busy"));
  const own = Promise.withResolvers<void>();
  waiting.push(own);
  return own.promise;
}

async function inThread(
  order: Order,
  { signal, limit = MAX_DECODING_MS }: DecodeOptions,
): Promise<Pixels | Drawn> {
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
    return await new Promise<Pixels | Drawn>((resolve, reject) => {
      timer = setTimeout(() => reject(new PictureError("too-slow")), limit);
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      thread.once("message", (answer: Answer) =>
        "made" in answer ? resolve(answer.made) : reject(new PictureError(answer.problem)),
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
