/**
 * Fuzzing: everything that reads what strangers send, a million cases unless told.
 *
 *     npm run fuzz [-- --cases N] [--seed S] [--only NAME] [--case N] [--workers N]
 *
 * Samples that are right are changed a little: bits, bytes, lengths, parts of others. Nothing may throw but the errors that its
 * reader documents, hang, or leave memory behind. What fails prints the one line that runs that case again.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { againLine, LONGEST_CASE_MS } from "../test/hostile/fuzz/run.ts";

/** A case that has not ended after this much is not going to. */
const HANGS_MS = LONGEST_CASE_MS * 4;

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(crypto.getRandomValues(new Uint32Array(1))[0]) },
    only: { type: "string" },
    case: { type: "string" },
    workers: { type: "string", default: String(Math.min(4, availableParallelism())) },
  },
});
const plan = {
  cases: numberOf("cases", values.cases),
  seed: numberOf("seed", values.seed),
  only: values.only,
  one: values.case === undefined ? undefined : numberOf("case", values.case),
};
const workers = plan.one === undefined ? Math.max(1, numberOf("workers", values.workers)) : 1;
console.log(`${plan.one === undefined ? plan.cases : 1} cases, seed ${plan.seed}, ${workers} workers`);

const began = performance.now();
const totals = new Map<string, { cases: number; milliseconds: number }>();
const counts = await Promise.all(Array.from({ length: workers }, (_, worker) => runWorker(worker)));
const seconds = (performance.now() - began) / 1000;
for (const [target, { cases, milliseconds }] of totals) {
  console.log(
    `${String(cases).padStart(9)}  ${((milliseconds * 1000) / cases).toFixed(0).padStart(7)} µs each  ${target}`,
  );
}
const sum = counts.reduce((all, count) => all + count, 0);
console.log(`${sum} cases in ${seconds.toFixed(1)} s, ${Math.round(sum / seconds)} a second: nothing broke`);

function runWorker(worker: number): Promise<number> {
  const where = new Int32Array(new SharedArrayBuffer(8));
  const thread = new Worker(new URL("../test/hostile/fuzz/worker.ts", import.meta.url), {
    workerData: { plan, worker, workers, where },
  });
  let target = "";
  let seen = { count: -1, since: performance.now() };
  const watch = setInterval(() => {
    const count = where[1] as number;
    if (count !== seen.count) seen = { count, since: performance.now() };
    else if (count > 0 && performance.now() - seen.since > HANGS_MS) {
      fail(`${target}: a case does not end`, againLine(target, plan.seed, where[0] as number));
    }
  }, 1000);
  return new Promise((resolve) => {
    thread.on("error", (error) => fail(String(error.stack)));
    thread.on("message", (message) => {
      if (message.target) target = message.target;
      if (message.failure) fail(message.failure, message.again);
      if (message.done) add(message.done);
      if (message.cases !== undefined) {
        clearInterval(watch);
        resolve(message.cases);
      }
    });
  });
}

function add({ target, cases, milliseconds }: { target: string; cases: number; milliseconds: number }): void {
  const old = totals.get(target) ?? { cases: 0, milliseconds: 0 };
  totals.set(target, { cases: old.cases + cases, milliseconds: old.milliseconds + milliseconds });
}

function fail(what: string, again?: string): never {
  console.error(what);
  if (again) console.error(`again: ${again}`);
  process.exit(1);
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (/^[0-9]{1,12}$/.test(text) && Number.isSafeInteger(number)) return number;
  console.error(`--${name} takes a number`);
  process.exit(2);
}
