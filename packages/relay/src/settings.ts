/** Everything an operator may set, with its default and the flag that sets it. docs/operating.md lists the same table. */
import { DEFAULT_ENVELOPE_BYTES, MAX_ENVELOPE_BYTES } from "@asfaleia/protocol";

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;
const HOUR = 3600;
const DAY = 24 * HOUR;

const SIZES = { GiB, MiB, KiB, "": 1 };
const DURATIONS = { d: DAY, h: HOUR, m: 60, s: 1, "": 1 };

type Kind = "size" | "duration" | "number";

interface Flag {
  readonly kind: Kind;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly help: string;
}

/** Sizes in bytes, durations in seconds. */
const FLAGS = {
  "min-rsa-bits": number(2048, 1024, 8192, "shortest RSA key that may prove itself"),
  ttl: duration(7 * DAY, 1, 365 * DAY, "how long a message waits for its reader"),
  "max-envelope": size(DEFAULT_ENVELOPE_BYTES, 4 * KiB, MAX_ENVELOPE_BYTES, "largest envelope"),
  memory: size(1 * GiB, 1 * MiB, 1024 * GiB, "memory for all messages and documents"),
  "mailbox-bytes": size(
    64 * MiB,
    64 * KiB,
    64 * GiB,
    "bytes one mailbox holds; an eighth where its owner never came",
  ),
  "mailbox-messages": number(
    32_768,
    16,
    10_000_000,
    "messages one mailbox holds; an eighth where its owner never came",
  ),
  rate: number(1000, 1, 100_000_000, "requests a second of one connection, and of one token"),
  proofs: number(1000, 1, 100_000_000, "AUTH, VERIFY and HELLO packets a second, in all"),
  connections: number(16_384, 1, 1_000_000, "connections in all"),
  "connections-per-address": number(1024, 1, 1_000_000, "connections from one address (IPv6: from one /64)"),
  "open-challenges": number(100_000, 1, 1_000_000, "challenges that wait for their proof, in all"),
  "challenge-time": duration(60, 1, HOUR, "how long a challenge waits for its proof"),
  "token-time": duration(HOUR, 1, 30 * DAY, "how long a token is good for"),
  "document-time": duration(90 * DAY, 1, 365 * DAY, "longest time to live of a published document"),
  "first-byte-time": duration(20, 1, HOUR, "how long a connection may say nothing, TLS handshake included"),
  "login-time": duration(60, 1, DAY, "how long a connection may stay without a token"),
  "line-time": duration(30, 1, HOUR, "how long one line may take to arrive"),
  "stall-time": duration(120, 1, HOUR, "how long a reader may take nothing of what waits for it"),
  "idle-time": duration(15 * 60, 1, DAY, "how long a connection without a subscription may rest"),
  "output-memory": size(256 * MiB, 1 * MiB, 64 * GiB, "memory for replies that readers have not taken"),
  "input-memory": size(128 * MiB, 1 * MiB, 64 * GiB, "memory for lines that have begun and not ended"),
} as const satisfies Record<string, Flag>;

export type RelayFlagName = keyof typeof FLAGS;

/** The value of every flag: bytes, seconds, or a plain number. */
export type RelaySettings = { readonly [name in RelayFlagName]: number };

export interface RelayFlag {
  readonly flag: RelayFlagName;
  readonly kind: Kind;
  /** What stands for its argument in a help text. */
  readonly argument: "SIZE" | "TIME" | "N";
  /** Its default, as one would write it. */
  readonly default: string;
  readonly help: string;
}

const ARGUMENT = { size: "SIZE", duration: "TIME", number: "N" } as const;

/** The table of flags, for a help text. */
export const RELAY_FLAGS: readonly RelayFlag[] = (Object.keys(FLAGS) as RelayFlagName[]).map((flag) => ({
  flag,
  kind: FLAGS[flag].kind,
  argument: ARGUMENT[FLAGS[flag].kind],
  default: formatSetting(FLAGS[flag].kind, FLAGS[flag].value),
  help: FLAGS[flag].help,
}));

/** The defaults, with some of them replaced. */
export function relaySettings(changes: Partial<RelaySettings> = {}): RelaySettings {
  const defaults = Object.fromEntries(RELAY_FLAGS.map(({ flag }) => [flag, FLAGS[flag].value]));
  return { ...(defaults as RelaySettings), ...changes };
}

/**
 * Reads the argument of a flag: `7d`, `90s`, `256KiB`, `1GiB`, `2048`.
 * @throws RangeError whose text says what is expected
 */
export function parseSetting(flag: RelayFlagName, text: string): number {
  const { kind, least, most } = FLAGS[flag];
  const value =
    kind === "number" ? scaled(text, { "": 1 }) : scaled(text, kind === "size" ? SIZES : DURATIONS);
  if (value >= least && value <= most) return value;
  const example = kind === "size" ? " such as 256KiB" : kind === "duration" ? " such as 90s or 7d" : "";
  throw new RangeError(
    `--${flag} takes a ${kind}${example}, from ${formatSetting(kind, least)} to ${formatSetting(kind, most)}`,
  );
}

function scaled(text: string, units: Record<string, number>): number {
  const match = /^([0-9]{1,15})([A-Za-z]*)$/.exec(text);
  const unit = match ? units[match[2] as string] : undefined;
  return unit === undefined ? Number.NaN : Number(match?.[1]) * unit;
}

/** A value as one would write it on the command line. */
function formatSetting(kind: Kind, value: number): string {
  if (kind === "number") return String(value);
  const units = Object.entries<number>(kind === "size" ? SIZES : DURATIONS);
  const [unit, factor] = units.find(([, size]) => value % size === 0 && value >= size) as [string, number];
  return `${value / factor}${unit}`;
}

function size(value: number, least: number, most: number, help: string): Flag {
  return { kind: "size", value, least, most, help };
}

function duration(value: number, least: number, most: number, help: string): Flag {
  return { kind: "duration", value, least, most, help };
}

function number(value: number, least: number, most: number, help: string): Flag {
  return { kind: "number", value, least, most, help };
}
