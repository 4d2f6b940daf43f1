/** Screens as files: test/tour/screens/80x24/… and 200x50/…. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Size } from "./stage.ts";

/** From the root of the repository. */
export const SCREENS = "test/tour/screens";
const ROOT = join(import.meta.dirname, "../..");

export function snapshotPath({ columns, rows }: Size, name: string): string {
  return `${SCREENS}/${columns}x${rows}/${name}.txt`;
}

/** Undefined where there is none. */
export function readSnapshot(size: Size, name: string): string | undefined {
  try {
    return readFileSync(join(ROOT, snapshotPath(size, name)), "utf8").replace(/\n$/, "");
  } catch {
    return undefined;
  }
}

/** Those of a size anew: none of a step that is no more stays. */
export function writeSnapshots(size: Size, screens: ReadonlyMap<string, string>): void {
  const folder = join(ROOT, snapshotPath(size, "x"), "..");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of screens) writeFileSync(join(folder, `${name}.txt`), `${text}\n`);
}

export function snapshotNames({ columns, rows }: Size): string[] {
  const names = readdirSync(join(ROOT, `${SCREENS}/${columns}x${rows}`));
  return names.map((name) => name.replace(/\.txt$/, "")).sort();
}

/** Rows that differ, each as it was expected (`-`) and as it is (`+`). */
export function difference(expected: string, actual: string): string {
  const [before, after] = [expected.split("\n"), actual.split("\n")];
  const count = Math.max(before.length, after.length);
  return Array.from({ length: count }, (_, row) => row)
    .filter((row) => before[row] !== after[row])
    .map((row) => `row ${row + 1}\n- ${before[row] ?? "(none)"}\n+ ${after[row] ?? "(none)"}`)
    .join("\n");
}
