/** Runs targets case by case, and says of the first that fails how to have it again. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nearly, Random } from "./mutate.ts";
import { allTargets, type Target } from "./targets.ts";

/** One case may take so long. */
export const LONGEST_CASE_MS = 3000;
/** The heap may be so much larger when a target is done than it was a quarter of the way through. */
const LARGEST_GROWTH_BYTES = 24 * 1024 * 1024;

export interface Plan {
  /** Cases over all targets. */
  readonly cases: number;
  readonly seed: number;
  /** Only targets whose name has this in it. */
  readonly only?: string | undefined;
  /** Only this case of them. */
  readonly one?: number | undefined;
}

export interface Told {
  /** A target and a case begin. For whoever watches that it ends. */
  onCase?(target: string, number: number): void;
  onTarget?(target: string, cases: number, milliseconds: number): void;
  /** How long one case may take, for tests of this. */
  readonly longestCaseMs?: number;
}

/** A case that broke its promise. */
export class Broken extends Error {
  /** The command that runs this one case. */
  readonly again: string;

  constructor(target: string, seed: number, number: number, input: Uint8Array, cause: unknown) {
    const shown = Buffer.from(input.subarray(0, 600)).toString("hex");
    super(
      `${target}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\ninput: ${shown}`,
    );
    this.again = againLine(target, seed, number);
  }
}

/** The command that runs one case again. */
export function againLine(target: string, seed: number, number: number): string {
  return `npm run fuzz -- --only ${JSON.stringify(target)} --seed ${seed} --case ${number}`;
}

/**
 * Runs a plan, or every `workers`th case of it.
 * @param change for tests of this: what stands for a target
 * @returns how many cases ran
 * @throws Broken for the first case that failed
 */
export async function fuzz(
  plan: Plan,
  told: Told = {},
  worker = 0,
  workers = 1,
  change: (target: Target) => Target = (target) => target,
): Promise<number> {
  const { targets, dispose } = await allTargets();
  try {
    const chosen = targets.filter(({ name }) => plan.only === undefined || name.includes(plan.only));
    if (chosen.length === 0) throw new RangeError(`no target has ${plan.only} in its name`);
    const shares = chosen.reduce((sum, { share }) => sum + share, 0);
    let ran = 0;
    for (const target of chosen) {
      const cases = Math.max(1, Math.ceil((plan.cases * target.share) / shares));
      const began = performance.now();
      const numbers = plan.one === undefined ? strided(worker, cases, workers) : [plan.one];
      const count = await runTarget(change(target), plan.seed, numbers, Math.ceil(cases / workers), told);
      told.onTarget?.(target.name, count, performance.now() - began);
      ran += count;
    }
    return ran;
  } finally {
    await dispose();
  }
}

async function runTarget(
  target: Target,
  seed: number,
  numbers: Iterable<number>,
  expected: number,
  told: Told,
): Promise<number> {
  let count = 0;
  let heap = 0;
  for (const number of numbers) {
    told.onCase?.(target.name, number);
    const random = new Random(
      Math.imul(seed ^ hash(target.name), 0x9e3779b1) + Math.imul(number, 0x85ebca6b),
    );
    const input = nearly(target.samples, random);
    const began = performance.now();
    try {
      // Not awaited where there is nothing to wait for: that alone would take longer than most cases.
      const promise = target.run(input);
      if (promise) await promise;
    } catch (error) {
      if (!target.allowed.some((kind) => error instanceof kind))
        throw new Broken(target.name, seed, number, input, error);
    }
    const took = performance.now() - began;
    if (took > (told.longestCaseMs ?? LONGEST_CASE_MS)) {
      throw new Broken(target.name, seed, number, input, new Error(`took ${Math.round(took)} ms`));
    }
    count++;
    if (count === Math.ceil(expected / 4)) heap = heapBytes();
  }
  const growth = heapBytes() - heap;
  if (count > 4 && growth > LARGEST_GROWTH_BYTES) {
    throw new Error(`${target.name}: the heap grew by ${growth} bytes over ${count} cases`);
  }
  return count;
}

function* strided(from: number, to: number, step: number): Generator<number> {
  for (let number = from; number < to; number += step) yield number;
}

/** FNV-1a. */
function hash(name: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) value = Math.imul(value ^ name.charCodeAt(at), 0x01000193);
  return value;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function heapBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
