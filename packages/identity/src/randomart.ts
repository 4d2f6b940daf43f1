import { createHash } from "node:crypto";
import { KEY_TYPES } from "./keytypes.ts";
import type { PublicKey } from "./publickey.ts";

const COLUMNS = 17;
const ROWS = 9;
/** What a field shows after so many visits; the last two mark where the bishop started and where it ended. */
const SYMBOLS = " .o+=*BOX@%&#/^SE";
const START = SYMBOLS.length - 2;
const END = SYMBOLS.length - 1;

/**
 * The picture that `ssh-keygen -lv` prints for a key, eleven lines without a line feed at the end: the "drunken bishop"
 * walk over the SHA-256 of the blob (fingerprint_randomart in OpenSSH's sshkey.c).
 */
export function randomart(key: PublicKey): string {
  const field = walk(createHash("sha256").update(key.blob).digest());
  const rows = field.map((row) => `|${row.map((visits) => SYMBOLS[visits]).join("")}|`);
  return [border(`[${KEY_TYPES[key.type].label} ${key.bits}]`), ...rows, border("[SHA256]")].join("\n");
}

function walk(digest: Uint8Array): number[][] {
  const field = Array.from({ length: ROWS }, () => new Array<number>(COLUMNS).fill(0));
  let x = (COLUMNS - 1) / 2;
  let y = (ROWS - 1) / 2;
  const [startX, startY] = [x, y];
  for (const byte of digest) {
    for (let shift = 0; shift < 8; shift += 2) {
      x = clamp(x + ((byte >> shift) & 1 ? 1 : -1), COLUMNS);
      y = clamp(y + ((byte >> shift) & 2 ? 1 : -1), ROWS);
      field[y]![x] = Math.min(field[y]![x]! + 1, START - 1);
    }
  }
  field[startY]![startX] = START;
  field[y]![x] = END;
  return field;
}

function clamp(value: number, size: number): number {
  return Math.max(0, Math.min(size - 1, value));
}

function border(title: string): string {
  const before = Math.floor((COLUMNS - title.length) / 2);
  return `+${"-".repeat(before)}${title}${"-".repeat(COLUMNS - before - title.length)}+`;
}
