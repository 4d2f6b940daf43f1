/** Paths as people write them. */

import { resolve } from "node:path";
import { userHome } from "../../home.ts";

/** `~` is their home, a backslash keeps a blank, quotes stand around the whole. */
export function pathOf(written: string): string {
  const plain = written.replace(/^(["'])(.*)\1$/, "$2").replace(/\\(.)/g, "$1");
  return resolve(plain.replace(/^~(?=\/|$)/, userHome()));
}

/** The other way round: short where it is in the user's home. */
export function shownPath(path: string): string {
  const home = `${userHome()}/`;
  return path.startsWith(home) ? `~/${path.slice(home.length)}` : path;
}
