/** One seed, tried: what is wrong with it and, where anything is, the least that goes wrong so. */
import type { Violation } from "./invariants.ts";
import { clientEngine, type Engine } from "./person.ts";
import { makePlan, type Plan } from "./plan.ts";
import { play } from "./play.ts";
import { shrink } from "./shrink.ts";
import { standIn } from "./standin.ts";

const SHRINK_MS = 30_000;
/** Kept of the end of a long trace. */
const TRACE_LINES = 400;
/** The first tell enough. */
const MOST_VIOLATIONS = 10;

export interface Failure {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly plan: Plan;
  /** Steps of the plan before it was cut down. */
  readonly steps: number;
  readonly trace: readonly string[];
}

export type EngineName = "client" | "stand-in";

export function engineNamed(name: EngineName): Engine {
  return name === "stand-in" ? standIn() : clientEngine;
}

/** @returns nothing where all is well */
export async function trySeed(seed: number, engine: Engine): Promise<Failure | undefined> {
  const plan = makePlan(String(seed));
  const first = await play(plan, engine);
  const broken = first.violations[0]?.invariant;
  if (broken === undefined) return undefined;
  const fails = async (candidate: Plan): Promise<boolean> => breaks(await play(candidate, engine), broken);
  const least = await shrink(plan, { fails, budgetMs: SHRINK_MS });
  const again = await play(least, engine);
  // What libsignal draws differs from run to run: where the least plan does not fail again, the first run is told of.
  const told = breaks(again, broken) ? { plan: least, ...again } : { plan, ...first };
  return {
    seed,
    plan: told.plan,
    steps: plan.steps.length,
    violations: told.violations.slice(0, MOST_VIOLATIONS),
    trace: told.trace.slice(-TRACE_LINES),
  };
}

function breaks(
  { violations }: { readonly violations: readonly Violation[] },
  name: Violation["invariant"],
): boolean {
  return violations.some(({ invariant }) => invariant === name);
}

/** As a person reads it: what broke, the plan as data, and the line that runs it again. */
export function describe({ seed, violations, plan, steps }: Failure): string {
  return [
    ...violations.map(({ invariant, what }) => `${invariant}: ${what}`),
    `${plan.steps.length} of ${steps} steps are enough:`,
    JSON.stringify({ ...plan, steps: undefined }),
    ...plan.steps.map((step) => `  ${JSON.stringify(step)}`),
    `again: npm run simulate -- --seed ${seed}`,
  ].join("\n");
}
