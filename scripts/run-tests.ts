/** Runs every test. What loads the machine on purpose runs alone, so that it disturbs nothing else and nothing disturbs it. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

const GROUPS: readonly { readonly name: string; readonly files: string; readonly atOnce: number }[] = [
  { name: "packages", files: "{packages/*/test,conformance}/**/*.test.ts", atOnce: 2 },
  {
    name: "whole system",
    files: "test/{scripts,cli,agent,interop,e2e,engine,hostile-contacts}/**/*.test.ts",
    atOnce: 2,
  },
  { name: "tour", files: "test/tour/**/*.test.ts", atOnce: 1 },
  { name: "library", files: "test/library.test.ts", atOnce: 1 },
  { name: "crashes", files: "test/crash/**/*.test.ts", atOnce: 1 },
  { name: "simulator", files: "test/simulate/**/*.test.ts", atOnce: 1 },
  { name: "hostile", files: "test/hostile/**/*.test.ts", atOnce: 1 },
];
/** One test file may take so long; the longest takes a quarter of it. */
const LONGEST_MS = 300_000;

const failed = GROUPS.filter(({ name, files, atOnce }) => {
  const found = globSync(files).sort();
  console.log(`\n== ${name}: ${found.length} files`);
  const options = [`--test-concurrency=${atOnce}`, `--test-timeout=${LONGEST_MS}`, "--test-reporter=spec"];
  const { status } = spawnSync(
    process.execPath,
    ["--conditions=asfaleia-source", "--test", ...options, ...found],
    {
      stdio: "inherit",
    },
  );
  return status !== 0 || found.length === 0;
});
if (failed.length > 0) {
  console.error(`\nfailed: ${failed.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}
