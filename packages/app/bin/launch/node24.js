/** Finds a Node that runs asfaleia: the optional dependency `node-<os>-<arch>`, which needs no install script. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Complaint } from "./complaint.js";

const LEAST_MAJOR = 24;

/** Whether a version such as `24.1.0` is recent enough. */
export function isNode24(version) {
  return Number.parseInt(version, 10) >= LEAST_MAJOR;
}

/**
 * The path of a recent Node in the nearest `node_modules` above `folder` that has one.
 * @param {string} folder
 * @returns {string}
 */
export function findNode24(folder) {
  const windows = process.platform === "win32";
  const name = `node-${windows ? "win" : process.platform}-${process.arch}`;
  for (let at = folder; ; at = dirname(at)) {
    const home = join(at, "node_modules", name);
    const binary = join(home, "bin", windows ? "node.exe" : "node");
    if (existsSync(binary) && isNode24(versionOf(home))) return binary;
    if (dirname(at) === at) break;
  }
  throw new Complaint(
    `this is Node ${process.versions.node}, and asfaleia needs Node ${LEAST_MAJOR} or newer. ` +
      `Install it, or let npm bring it: npm install ${name}@${LEAST_MAJOR}`,
  );
}

function versionOf(home) {
  try {
    return JSON.parse(readFileSync(join(home, "package.json"), "utf8")).version;
  } catch {
    return "0";
  }
}
