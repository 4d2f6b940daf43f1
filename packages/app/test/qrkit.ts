/** What a camera sees of a QR code in a terminal, and zbar, which reads it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pixels } from "../src/picture/pixels.ts";
import { encodePng } from "../src/picture/png.ts";

/** What a camera sees of a terminal: each cell a block of 8 × 16 pixels. */
export function photographed(lines: readonly string[], ink: number, paper: number, around: number): Pixels {
  const [cell, margin] = [8, 24];
  const columns = [...lines[0]!].length;
  const [width, height] = [columns * cell + 2 * margin, lines.length * cell * 2 + 2 * margin];
  const rgba = new Uint8Array(width * height * 4).fill(255);
  const paint = (left: number, top: number, side: number, height: number, value: number) => {
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + side; x++) rgba.fill(value, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  };
  paint(0, 0, width, height, around);
  lines.forEach((line, row) => {
    [...line].forEach((character, column) => {
      const halves = { " ": [paper, paper], "█": [ink, ink], "▀": [ink, paper], "▄": [paper, ink] }[
        character
      ]!;
      halves.forEach((value, half) => {
        paint(margin + column * cell, margin + (row * 2 + half) * cell, cell, cell, value);
      });
    });
  });
  return { width, height, rgba };
}

/** What zbar reads; empty where it finds no code. */
export function scanned(pixels: Pixels): string {
  const folder = mkdtempSync(join(tmpdir(), "asfaleia-qr-"));
  try {
    writeFileSync(join(folder, "qr.png"), encodePng(pixels));
    const args = ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", join(folder, "qr.png")];
    const { stdout } = spawnSync("zbarimg", args, { encoding: "utf8" });
    return stdout.replace(/\n$/, "");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A line of a code in colours, and its characters. */
export const BLACK_ON_WHITE = /^\x1b\[38;5;16;48;5;231m([ █▀▄]*)\x1b\[0m$/u;
