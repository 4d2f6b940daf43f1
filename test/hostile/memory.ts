/** Looks for markers in the memory of another process, by what Linux shows of it. */
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";

/** Bytes of a marker's unit: base64 of it has no padding, and nothing else in the world has the same twelve bytes. */
const UNIT_BYTES = 12;
/** Read at once. */
const WINDOW_BYTES = 8 * 1024 * 1024;

/**
 * Random bytes repeated from end to end, so that any 23 of them in a row, or any 31 characters of their base64 at whatever
 * alignment, give it away.
 */
export class Marker {
  readonly name: string;
  readonly #unit: Buffer;

  constructor(name: string) {
    this.name = name;
    // No zero byte: the search would stop at every one of an empty page.
    this.#unit = Buffer.from(randomBytes(UNIT_BYTES).map((byte) => byte || 1));
  }

  /** An envelope or document that consists of it. */
  bytes(length: number): Buffer {
    return Buffer.alloc(length, this.#unit);
  }

  /** What to look for: its bytes, and its base64 at each alignment. */
  get needles(): readonly Needle[] {
    const form = (form: string, bytes: Buffer): Needle => ({ marker: this.name, form, bytes });
    const turned = (by: number) => Buffer.concat([this.#unit.subarray(by), this.#unit.subarray(0, by)]);
    return [
      form("bytes", this.#unit),
      ...[0, 1, 2].map((by) => form(`base64+${by}`, Buffer.from(turned(by).toString("base64")))),
    ];
  }
}

interface Needle {
  readonly marker: string;
  readonly form: string;
  readonly bytes: Buffer;
}

export interface Residue {
  readonly marker: string;
  /** Its bytes, or its base64 and at which alignment. */
  readonly form: string;
  /** The line of /proc/PID/maps. */
  readonly mapping: string;
  /** From the beginning of the mapping. */
  readonly offset: number;
  /** How many units of the marker stand there in a row. */
  readonly units: number;
}

/**
 * Where the markers are found in all memory that the process can read, private and shared. It should stand still meanwhile.
 * @throws the system's error where its memory is not ours to read
 */
export function findMarkers(pid: number, markers: readonly Marker[]): Residue[] {
  const needles = markers.flatMap((marker) => marker.needles);
  const found: Residue[] = [];
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    const window = Buffer.alloc(WINDOW_BYTES);
    for (const mapping of readFileSync(`/proc/${pid}/maps`, "utf8").trimEnd().split("\n")) {
      const [, from, to, rights] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(mapping) as RegExpExecArray;
      // Nobody can have written into what is read from a file and not writable; the kernel's own pages cannot be read.
      const isCode = !rights?.includes("w") && mapping.includes("/");
      if (!rights?.startsWith("r") || isCode || /\[v(var|syscall)/.test(mapping)) continue;
      const start = Number.parseInt(from as string, 16);
      search(memory, start, Number.parseInt(to as string, 16), mapping, needles, window, found);
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

function search(
  memory: number,
  start: number,
  end: number,
  mapping: string,
  needles: readonly Needle[],
  window: Buffer,
  found: Residue[],
): void {
  const longest = Math.max(...needles.map(({ bytes }) => bytes.length));
  for (let at = start; at < end; ) {
    const length = readSync(memory, window, 0, Math.min(window.length, end - at), at);
    if (length === 0) return;
    const view = window.subarray(0, length);
    for (const { marker, form, bytes } of needles) {
      for (let place = view.indexOf(bytes); place >= 0; ) {
        let units = 1;
        while (
          view.compare(
            bytes,
            0,
            bytes.length,
            place + units * bytes.length,
            place + (units + 1) * bytes.length,
          ) === 0
        )
          units++;
        found.push({ marker, form, mapping, offset: at - start + place, units });
        place = view.indexOf(bytes, place + units * bytes.length);
      }
    }
    if (at + length >= end) return;
    at += length - longest + 1;
  }
}

/** A list that a person can read, longest first. */
export function describe(found: readonly Residue[]): string {
  return [...found]
    .sort((a, b) => b.units - a.units)
    .slice(0, 8)
    .map(
      ({ marker, form, mapping, offset, units }) => `${marker} ${form} ×${units} at +${offset} of ${mapping}`,
    )
    .join("\n");
}
