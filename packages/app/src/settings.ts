/** What the user can set beside what the messenger knows: how this program behaves for a profile. */
import { isAbsolute } from "node:path";
import type { Profile } from "@asfaleia/client/messenger";
import { usage } from "./exit.ts";
import { checkHook } from "./hook.ts";
import { parseKeySource } from "./keysources/source.ts";
import { NOTIFY_SETTINGS } from "./notify.ts";
import { parseHere } from "./ownrelay/settings.ts";

interface AppSetting {
  /** What counts where nothing is set; undefined where nothing does. */
  readonly otherwise?: string;
  /** @throws Failure `usage` for a value that it does not take */
  check(value: string): unknown;
}

/** A setting is taken back with this word. */
export const UNSET = "default";

const SETTINGS = {
  "github-url": { check: (value) => parseKeySource("github:name", { githubUrl: value }) },
  "gitlab-url": { check: (value) => parseKeySource("gitlab:name", { gitlabUrl: value }) },
  notify: { otherwise: "name", check: oneOf(NOTIFY_SETTINGS) },
  "notify-program": { check: checkHook },
  "on-message": { check: checkHook },
  downloads: {
    check: (value) => {
      if (!isAbsolute(value)) throw usage("this setting takes the whole path of a folder");
    },
  },
  pictures: { otherwise: "ask", check: oneOf(["ask", "fetch"]) },
  "own-relay": { check: (value) => parseHere(`here=${value}`) },
} as const satisfies Record<string, AppSetting>;

export type AppSettingName = keyof typeof SETTINGS;
export const APP_SETTING_NAMES = Object.keys(SETTINGS) as AppSettingName[];

export function isAppSetting(name: string): name is AppSettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** The value that counts; undefined where nothing is set and nothing stands in for it. */
export function settingOf({ settings }: Pick<Profile, "settings">, name: AppSettingName): string | undefined {
  const { otherwise }: AppSetting = SETTINGS[name];
  return settings.get(name) ?? otherwise;
}

/** @param value UNSET takes it back. @throws Failure `usage` for a value that the setting does not take */
export async function setAppSetting(profile: Profile, name: AppSettingName, value: string): Promise<void> {
  if (value !== UNSET) await SETTINGS[name].check(value);
  profile.transaction(() => profile.settings.set(name, value === UNSET ? undefined : value));
}

function oneOf(values: readonly string[]): (value: string) => void {
  return (value) => {
    if (!values.includes(value)) throw usage(`this setting takes ${values.join(", ")}`);
  };
}
