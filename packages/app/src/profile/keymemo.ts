/** Where the SSH key of a profile is, so that -i is said once, to `init`. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Profile } from "@asfaleia/client/messenger";
import type { Where } from "./where.ts";

/** A path and nothing else. It stands outside of the database only where it takes the key to open that. */
const FILE = "ssh-key.path";
const SETTING = "ssh-key-path";
const MAX_PATH_CHARACTERS = 4096;

/** @param path what -i said */
export async function rememberKey(
  where: Where,
  profile: Profile,
  path: string,
  isNeededToOpen: boolean,
): Promise<void> {
  const full = resolve(path);
  profile.transaction(() => profile.settings.set(SETTING, full));
  if (isNeededToOpen) await writeFile(join(where.folder, FILE), `${full}\n`, { mode: 0o600, flag: "wx" });
}

export function keyInside(profile: Profile): string | undefined {
  return profile.settings.get(SETTING);
}

export async function keyBeside(where: Where): Promise<string | undefined> {
  try {
    const text = await readFile(join(where.folder, FILE), "utf8");
    return text.length <= MAX_PATH_CHARACTERS ? text.trimEnd() : undefined;
  } catch {
    return undefined;
  }
}

/** What was said on another machine need not hold on this one. */
export function forgetKey(profile: Profile): void {
  profile.transaction(() => profile.settings.set(SETTING, undefined));
}

/** Before a profile is wiped: what stands beside its database. */
export async function removeKeyBeside(where: Where): Promise<void> {
  await rm(join(where.folder, FILE), { force: true });
}
