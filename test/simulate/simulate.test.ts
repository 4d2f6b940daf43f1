/** Worlds of the real engine, by the thousand. ASFALEIA_SEEDS says how many; a failing one prints what runs it again. */
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { describe, engineNamed, type Failure, trySeed } from "./trial.ts";
import { runTrials } from "./trials.ts";

const SEEDS = Number(process.env.ASFALEIA_SEEDS ?? 2000);
/** Beyond this something hangs. */
const LONGEST_MS = 20 * 60_000;

function toldOf(failure: Failure | undefined): string | undefined {
  return failure === undefined ? undefined : describe(failure);
}

test(`Nothing breaks in ${SEEDS} worlds`, { timeout: LONGEST_MS }, async () => {
  assert(Number.isSafeInteger(SEEDS) && SEEDS > 0, "ASFALEIA_SEEDS takes a number");
  const jobs = availableParallelism();
  const { ran, failure, lost } = await runTrials({ engine: "client", from: 0, count: SEEDS, jobs });
  assert.equal(toldOf(failure), undefined, toldOf(failure));
  assert.equal(lost, undefined, `a process was lost: npm run simulate -- --seed ${lost}`);
  assert.equal(ran, SEEDS);
});

test("Workers try every seed they are given, and no more", async () => {
  let told = 0;
  const trials = await runTrials({
    engine: "stand-in",
    from: 3,
    count: 7,
    jobs: 2,
    onProgress: (ran) => {
      told = ran;
    },
  });
  assert.deepEqual(trials, { ran: 7, failure: undefined, lost: undefined });
  assert.equal(told, 7);
});

test("A failing seed is cut down, and says how to run it again", async () => {
  const { standIn } = await import("./standin.ts");
  const failure = await trySeed(0, standIn("forgets-own"));
  assert(failure !== undefined);
  assert.equal(failure.violations[0]?.invariant, "kept");
  assert(failure.plan.steps.length < failure.steps);
  assert.equal(failure.plan.steps.at(-1)?.do, "send");
  assert.match(describe(failure), /npm run simulate -- --seed 0$/);
  assert.equal(await trySeed(0, engineNamed("stand-in")), undefined);
});
