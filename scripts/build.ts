/** Builds the published form of every package, man pages too, from nothing: what a deleted source once gave must not be packed. */
import { spawnSync } from "node:child_process";
import { globSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

for (const old of globSync("packages/*/{dist,tsconfig.tsbuildinfo}")) rmSync(old, { recursive: true });
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const man = fileURLToPath(new URL("../packages/app/scripts/build-man.ts", import.meta.url));
for (const args of [
  [tsc, "-b"],
  ["--conditions=asfaleia-source", man],
]) {
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
