/**
 * Simulation: whole worlds of people, relays and trouble, a hundred thousand unless told, each of them decided by its seed.
 *
 *     npm run simulate [-- --seeds N] [--from S] [--jobs J] [--seed N] [--engine client|stand-in]
 *
 * The first world in which an invariant breaks ends the run: its plan is cut down to what is needed and printed, with the
 * line that runs it again. `--seed` runs one world and prints all that happened in it.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { makePlan } from "../test/simulate/plan.ts";
import { play } from "../test/simulate/play.ts";
import { describe, type EngineName, engineNamed, trySeed } from "../test/simulate/trial.ts";
import { runTrials } from "../test/simulate/trials.ts";

const PROGRESS_MS = 2_000;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100000" },
    from: { type: "string", default: "0" },
    seed: { type: "string" },
    jobs: { type: "string", default: String(availableParallelism()) },
    engine: { type: "string", default: "client" },
  },
});
const engine = engineOf(values.engine);

process.exitCode = values.seed === undefined ? await runMany() : await runOne(numberOf("seed", values.seed));

async function runOne(seed: number): Promise<number> {
  const loaded = engineNamed(engine);
  const { trace, violations } = await play(makePlan(String(seed)), loaded);
  console.log(trace.join("\n"));
  if (violations.length === 0) {
    console.log(`seed ${seed}: nothing broke`);
    return 0;
  }
  const failure = await trySeed(seed, loaded);
  if (failure === undefined) {
    // Chance of libsignal's own: told of as it was.
    for (const { invariant, what } of violations) console.error(`${invariant}: ${what}`);
    console.error("it did not break a second time");
  } else console.error(`${failure.trace.join("\n")}\n${describe(failure)}`);
  return 1;
}

async function runMany(): Promise<number> {
  const count = numberOf("seeds", values.seeds);
  const jobs = Math.max(1, numberOf("jobs", values.jobs));
  const began = performance.now();
  let told = began;
  const { ran, failure, lost } = await runTrials({
    engine,
    from: numberOf("from", values.from),
    count,
    jobs,
    onProgress: (sofar) => {
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      console.log(`${sofar} of ${count} seeds, ${((sofar * 1000) / (told - began)).toFixed(1)} a second`);
    },
  });
  if (failure !== undefined) console.error(describe(failure));
  if (lost !== undefined) {
    console.error(`a process was lost over seed ${lost}\nagain: npm run simulate -- --seed ${lost}`);
  }
  if (failure !== undefined || lost !== undefined) return 1;
  const seconds = (performance.now() - began) / 1000;
  console.log(`${ran} seeds in ${seconds.toFixed(0)} s: nothing broke`);
  return ran === count ? 0 : 1;
}

function engineOf(text: string): EngineName {
  if (text === "client" || text === "stand-in") return text;
  console.error("--engine takes client or stand-in");
  process.exit(2);
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (/^[0-9]{1,12}$/.test(text) && Number.isSafeInteger(number)) return number;
  console.error(`--${name} takes a number`);
  process.exit(2);
}
