/** What a file says of the picture in it, read before anything is decoded. The name of the file has no say in it. */
import { damaged, PictureError } from "./error.ts";
import { isGif, readGifSize } from "./gif.ts";
import { isJpeg, readJpegSize } from "./jpegframe.ts";
import { MAX_PICTURE_FILE_BYTES, MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE } from "./limits.ts";
import type { Size } from "./pixels.ts";
import { isPng, readPngHeader } from "./png.ts";

export interface PictureHeader extends Size {
  readonly type: "png" | "jpeg" | "gif";
}

/**
 * Type by its first bytes, and size as the file claims it.
 * @returns undefined where it is no picture of a kind that is shown
 * @throws PictureError `damaged`, or `too-large` for what nobody should decode
 */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | undefined {
  const header = headerOf(bytes);
  if (header === undefined) return undefined;
  const { width, height } = header;
  if (width === 0 || height === 0) throw damaged();
  const isTooLarge =
    bytes.length > MAX_PICTURE_FILE_BYTES ||
    width > MAX_PICTURE_SIDE ||
    height > MAX_PICTURE_SIDE ||
    width * height > MAX_PICTURE_PIXELS;
  if (isTooLarge) throw new PictureError("too-large");
  return header;
}

function headerOf(bytes: Uint8Array): PictureHeader | undefined {
  if (isPng(bytes)) return { type: "png", ...sizeOf(readPngHeader(bytes)) };
  if (isJpeg(bytes)) return { type: "jpeg", ...sizeOf(readJpegSize(bytes)) };
  if (isGif(bytes)) return { type: "gif", ...sizeOf(readGifSize(bytes)) };
  return undefined;
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}
