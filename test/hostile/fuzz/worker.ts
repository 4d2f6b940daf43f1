/** One of the threads of a fuzzing run: tells where it is through shared memory, so that a hang is seen from outside. */
import { parentPort, workerData } from "node:worker_threads";
import { Broken, fuzz, type Plan } from "./run.ts";

const { plan, worker, workers, where } = workerData as {
  plan: Plan;
  worker: number;
  workers: number;
  /** The number of the case, and a count that changes with each. */
  where: Int32Array;
};
let name = "";

try {
  const cases = await fuzz(
    plan,
    {
      onCase(target, number) {
        where[0] = number;
        where[1] = (where[1] as number) + 1;
        if (target === name) return;
        name = target;
        parentPort?.postMessage({ target });
      },
      onTarget: (target, cases, milliseconds) =>
        parentPort?.postMessage({ done: { target, cases, milliseconds } }),
    },
    worker,
    workers,
  );
  parentPort?.postMessage({ cases });
} catch (error) {
  const again = error instanceof Broken ? error.again : undefined;
  parentPort?.postMessage({
    failure: error instanceof Broken ? error.message : String((error as Error).stack),
    again,
  });
}
