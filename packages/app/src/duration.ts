/** Spans of time as people write them: `30s`, `15m`, `12h`, `7d`, `4w`. */
import { usage } from "./exit.ts";

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** @returns milliseconds. @throws Failure `usage` */
export function durationMs(what: string, text: string): number {
  const [, number = "", unit = ""] = /^([0-9]{1,6})([smhdw])$/.exec(text) ?? [];
  if (unit === "") throw usage(`${what} takes a time such as 30s, 15m, 12h, 7d or 4w`);
  return Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS];
}

/** The largest unit that it is a whole number of. */
export function durationText(ms: number): string {
  for (const unit of ["w", "d", "h", "m"] as const) {
    if (ms > 0 && ms % UNITS_MS[unit] === 0) return `${ms / UNITS_MS[unit]}${unit}`;
  }
  return `${ms / UNITS_MS.s}s`;
}
