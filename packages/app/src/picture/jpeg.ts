/** JPEG (ITU-T T.81): what it says of itself, read by us, and its pixels, by jpeg-js. */
import jpeg from "jpeg-js";
import { damaged, PictureError } from "./error.ts";
import { orientationIn } from "./exif.ts";
import { MAX_JPEG_MEBIBYTES, MAX_JPEG_PIXELS, MAX_JPEG_SCANS } from "./limits.ts";
import { oriented, type Pixels, type Size } from "./pixels.ts";
import { Shrinker } from "./shrink.ts";

/** Table B.1: baseline, extended and progressive, all with Huffman codes. Nobody sends the other processes. */
const FRAMES = [0xc0, 0xc1, 0xc2];
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
const [SOI, EOI, SOS, APP1, RST0, RST7, TEM] = [0xd8, 0xd9, 0xda, 0xe1, 0xd0, 0xd7, 0x01];
const MEGA = 1_000_000;

export interface JpegFrame extends Size {
  /** EXIF's, 1 where there is none. */
  readonly orientation: number;
}

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
}

/**
 * The one frame of the file, as it is stored: not yet turned.
 * @throws PictureError `damaged`; `unknown-type` for processes that are not shown; `too-slow` for too many scans
 */
export function readJpegFrame(bytes: Uint8Array): JpegFrame {
  let size: Size | undefined;
  let orientation = 1;
  let scans = 0;
  for (const { marker, data } of segmentsOf(bytes)) {
    if (OTHER_FRAMES.includes(marker)) throw new PictureError("unknown-type");
    if (marker === APP1) orientation = orientationIn(data) ?? orientation;
    else if (marker === SOS && ++scans > MAX_JPEG_SCANS) throw new PictureError("too-slow");
    else if (FRAMES.includes(marker)) {
      if (size !== undefined || data.length < 6) throw damaged();
      if (data[0] !== 8) throw new PictureError("unknown-type");
      size = { height: data[1]! * 256 + data[2]!, width: data[3]! * 256 + data[4]! };
    }
  }
  if (size === undefined || scans === 0) throw damaged();
  return { ...size, orientation };
}

interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
}

/** Markers with what belongs to them; what is coded behind a start of scan is passed over. */
function* segmentsOf(bytes: Uint8Array): Generator<Segment> {
  let at = 2;
  for (;;) {
    // Between segments, and through coded bytes, on to the next marker.
    while (at < bytes.length && !(bytes[at] === 0xff && isMarker(bytes[at + 1]))) at++;
    const marker = bytes[at + 1];
    if (marker === undefined || marker === EOI) return;
    const length = (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    if (length < 2 || at + 2 + length > bytes.length) throw damaged();
    yield { marker, data: bytes.subarray(at + 4, at + 2 + length) };
    at += 2 + length;
  }
}

/** One that begins a segment or ends the picture: neither a stuffed byte, nor a fill byte, nor a restart. */
function isMarker(byte: number | undefined): boolean {
  if (byte === undefined || byte === 0 || byte === 0xff || byte === TEM) return false;
  return !(byte >= RST0 && byte <= RST7);
}

/**
 * The picture, turned as its EXIF data say.
 * @param fit the size to make of a size as it is seen
 * @throws PictureError `damaged`, `too-large`
 */
export function decodeJpeg(bytes: Uint8Array, fit: (size: Size) => Size): Pixels {
  const { orientation } = readJpegFrame(bytes);
  const whole = decodeWhole(bytes);
  const isSideways = orientation >= 5;
  const to = isSideways ? swapped(fit(swapped(whole))) : fit(whole);
  const shrinker = new Shrinker(whole, to);
  const stride = whole.width * 4;
  for (let y = 0; y < whole.height; y++) {
    shrinker.addRow(y, whole.data.subarray(y * stride, (y + 1) * stride));
  }
  return oriented(shrinker.finish(), orientation);
}

function swapped({ width, height }: Size): Size {
  return { width: height, height: width };
}

function decodeWhole(bytes: Uint8Array): { width: number; height: number; data: Uint8Array } {
  try {
    return jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: true,
      tolerantDecoding: false,
      maxResolutionInMP: MAX_JPEG_PIXELS / MEGA,
      maxMemoryUsageInMB: MAX_JPEG_MEBIBYTES,
    });
  } catch (error) {
    const isTooLarge = error instanceof Error && /limit exceeded|enough memory/.test(error.message);
    throw isTooLarge ? new PictureError("too-large") : damaged();
  }
}
