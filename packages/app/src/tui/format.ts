/** Times, sizes and signs in few characters. */
import type { DeliveryState } from "@asfaleia/client/messenger";
import type { Role } from "./layout/row.ts";

/** What stands for what: the second set where the terminal is not one of UTF-8. */
export interface Signs {
  readonly states: Readonly<Record<DeliveryState, string>>;
  readonly rule: string;
  readonly bar: string;
  readonly reply: string;
  readonly up: string;
  readonly down: string;
  readonly full: string;
  readonly rest: string;
  readonly dot: string;
  readonly on: string;
  readonly off: string;
  readonly prompt: string;
  readonly ellipsis: string;
}

export const UNICODE_SIGNS: Signs = {
  states: { queued: "⋯", "at-relay": "✓", delivered: "✓✓", read: "✓✓◉", expired: "✗", refused: "✗" },
  rule: "─",
  bar: "│",
  reply: "↳",
  up: "↑",
  down: "↓",
  full: "█",
  rest: "░",
  dot: "•",
  on: "●",
  off: "○",
  prompt: "›",
  ellipsis: "…",
};

export const ASCII_SIGNS: Signs = {
  states: { queued: "..", "at-relay": "+", delivered: "++", read: "++r", expired: "x", refused: "x" },
  rule: "-",
  bar: "|",
  reply: "\\",
  up: "^",
  down: "v",
  full: "#",
  rest: ".",
  dot: "*",
  on: "*",
  off: "o",
  prompt: ">",
  ellipsis: ".",
};

/** The widest sign of a state. */
export const STATE_CELLS = 3;

/** Whether a terminal shows UTF-8, as far as its locale says. */
export function signsFor(env: Readonly<Record<string, string | undefined>>, platform: string): Signs {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (platform === "win32" || platform === "darwin") return UNICODE_SIGNS;
  return locale !== undefined && /utf-?8/i.test(locale) ? UNICODE_SIGNS : ASCII_SIGNS;
}

export const STATE_WORDS: Readonly<Record<DeliveryState, string>> = {
  queued: "kept here, on its way",
  "at-relay": "at the relay",
  delivered: "delivered",
  read: "read",
  expired: "given up: nobody confirmed it",
  refused: "refused",
};

export const STATE_ROLES: Readonly<Record<DeliveryState, Role>> = {
  queued: "quiet",
  "at-relay": "quiet",
  delivered: "quiet",
  read: "accent",
  expired: "error",
  refused: "error",
};

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  ..."January February March April May June July".split(" "),
  ..."August September October November December".split(" "),
];

const two = (value: number): string => String(value).padStart(2, "0");

/** `14:02`, by the local clock. */
export function clock(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "--:--" : `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Two moments of one day have the same number. */
export function dayNumber(ms: number): number {
  const date = new Date(ms);
  return (date.getFullYear() * 12 + date.getMonth()) * 31 + date.getDate();
}

/** `Friday 28 November 2026`; today and yesterday are called so. */
export function dayText(ms: number, now: number): string {
  const date = new Date(ms);
  const written = `${DAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
  if (dayNumber(ms) === dayNumber(now)) return `Today, ${written}`;
  return dayNumber(ms) === dayNumber(now - 86_400_000) ? `Yesterday, ${written}` : written;
}

/** `2026-11-28 14:02`. */
export function moment(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(ms)}`;
}

/** `1.2 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const unit = bytes < 1e6 ? "kB" : bytes < 1e9 ? "MB" : "GB";
  const value = bytes / (unit === "kB" ? 1e3 : unit === "MB" ? 1e6 : 1e9);
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

const MINUTE_MS = 60_000;
const UNITS: readonly (readonly [string, number])[] = [
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", MINUTE_MS],
];

/**
 * `3 hours`: a span, rounded up so that it never says less than there is. A unit is used from two of it on: a timer of a week says
 * 7 days from its first moment to the end of its first day.
 */
export function spanText(ms: number): string {
  for (const [name, size] of UNITS) {
    if (ms >= 2 * size) return `${Math.ceil(ms / size)} ${name}s`;
  }
  if (ms > MINUTE_MS) return "2 minutes";
  return ms === MINUTE_MS ? "1 minute" : "less than a minute";
}

/** A bar of so many cells, as full as a part of the whole. */
export function progressBar(done: number, whole: number, width: number, signs: Signs): string {
  const share = whole <= 0 ? 1 : Math.min(1, Math.max(0, done / whole));
  const full = Math.floor(share * width);
  return signs.full.repeat(full) + signs.rest.repeat(width - full);
}
