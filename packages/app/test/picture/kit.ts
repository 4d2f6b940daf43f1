/** Pictures to test with, and netpbm, which reads and writes them without us. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import type { Pixels } from "../../src/picture/pixels.ts";

export { encodePng } from "../../src/picture/png.ts";

/** What a tool makes of bytes. Throws with its complaint when it fails. */
export function through(command: string, args: readonly string[], input: Uint8Array): Buffer {
  const result = spawnSync(command, args, { input, maxBuffer: 512 * 1024 * 1024 });
  if (result.status !== 0) throw new Error(`${command}: ${result.error?.message ?? ""}${result.stderr}`);
  return result.stdout;
}

export function toPam({ width, height, rgba }: Pixels): Buffer {
  const head = `P7\nWIDTH ${width}\nHEIGHT ${height}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n`;
  return Buffer.concat([Buffer.from(head), rgba]);
}

export function toPpm({ width, height, rgba }: Pixels): Buffer {
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0, to = 0; at < rgba.length; at++) if (at % 4 !== 3) rgb[to++] = rgba[at]!;
  return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), rgb]);
}

/** Any PAM, PPM, PGM or PBM with one picture, samples of one or two bytes. */
export function fromPnm(bytes: Buffer): Pixels {
  const magic = bytes.subarray(0, 2).toString();
  return magic === "P7" ? fromPam(bytes) : fromPlainPnm(magic, bytes);
}

function fromPam(bytes: Buffer): Pixels {
  const end = bytes.indexOf("ENDHDR\n") + 7;
  const head = bytes.subarray(0, end).toString("latin1");
  const number = (name: string) => Number(new RegExp(`${name} (\\d+)`).exec(head)?.[1]);
  return samples(bytes.subarray(end), number("WIDTH"), number("HEIGHT"), number("DEPTH"), number("MAXVAL"));
}

function fromPlainPnm(magic: string, bytes: Buffer): Pixels {
  const depth = { P4: 0, P5: 1, P6: 3 }[magic];
  if (depth === undefined) throw new Error(`no reader for ${magic}`);
  const fields = depth === 0 ? 2 : 3;
  const head = new RegExp(`^P\\d(?:\\s+(?:#.*\\n)?(\\d+)){${fields}}\\s`).exec(
    bytes.subarray(0, 200).toString("latin1"),
  )![0];
  const [width, height, max] = head.replace(/#.*\n/g, "").split(/\s+/).slice(1).map(Number);
  const data = bytes.subarray(head.length);
  if (depth > 0) return samples(data, width!, height!, depth, max!);
  const stride = Math.ceil(width! / 8);
  const bits = Buffer.alloc(width! * height!);
  for (let y = 0; y < height!; y++) {
    for (let x = 0; x < width!; x++)
      bits[y * width! + x] = (data[y * stride + (x >> 3)]! >> (7 - (x & 7))) & 1 ? 0 : 1;
  }
  return samples(bits, width!, height!, 1, 1);
}

function samples(data: Buffer, width: number, height: number, depth: number, max: number): Pixels {
  const each = max > 255 ? 2 : 1;
  const rgba = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = (sample: number) => {
      const from = (pixel * depth + sample) * each;
      const value = each === 2 ? data.readUInt16BE(from) : data[from]!;
      // As pictures of two bytes a sample are shown: by their first.
      return each === 2 ? value >> 8 : Math.round((value * 255) / max);
    };
    const isGray = depth < 3;
    for (let part = 0; part < 3; part++) rgba[pixel * 4 + part] = at(isGray ? 0 : part);
    rgba[pixel * 4 + 3] = depth === 2 || depth === 4 ? at(depth - 1) : 255;
  }
  return { width, height, rgba };
}

/** What transparent pixels are coloured is nobody's business. */
export function withoutHidden({ width, height, rgba }: Pixels): Pixels {
  const seen = rgba.slice();
  for (let at = 0; at < seen.length; at += 4) if (seen[at + 3] === 0) seen.fill(0, at, at + 3);
  return { width, height, rgba: seen };
}

export interface Drawing {
  readonly side?: number;
  readonly opaque?: boolean;
  /** So many colours at most. */
  readonly colors?: number;
}

/** Pictures of noise. */
export function noise({ side = 24, opaque = false, colors = 1000 }: Drawing = {}): fc.Arbitrary<Pixels> {
  const color = fc.tuple(
    byte,
    byte,
    byte,
    opaque ? fc.constant(255) : fc.oneof(fc.constantFrom(0, 255), byte),
  );
  return fc
    .tuple(
      fc.integer({ min: 1, max: side }),
      fc.integer({ min: 1, max: side }),
      fc.array(color, { minLength: 1, maxLength: colors }),
      fc.infiniteStream(fc.nat()),
    )
    .map(([width, height, palette, stream]) => {
      const rgba = new Uint8Array(width * height * 4);
      for (let at = 0; at < rgba.length; at += 4) {
        rgba.set(palette[(stream.next().value as number) % palette.length]!, at);
      }
      return { width, height, rgba };
    });
}

const byte = fc.integer({ min: 0, max: 255 });

/** A smooth picture, as photographs are. */
export function gradient(width: number, height: number): Pixels {
  const wave = (length: number) =>
    Uint8Array.from({ length: width + height }, (_, at) => 128 + 110 * Math.sin(at / length));
  const [red, green, blue] = [wave(20), wave(25), wave(30)];
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      rgba[at] = red[x]!;
      rgba[at + 1] = green[y]!;
      rgba[at + 2] = blue[x + y]!;
      rgba[at + 3] = 255;
    }
  }
  return { width, height, rgba };
}

/** How far samples lie apart, on average. */
export function distance(a: Pixels, b: Pixels): number {
  let sum = 0;
  for (let at = 0; at < a.rgba.length; at++) sum += Math.abs(a.rgba[at]! - b.rgba[at]!);
  return sum / a.rgba.length;
}
