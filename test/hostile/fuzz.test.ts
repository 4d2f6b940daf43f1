/** A short run of `npm run fuzz`, and that it would notice. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { againLine, Broken, fuzz } from "./fuzz/run.ts";
import { allTargets, type Target } from "./fuzz/targets.ts";
import { repositoryPath } from "./kit.ts";

const CASES = 20_000;

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const script = repositoryPath("scripts/fuzz.ts");
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--conditions=asfaleia-source", script, ...args],
      { timeout: 120_000, maxBuffer: 4 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}

test(`${CASES} cases over all targets`, async (t) => {
  const { code, stdout, stderr } = await run("--cases", String(CASES));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /nothing broke/);
  t.diagnostic(stdout.trimEnd().split("\n").at(-1) ?? "");
});

test("one case can be had again, by its name, seed and number", async () => {
  const { targets, dispose } = await allTargets();
  await dispose();
  const { name } = targets[0] as Target;
  const inputs: string[] = [];
  const watched = (wanted: number | undefined, cases: number) =>
    fuzz({ cases, seed: 42, only: name, one: wanted }, {}, 0, 1, (target) => ({
      ...target,
      run: (bytes) => void inputs.push(Buffer.from(bytes).toString("hex")),
    }));
  await watched(undefined, 10);
  const all = inputs.splice(0);
  await watched(7, 10_000);
  assert.deepEqual(inputs, [all[7]]);
  assert.ok(new Set(all).size > 5, "every case is the same");
});

test("what breaks its promise is noticed: another error, one that takes too long, one that keeps everything", async () => {
  const withRun = (run: Target["run"], cases = 200) =>
    fuzz({ cases, seed: 1, only: "base64" }, {}, 0, 1, (target) => ({ ...target, run }));
  await assert.rejects(
    withRun(() => {
      throw new TypeError("not one of ours");
    }),
    (error: unknown) =>
      error instanceof Broken && error.again.includes("--only") && error.again.includes("--seed 1"),
  );
  const kept: Uint8Array[] = [];
  await assert.rejects(
    withRun(() => void kept.push(new Uint8Array(512 * 1024).fill(1))),
    /the heap grew/,
  );
  await assert.rejects(
    fuzz({ cases: 2, seed: 1, only: "base64" }, { longestCaseMs: 5 }, 0, 1, (target) => ({
      ...target,
      run: () => new Promise((resolve) => setTimeout(resolve, 20)),
    })),
    /took [0-9]+ ms/,
  );
  assert.equal(againLine("any line", 3, 4), 'npm run fuzz -- --only "any line" --seed 3 --case 4');
});

test("the command refuses what it does not understand", async () => {
  assert.equal((await run("--cases", "many")).code, 2);
});
