/** JPEG (ITU-T T.81): baseline and progressive, with Huffman codes and 8 bits a sample; gray, colour and CMYK. */
import { damaged, PictureError } from "./error.ts";
import { scaledTable, transform } from "./jpegdct.ts";
import { type JpegFrame, MARKER, readJpegFrame, segmentsOf } from "./jpegframe.ts";
import { type Plane, readScan } from "./jpegscan.ts";
import { type JpegTables, readHuffman, readQuantization } from "./jpegtables.ts";
import { MAX_JPEG_COEFFICIENT_BYTES } from "./limits.ts";
import { oriented, type Pixels, type Size } from "./pixels.ts";
import { Shrinker } from "./shrink.ts";

/** How the colours of three and four components are coded, where APP14 of Adobe says so. */
type AdobeTransform = 0 | 1 | 2;

/**
 * The picture, turned as its EXIF data say. Only the coefficients stand in memory whole.
 * @param fit the size to make of a size as it is seen
 * @throws PictureError `damaged`, `too-large`, `unknown-type`, `too-slow`
 */
export function decodeJpeg(bytes: Uint8Array, fit: (size: Size) => Size): Pixels {
  const frame = readJpegFrame(bytes);
  const planes = planesOf(frame);
  const { tables, adobe } = readScans(bytes, frame, planes);
  const isSideways = frame.orientation >= 5;
  const to = isSideways ? swapped(fit(swapped(frame))) : fit(frame);
  const shrinker = new Shrinker(frame, to);
  paintRows(frame, planes, tables, adobe, (y, row) => shrinker.addRow(y, row));
  return oriented(shrinker.finish(), frame.orientation);
}

function swapped({ width, height }: Size): Size {
  return { width: height, height: width };
}

function planesOf({ width, height, components }: JpegFrame): Plane[] {
  const [hMost, vMost] = [
    Math.max(...components.map(({ h }) => h)),
    Math.max(...components.map(({ v }) => v)),
  ];
  const across = Math.ceil(width / (8 * hMost));
  const down = Math.ceil(height / (8 * vMost));
  const blocks = components.reduce((sum, { h, v }) => sum + across * h * down * v, 0);
  if (blocks * 128 > MAX_JPEG_COEFFICIENT_BYTES) throw new PictureError("too-large");
  return components.map((component) => ({
    ...component,
    stride: across * component.h,
    height: down * component.v,
    columns: Math.ceil(Math.ceil((width * component.h) / hMost) / 8),
    rows: Math.ceil(Math.ceil((height * component.v) / vMost) / 8),
    coefficients: new Int16Array(across * component.h * down * component.v * 64),
  }));
}

function readScans(
  bytes: Uint8Array,
  { isProgressive }: JpegFrame,
  planes: readonly Plane[],
): { tables: Float32Array[]; adobe: AdobeTransform | undefined } {
  const tables: JpegTables = { quantization: [], dc: [], ac: [], unpacked: 0 };
  let restart = 0;
  let adobe: AdobeTransform | undefined;
  for (const { marker, data, coded } of segmentsOf(bytes)) {
    if (marker === MARKER.dqt) readQuantization(data, tables);
    else if (marker === MARKER.dht) readHuffman(data, tables);
    else if (marker === MARKER.dri && data.length === 2) restart = data[0]! * 256 + data[1]!;
    else if (marker === MARKER.app14) adobe = adobeTransform(data) ?? adobe;
    else if (marker === MARKER.sos) readScan(data, coded, planes, { isProgressive, restart, tables });
  }
  const scaled = planes.map(({ table }) => {
    const found = tables.quantization[table];
    if (found === undefined) throw damaged();
    return scaledTable(found);
  });
  return { tables: scaled, adobe };
}

function adobeTransform(data: Uint8Array): AdobeTransform | undefined {
  if (data.length < 12 || Buffer.from(data.subarray(0, 5)).toString("latin1") !== "Adobe") return undefined;
  const transformed = data[11]!;
  return transformed === 0 || transformed === 1 || transformed === 2 ? transformed : undefined;
}

/** Rows of pixels, from the coefficients of one row of MCUs after the other. */
function paintRows(
  { width, height }: JpegFrame,
  planes: readonly Plane[],
  tables: readonly Float32Array[],
  adobe: AdobeTransform | undefined,
  take: (y: number, row: Uint8Array) => void,
): void {
  const [hMost, vMost] = [Math.max(...planes.map(({ h }) => h)), Math.max(...planes.map(({ v }) => v))];
  const strips = planes.map((plane, at) => ({
    plane,
    table: tables[at]!,
    value: new Uint8ClampedArray(width),
    samples: new Uint8ClampedArray(plane.stride * 8 * plane.v * 8),
    across: Uint32Array.from({ length: width }, (_, x) => Math.floor((x * plane.h) / hMost)),
  }));
  const values = strips.map(({ value }) => value);
  const row = new Uint8ClampedArray(width * 4);
  const color = coloring(planes, adobe);
  for (let top = 0, y = 0; y < height; top++) {
    for (const { plane, table, samples } of strips) fillStrip(plane, top, table, samples);
    for (let down = 0; down < vMost * 8 && y < height; down++, y++) {
      for (const { plane, samples, across, value } of strips) {
        const line = Math.floor((down * plane.v) / vMost) * plane.stride * 8;
        for (let x = 0; x < width; x++) value[x] = samples[line + across[x]!]!;
      }
      color(values, row);
      take(y, new Uint8Array(row.buffer));
    }
  }
}

function fillStrip(plane: Plane, top: number, table: Float32Array, samples: Uint8ClampedArray): void {
  const { stride, v, coefficients } = plane;
  for (let line = 0; line < v; line++) {
    for (let column = 0; column < stride; column++) {
      const at = ((top * v + line) * stride + column) * 64;
      transform(coefficients, at, table, samples, (line * 8 * stride + column) * 8, stride * 8);
    }
  }
}

type Coloring = (values: readonly Uint8ClampedArray[], row: Uint8ClampedArray) => void;

/** JFIF 1.02 for three components; for four what Adobe's programs write, which is inverted. */
function coloring(planes: readonly Plane[], adobe: AdobeTransform | undefined): Coloring {
  if (planes.length === 1) return ([gray], row) => merge([gray!, gray!, gray!], row);
  const isRgb = String.fromCharCode(...planes.map(({ id }) => id)) === "RGB";
  const isPlain = planes.length === 3 ? adobe === 0 || (adobe === undefined && isRgb) : adobe !== 2;
  return (values, row) => {
    if (isPlain) merge(values, row);
    else mergeYcc(values as [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray], row);
    if (planes.length === 4) blacken(values[3]!, row, adobe !== undefined);
  };
}

function merge([red, green, blue]: readonly Uint8ClampedArray[], row: Uint8ClampedArray): void {
  for (let x = 0, at = 0; at < row.length; x++, at += 4) {
    row[at] = red![x]!;
    row[at + 1] = green![x]!;
    row[at + 2] = blue![x]!;
    row[at + 3] = 255;
  }
}

function mergeYcc([y, cb, cr]: readonly Uint8ClampedArray[], row: Uint8ClampedArray): void {
  for (let x = 0, at = 0; at < row.length; x++, at += 4) {
    const [light, blue, red] = [y![x]!, cb![x]! - 128, cr![x]! - 128];
    row[at] = light + 1.402 * red;
    row[at + 1] = light - 0.344136 * blue - 0.714136 * red;
    row[at + 2] = light + 1.772 * blue;
    row[at + 3] = 255;
  }
}

function blacken(key: Uint8ClampedArray, row: Uint8ClampedArray, isInverted: boolean): void {
  for (let x = 0, at = 0; at < row.length; x++, at += 4) {
    const light = isInverted ? key[x]! : 255 - key[x]!;
    for (let part = 0; part < 3; part++) {
      const ink = row[at + part]!;
      row[at + part] = ((isInverted ? ink : 255 - ink) * light) / 255;
    }
  }
}
