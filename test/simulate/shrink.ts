/** Cuts a failing plan down: what is left still fails, and fails the same way. */
import type { Plan, Step } from "./plan.ts";

export interface ShrinkOptions {
  /** Whether a plan still breaks the invariant in question. */
  readonly fails: (plan: Plan) => Promise<boolean>;
  /** Real milliseconds; the best plan so far counts when they are over. */
  readonly budgetMs: number;
}

/** Removes steps, many at a time first, as long as what is left fails (ddmin, Zeller and Hildebrandt 2002). */
export async function shrink(plan: Plan, { fails, budgetMs }: ShrinkOptions): Promise<Plan> {
  const ends = performance.now() + budgetMs;
  let best = plan;
  for (let size = Math.ceil(plan.steps.length / 2); size >= 1; ) {
    let removed = false;
    for (let from = 0; from < best.steps.length; ) {
      if (performance.now() > ends) return best;
      const candidate = { ...best, steps: without(best.steps, from, size) };
      if (await fails(candidate)) {
        best = candidate;
        removed = true;
      } else from += size;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!removed) break;
  }
  return best;
}

/** Those that stay happen when they did: the time of those that go is waited for too. */
function without(steps: readonly Step[], from: number, count: number): Step[] {
  const gone = steps.slice(from, from + count).reduce((sum, { afterMs }) => sum + afterMs, 0);
  const rest = steps.slice(from + count);
  const [next, ...others] = rest;
  return [
    ...steps.slice(0, from),
    ...(next === undefined ? [] : [{ ...next, afterMs: next.afterMs + gone }, ...others]),
  ];
}
