/** Pixels, and the ways to make fewer, more or turned ones of them. */
import { Shrinker } from "./shrink.ts";

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** 8 bits each of red, green, blue and alpha (not premultiplied), row by row from the top left. */
export interface Pixels extends Size {
  readonly rgba: Uint8Array;
}

/** The largest size of the same shape that fits, at least one pixel each way. Never larger than it is. */
export function fitted({ width, height }: Size, room: Size): Size {
  const scale = Math.min(1, room.width / width, room.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Exactly this size: averaged where it gets smaller, repeated where it gets larger. */
export function resized(pixels: Pixels, to: Size): Pixels {
  if (pixels.width === to.width && pixels.height === to.height) return pixels;
  const small = shrunk(pixels, {
    width: Math.min(pixels.width, to.width),
    height: Math.min(pixels.height, to.height),
  });
  if (small.width === to.width && small.height === to.height) return small;
  const from = words(small);
  const rgba = new Uint8Array(to.width * to.height * 4);
  const into = words({ rgba });
  for (let y = 0, at = 0; y < to.height; y++) {
    const row = Math.floor((y * small.height) / to.height) * small.width;
    for (let x = 0; x < to.width; x++) into[at++] = from[row + Math.floor((x * small.width) / to.width)]!;
  }
  return { ...to, rgba };
}

function shrunk(pixels: Pixels, to: Size): Pixels {
  const shrinker = new Shrinker(pixels, to);
  const stride = pixels.width * 4;
  for (let y = 0; y < pixels.height; y++) {
    shrinker.addRow(y, pixels.rgba.subarray(y * stride, (y + 1) * stride));
  }
  return shrinker.finish();
}

/** Turned and mirrored as EXIF's Orientation (1 to 8) says (Exif 2.32, table 4 of section 4.6.4). */
export function oriented(pixels: Pixels, orientation: number): Pixels {
  if (orientation < 2 || orientation > 8) return pixels;
  const { width, height } = pixels;
  const isSideways = orientation >= 5;
  const to = isSideways ? { width: height, height: width } : { width, height };
  const from = words(pixels);
  const rgba = new Uint8Array(pixels.rgba.length);
  const into = words({ rgba });
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  for (let y = 0, at = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const [across, down] = isSideways ? [y, x] : [x, y];
      const column = fromRight ? width - 1 - across : across;
      const row = fromBottom ? height - 1 - down : down;
      into[at++] = from[row * width + column]!;
    }
  }
  return { ...to, rgba };
}

/** A pixel a word; only ever moved, so the order of its bytes does not matter. */
function words({ rgba }: { readonly rgba: Uint8Array }): Uint32Array {
  const aligned = rgba.byteOffset % 4 === 0 ? rgba : rgba.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}
