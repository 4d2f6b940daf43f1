/** QR codes for terminals (ISO/IEC 18004): two modules to a character by half blocks, or pixels. */
import encodeQR from "qr";
import type { Pixels } from "./picture/pixels.ts";

/** Modules of light around the code; scanners manage with two (the standard wants four). */
const QUIET_ZONES = [4, 2] as const;
const LEVELS = ["medium", "low"] as const;
/** Bytes of a text that any code holds at the lower level (version 40-L). */
export const MAX_QR_BYTES = 2953;

export interface QrCode {
  /** Modules in each direction, quiet zone and all; in a terminal columns. */
  readonly side: number;
  /** Lines of characters. */
  readonly rows: number;
  /** Whether it fits the room it was made for. */
  readonly fits: boolean;
  /** Rows of modules, `true` for dark, with the quiet zone. */
  readonly modules: readonly (readonly boolean[])[];
}

/** A room in characters. */
export interface QrRoom {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The code of a text: with error correction M and a quiet zone of four where that fits, else with less of either.
 * An 80×24 terminal takes up to 134 bytes, or 195 characters where all are capitals, digits or ` $%*+-./:`; 160 bytes
 * take 27 rows. What does not fit can be drawn as pixels (`qrPixels`), be given as text, or wait for a larger window;
 * what is half scrolled away cannot be scanned.
 * @throws RangeError where the text is empty or too long for any code
 */
export function qrCode(text: string, room: QrRoom): QrCode {
  const length = Buffer.byteLength(text);
  if (length === 0 || length > MAX_QR_BYTES)
    throw new RangeError(`a QR code holds 1 to ${MAX_QR_BYTES} bytes`);
  let made: QrCode | undefined;
  for (const quiet of QUIET_ZONES) {
    for (const ecc of LEVELS) {
      const modules = modulesOf(text, ecc, quiet);
      if (modules === undefined) continue;
      const side = modules.length;
      const rows = Math.ceil(side / 2);
      made = { side, rows, modules, fits: side <= room.columns && rows <= room.rows };
      if (made.fits) return made;
    }
  }
  if (made === undefined) throw new RangeError(`a QR code holds 1 to ${MAX_QR_BYTES} bytes`);
  return made;
}

function modulesOf(text: string, ecc: (typeof LEVELS)[number], quiet: number): boolean[][] | undefined {
  try {
    return encodeQR(text, "raw", { ecc, border: quiet });
  } catch {
    return undefined;
  }
}

const BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m";
const RESET = "\x1b[0m";

/**
 * The code as lines, without line ends.
 * @param color with colours it is black on white whatever the terminal's are. Without, light modules are drawn and dark ones
 *   left out, as it has to be on a dark background
 * @param isLightBackground without colours: dark modules are drawn
 */
export function qrLines({ side, modules }: QrCode, color: boolean, isLightBackground = false): string[] {
  const drawsDark = color || isLightBackground;
  const isDrawn = (x: number, y: number) => (modules[y]?.[x] ?? false) === drawsDark;
  const lines: string[] = [];
  for (let y = 0; y < side; y += 2) {
    let line = "";
    for (let x = 0; x < side; x++) {
      // Below the last row of an odd number there is quiet zone still.
      const [upper, lower] = [isDrawn(x, y), isDrawn(x, y + 1)];
      line += upper ? (lower ? "█" : "▀") : lower ? "▄" : " ";
    }
    lines.push(color ? `${BLACK_ON_WHITE}${line}${RESET}` : line);
  }
  return lines;
}

/** The code as pixels, for terminals that draw them. @param scale pixels of a module in each direction; 3 is enough */
export function qrPixels({ side, modules }: QrCode, scale = 3): Pixels {
  const width = side * scale;
  const rgba = new Uint8Array(width * width * 4).fill(255);
  modules.forEach((row, y) => {
    row.forEach((isDark, x) => {
      if (!isDark) return;
      for (let down = 0; down < scale; down++) {
        const start = ((y * scale + down) * width + x * scale) * 4;
        for (let at = start; at < start + scale * 4; at += 4) rgba.fill(0, at, at + 3);
      }
    });
  });
  return { width, height: width, rgba };
}
