/** Finds the program: in a checkout the sources, which Node runs as they stand; in an installed package what was built. */
import { existsSync } from "node:fs";
import { join, parse, resolve, sep } from "node:path";
import { Complaint } from "./complaint.js";

/**
 * @param {string} binFolder the real path of `bin`
 * @returns {{ entry: string, isSource: boolean, flags: string[], folders: string[] }} the file to run, whether it is a
 * source, the flags that a Node by itself needs for it, and all folders that code is read from
 */
export function findCode(binFolder) {
  const home = resolve(binFolder, "..");
  const source = join(home, "src", "main.ts");
  if (existsSync(source)) {
    const root = resolve(home, "..", "..");
    return {
      entry: source,
      isSource: true,
      // The early releases of 24 warn that they strip types.
      flags: ["--conditions=asfaleia-source", "--disable-warning=ExperimentalWarning"],
      folders: [join(root, "packages"), join(root, "node_modules")],
    };
  }
  const built = join(home, "dist", "main.js");
  if (!existsSync(built)) throw new Complaint("this installation has no code in it: install asfaleia again");
  return { entry: built, isSource: false, flags: [], folders: [outermostModules(home)] };
}

/** The first folder called node_modules on the way down: stores such as pnpm's keep the real packages below it. */
function outermostModules(home) {
  const { root } = parse(home);
  const parts = home.slice(root.length).split(sep);
  const index = parts.indexOf("node_modules");
  return index < 0 ? home : join(root, ...parts.slice(0, index + 1));
}
