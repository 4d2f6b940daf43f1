/** Builds the published form of every package from nothing: what a deleted source once gave must not be packed. */
import { spawnSync } from "node:child_process";
import { globSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

for (const old of globSync("packages/*/{dist,tsconfig.tsbuildinfo}")) rmSync(old, { recursive: true });
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
process.exit(spawnSync(process.execPath, [tsc, "-b"], { stdio: "inherit" }).status ?? 1);
