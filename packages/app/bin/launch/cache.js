/** Keeps what V8 makes of our code, which halves the time of every start: code of ours, and nothing of anybody's. */
import { lstatSync, mkdirSync } from "node:fs";
import module from "node:module";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";

/** Whoever can write there runs code as us, so it is ours alone, or it is not used. */
export function cacheCode() {
  try {
    const { XDG_CACHE_HOME } = process.env;
    const home = homedir() || userInfo().homedir;
    const base = XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home, ".cache");
    const folder = join(base, "asfaleia");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o077) !== 0) return;
    module.enableCompileCache(join(folder, "code"));
  } catch {
    // A home that cannot be written to: it starts more slowly.
  }
}
