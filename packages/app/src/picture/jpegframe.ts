/** What a JPEG file is made of: its segments, its frame, its tables (ITU-T T.81, annex B). */
import { damaged, PictureError } from "./error.ts";
import { orientationIn } from "./exif.ts";
import { MAX_JPEG_SCANS, MAX_JPEG_SEGMENTS } from "./limits.ts";
import type { Size } from "./pixels.ts";

/** Table B.1: baseline, extended and progressive, all with Huffman codes. Nobody sends the other processes. */
const FRAMES = [0xc0, 0xc1, 0xc2];
const PROGRESSIVE = 0xc2;
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
export const MARKER = { dht: 0xc4, dqt: 0xdb, dri: 0xdd, sos: 0xda, app1: 0xe1, app14: 0xee } as const;
const [SOI, EOI, RST0, RST7, TEM] = [0xd8, 0xd9, 0xd0, 0xd7, 0x01];
const MAX_FACTOR = 4;

export interface JpegComponent {
  readonly id: number;
  /** Sampling factors, across and down. */
  readonly h: number;
  readonly v: number;
  /** Number of its quantization table. */
  readonly table: number;
}

export interface JpegFrame extends Size {
  readonly isProgressive: boolean;
  readonly components: readonly JpegComponent[];
  /** EXIF's, 1 where there is none. */
  readonly orientation: number;
}

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
}

/**
 * The size of the first frame, without a look at what is behind it.
 * @throws PictureError `damaged`, `unknown-type`
 */
export function readJpegSize(bytes: Uint8Array): Size {
  for (const { marker, data } of segmentsOf(bytes)) {
    if (OTHER_FRAMES.includes(marker)) throw new PictureError("unknown-type");
    if (FRAMES.includes(marker)) return frameOf(data, false);
    if (marker === MARKER.sos) break;
  }
  throw damaged();
}

/**
 * The one frame of the file, as it is stored: not yet turned.
 * @throws PictureError `damaged`; `unknown-type` for processes that are not shown; `too-slow` for too many scans
 */
export function readJpegFrame(bytes: Uint8Array): JpegFrame {
  let frame: Omit<JpegFrame, "orientation"> | undefined;
  let orientation = 1;
  let scans = 0;
  for (const { marker, data } of segmentsOf(bytes)) {
    if (OTHER_FRAMES.includes(marker)) throw new PictureError("unknown-type");
    if (marker === MARKER.app1) orientation = orientationIn(data) ?? orientation;
    else if (marker === MARKER.sos) {
      if (frame === undefined) throw damaged();
      if (++scans > MAX_JPEG_SCANS) throw new PictureError("too-slow");
    } else if (FRAMES.includes(marker)) {
      if (frame !== undefined) throw damaged();
      frame = frameOf(data, marker === PROGRESSIVE);
    }
  }
  if (frame === undefined || scans === 0) throw damaged();
  return { ...frame, orientation };
}

/** Section B.2.2. */
function frameOf(data: Uint8Array, isProgressive: boolean): Omit<JpegFrame, "orientation"> {
  const [precision, heightHigh, height, widthHigh, width, count] = data;
  if (count === undefined || data.length !== 6 + 3 * count) throw damaged();
  if (precision !== 8 || ![1, 3, 4].includes(count)) throw new PictureError("unknown-type");
  const components = Array.from({ length: count }, (_, at): JpegComponent => {
    const [id, factors, table] = data.subarray(6 + 3 * at);
    return { id: id!, h: factors! >> 4, v: factors! & 15, table: table! };
  });
  const areFine = components.every(
    ({ id, h, v, table }) =>
      [h, v].every((factor) => factor >= 1 && factor <= MAX_FACTOR) &&
      table < 4 &&
      components.filter((other) => other.id === id).length === 1,
  );
  if (!areFine) throw damaged();
  return {
    width: widthHigh! * 256 + width!,
    height: heightHigh! * 256 + height!,
    isProgressive,
    components,
  };
}

export interface JpegSegment {
  readonly marker: number;
  readonly data: Uint8Array;
  /** What is coded behind it, restarts included, up to the next segment. */
  readonly coded: Uint8Array;
}

/** The segments behind the start of the image, in their order. @throws PictureError `damaged` */
export function* segmentsOf(bytes: Uint8Array): Generator<JpegSegment> {
  let at = nextMarker(bytes, 2);
  for (let count = 0; ; count++) {
    if (count > MAX_JPEG_SEGMENTS) throw damaged();
    const marker = bytes[at + 1];
    if (marker === undefined || marker === EOI) return;
    const length = (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw damaged();
    const next = nextMarker(bytes, end);
    yield { marker, data: bytes.subarray(at + 4, end), coded: bytes.subarray(end, next) };
    at = next;
  }
}

/** One that begins a segment or ends the picture: neither a stuffed byte, nor a fill byte, nor a restart. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length - 1; at++) {
    if (bytes[at] !== 0xff) continue;
    const byte = bytes[at + 1]!;
    const isOther = byte === 0 || byte === 0xff || byte === TEM || (byte >= RST0 && byte <= RST7);
    if (!isOther) return at;
  }
  return bytes.length;
}
