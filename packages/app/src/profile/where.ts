/** Which profile: --home or ASFALEIA_HOME tells where profiles live, --profile which of them. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { EXIT, Failure, usage } from "../exit.ts";
import { homePath } from "../home.ts";

/** The options of every verb that opens a profile, for parseArgs. */
export const PROFILE_OPTIONS = {
  home: { type: "string" },
  profile: { type: "string" },
  identity: { type: "string", short: "i" },
  "accept-new": { type: "boolean" },
} as const;

export interface ProfileValues {
  readonly home?: string;
  readonly profile?: string;
  readonly identity?: string;
  readonly "accept-new"?: boolean;
}

export const PROFILE_HELP = `  --home DIR       the folder where profiles live (default: ASFALEIA_HOME, or XDG_DATA_HOME/asfaleia)
  --profile NAME   which profile (default: default)
  -i KEY           the SSH key of the profile, where it is not the one that init was told
  --accept-new     take the key of a relay that is met for the first time; a changed one is always refused`;

const DEFAULT_PROFILE = "default";
/** A folder on every system. */
const PROFILE_NAME = /^[a-z0-9][a-z0-9._-]{0,31}$/i;
/** What else stands in the home. */
const RESERVED = new Set(["known_relays", "unread", "relay_key", "relay_key.pub"]);

export interface Where {
  readonly home: string;
  readonly name: string;
  readonly folder: string;
}

/** @throws Failure `usage` for a name that no folder can have */
export function whereIs(values: ProfileValues): Where {
  const home = values.home === undefined ? homePath() : resolve(values.home);
  const name = values.profile ?? DEFAULT_PROFILE;
  if (!PROFILE_NAME.test(name) || RESERVED.has(name.toLowerCase())) {
    throw usage("a profile's name is of letters, digits and . _ - (32 at most)");
  }
  return { home, name, folder: join(home, name) };
}

/** Asked before anything heavy is loaded. */
export function profileExists({ folder }: Where): boolean {
  return existsSync(folder);
}

/** @throws Failure `usage` where there is no profile. @param otherwise what can be done without one */
export function needProfile(where: Where, otherwise = ""): void {
  if (!profileExists(where)) throw usage(`there is no profile here: asfaleia init makes one${otherwise}`);
}

/** @throws Failure `usage` where there is a profile already */
export function needNoProfile(where: Where): void {
  if (profileExists(where)) {
    throw new Failure(EXIT.usage, "there is a profile here already: --profile NAME makes another");
  }
}
