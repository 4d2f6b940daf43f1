/** The thread that decodes one picture, and draws it where that is wanted, answers, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import type { Answer, Order } from "./decode.ts";
import { drawPixels } from "./draw.ts";
import { PictureError } from "./error.ts";
import { decodeGif, readGifSize } from "./gif.ts";
import { decodeJpeg } from "./jpeg.ts";
import { MAX_SHOWN_SIDE } from "./limits.ts";
import { fitted, type Pixels, type Size } from "./pixels.ts";
import { decodePng, readPngHeader } from "./png.ts";

async function decode({ bytes, type, fit }: Order): Promise<Pixels> {
  const room = {
    width: Math.min(fit.width, MAX_SHOWN_SIDE),
    height: Math.min(fit.height, MAX_SHOWN_SIDE),
  };
  const into = (size: Size) => fitted(size, room);
  if (type === "png") return decodePng(bytes, into(readPngHeader(bytes)));
  if (type === "gif") return decodeGif(bytes, into(readGifSize(bytes)));
  return decodeJpeg(bytes, into);
}

async function answer(order: Order): Promise<Answer> {
  try {
    const pixels = await decode(order);
    return { made: order.drawing === undefined ? pixels : drawPixels(pixels, order.drawing) };
  } catch (error) {
    return { problem: error instanceof PictureError ? error.code : "damaged" };
  }
}

parentPort?.postMessage(await answer(workerData));
