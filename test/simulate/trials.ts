/** Many seeds, on many processes. */
import { type ChildProcess, fork } from "node:child_process";
import type { EngineName, Failure } from "./trial.ts";
import type { Order } from "./worker.ts";

/** A new process after so many: what native code keeps does not add up. */
const SEEDS_AT_ONCE = 250;
/** A failing seed is cut down first, so this is more than that takes. */
const HANGS_MS = 120_000;

export interface TrialsOptions {
  readonly engine: EngineName;
  readonly from: number;
  readonly count: number;
  readonly jobs: number;
  /** Called after every seed, with how many there were. */
  readonly onProgress?: (ran: number) => void;
}

export interface Trials {
  readonly ran: number;
  readonly failure: Failure | undefined;
  /** The process that tried a seed was lost over it: it hung, or crashed. */
  readonly lost: number | undefined;
}

/** Tries seeds until all are tried or the first one fails. */
export async function runTrials(options: TrialsOptions): Promise<Trials> {
  const { from, count, jobs, engine, onProgress } = options;
  const atOnce = Math.max(1, Math.min(SEEDS_AT_ONCE, Math.ceil(count / jobs)));
  const running = new Set<ChildProcess>();
  let next = from;
  let ran = 0;
  let failure: Failure | undefined;
  let lost: number | undefined;
  const isOver = (): boolean => failure !== undefined || lost !== undefined || next >= from + count;
  const work = async (): Promise<void> => {
    while (!isOver()) {
      const seeds = Array.from({ length: Math.min(atOnce, from + count - next) }, (_, at) => next + at);
      next += seeds.length;
      const at = await runWorker({ engine, seeds }, running, (found) => {
        ran++;
        onProgress?.(ran);
        failure ??= found;
        if (found !== undefined) for (const child of running) child.kill();
      });
      if (failure === undefined && at < seeds.length) {
        lost ??= seeds[at];
        for (const child of running) child.kill();
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return { ran, failure, lost };
}

/** @returns how many it came to tell of */
function runWorker(
  order: Order,
  running: Set<ChildProcess>,
  onSeed: (failure: Failure | undefined) => void,
): Promise<number> {
  const child = fork(new URL("./worker.ts", import.meta.url), {
    execArgv: process.execArgv.filter(isForAll),
  });
  running.add(child);
  let told = 0;
  let watch = setTimeout(() => child.kill(), HANGS_MS);
  child.on("message", ({ failure }: { readonly failure?: Failure }) => {
    told++;
    clearTimeout(watch);
    watch = setTimeout(() => child.kill(), HANGS_MS);
    onSeed(failure);
  });
  child.send(order);
  return new Promise((resolve) => {
    child.on("exit", () => {
      clearTimeout(watch);
      running.delete(child);
      resolve(told);
    });
  });
}

/** The test runner's own options are no business of a worker's. */
function isForAll(option: string): boolean {
  return option.startsWith("--conditions") || option.startsWith("-C");
}
