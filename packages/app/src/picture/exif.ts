/** Which way up a photograph is: the one thing of EXIF that is needed to show it (Exif 2.32, section 4.6). */

const NAME = "Exif\0\0";
const ORIENTATION = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/**
 * @param data of an APP1 segment
 * @returns 1 to 8, undefined where the segment does not say
 */
export function orientationIn(data: Uint8Array): number | undefined {
  if (Buffer.from(data.subarray(0, NAME.length)).toString("latin1") !== NAME) return undefined;
  const tiff = data.subarray(NAME.length);
  if (tiff.length < 8) return undefined;
  const order = String.fromCharCode(tiff[0]!, tiff[1]!);
  if (order !== "II" && order !== "MM") return undefined;
  const isLittle = order === "II";
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const start = view.getUint32(4, isLittle);
  if (view.getUint16(2, isLittle) !== 42 || start + 2 > tiff.length) return undefined;
  const entries = view.getUint16(start, isLittle);
  for (let at = start + 2; at < start + 2 + entries * ENTRY_BYTES; at += ENTRY_BYTES) {
    if (at + ENTRY_BYTES > tiff.length) return undefined;
    if (view.getUint16(at, isLittle) !== ORIENTATION) continue;
    const isOne = view.getUint16(at + 2, isLittle) === SHORT && view.getUint32(at + 4, isLittle) === 1;
    const value = view.getUint16(at + 8, isLittle);
    return isOne && value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}
