/** What the user can set for a whole profile, and which values it takes. */
import type { Profile } from "../profile/profile.ts";
import type { Delays } from "../rules/resend.ts";
import { PUBLISH, QUOTA, RECEIPTS, RESERVE } from "./ownsettings.ts";

/** Mean seconds that receipts and copies wait; rounds after a relay's restart keep to it too. */
export const DELAYS = "delays";
/** Days after which an undelivered message is given up. */
export const EXPIRY = "expiry";

const MAX_DELAY_SECONDS = 3_600;
const MAX_EXPIRY_DAYS = 365;
const DAY_MS = 86_400_000;
/** A TiB. */
const MAX_MEBIBYTES = 1024 * 1024;

interface Setting {
  readonly takes: string;
  readonly isRight: (value: string) => boolean;
}

const ON_OFF: Setting = { takes: "on or off", isRight: (value) => value === "on" || value === "off" };

const SETTINGS: Readonly<Record<string, Setting>> = {
  [PUBLISH]: ON_OFF,
  [RECEIPTS]: ON_OFF,
  [DELAYS]: {
    takes: `seconds, 0 to ${MAX_DELAY_SECONDS}`,
    isRight: (value) => isNumber(value, 0, MAX_DELAY_SECONDS),
  },
  [EXPIRY]: {
    takes: `days, 1 to ${MAX_EXPIRY_DAYS}`,
    isRight: (value) => isNumber(value, 1, MAX_EXPIRY_DAYS),
  },
  /** What all that one contact has said may take here. */
  [QUOTA]: {
    takes: `MiB, 1 to ${MAX_MEBIBYTES}`,
    isRight: (value) => isNumber(value, 1, MAX_MEBIBYTES),
  },
  /** Of the disk, what is left free: with less, nothing is taken in. */
  [RESERVE]: {
    takes: `MiB, 0 to ${MAX_MEBIBYTES}`,
    isRight: (value) => isNumber(value, 0, MAX_MEBIBYTES),
  },
};

export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS);

/** @throws RangeError for a setting that is not there, or a value it does not take */
export function checkSetting(name: string, value: string): void {
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  if (setting === undefined)
    throw new RangeError(`there is no such setting; there are ${SETTING_NAMES.join(", ")}`);
  if (!setting.isRight(value)) throw new RangeError(`this setting takes ${setting.takes}`);
}

/** The delays, as the user has set them. They count from the next opening on. */
export function delaysOf({ settings }: Pick<Profile, "settings">, delays: Delays): Delays {
  const mean = settings.get(DELAYS);
  const expiry = settings.get(EXPIRY);
  return {
    ...delays,
    ...(mean === undefined ? {} : delaysOfMean(Number(mean) * 1000)),
    ...(expiry === undefined ? {} : { expireMs: Number(expiry) * DAY_MS }),
  };
}

/** What a relay has lost is sent again within twelve times the mean, as the defaults have it. */
function delaysOfMean(ms: number): Pick<Delays, "receiptMeanMs" | "copyMeanMs" | "roundWithinMs"> {
  return { receiptMeanMs: ms, copyMeanMs: ms, roundWithinMs: 12 * ms };
}

function isNumber(value: string, least: number, most: number): boolean {
  return /^\d{1,7}$/.test(value) && Number(value) >= least && Number(value) <= most;
}
