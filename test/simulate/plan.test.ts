import assert from "node:assert/strict";
import { test } from "node:test";
import { makePlan, type Plan, type Step } from "./plan.ts";
import { shrink } from "./shrink.ts";

test("A seed makes one plan, and another seed another one", () => {
  assert.deepEqual(makePlan("7"), makePlan("7"));
  assert.notDeepEqual(makePlan("7"), makePlan("8"));
  assert.deepEqual(JSON.parse(JSON.stringify(makePlan("7"))), makePlan("7"));
});

test("Every kind of action comes up, with 2 to 4 people and 1 or 2 relays", () => {
  const plans = Array.from({ length: 300 }, (_, seed) => makePlan(String(seed)));
  const kinds = new Set(plans.flatMap(({ steps }) => steps.map((step) => step.do)));
  assert.deepEqual([...kinds].sort(), [
    "accept",
    "add-card",
    "add-key",
    "close",
    "confirm-device",
    "cut",
    "delete",
    "edit",
    "flood",
    "invite",
    "join-code",
    "kill",
    "lie",
    "link-device",
    "lose-device",
    "make-code",
    "part",
    "publish",
    "react",
    "read",
    "reply",
    "restart",
    "revoke-invite",
    "send",
    "set-clock",
    "take-over",
    "use-invite",
    "wait",
    "withdraw-device",
  ]);
  assert.deepEqual([...new Set(plans.map(({ homes }) => homes.length))].sort(), [2, 3, 4]);
  assert.deepEqual([...new Set(plans.map(({ relays }) => relays))].sort(), [1, 2]);
});

test("A failing plan is cut down to the steps it needs, which happen when they did", async () => {
  const plan = makePlan("21");
  const [one, other] = [plan.steps[2]!, plan.steps.at(-2)!];
  const fails = async ({ steps }: Plan): Promise<boolean> =>
    [one, other].every((needed) => steps.some((step) => same(step, needed)));
  const least = await shrink(plan, { fails, budgetMs: 10_000 });
  assert.equal(least.steps.length, 2);
  assert(same(least.steps[0]!, one) && same(least.steps[1]!, other));
  const whenOf = (steps: readonly Step[]): number =>
    steps
      .slice(0, steps.findIndex((step) => same(step, other)) + 1)
      .reduce((sum, { afterMs }) => sum + afterMs, 0);
  assert(Math.abs(whenOf(least.steps) - whenOf(plan.steps)) < 0.001);
});

test("Cutting down ends when its time is over", async () => {
  const plan = makePlan("21");
  assert.equal(await shrink(plan, { fails: async () => true, budgetMs: 0 }), plan);
});

function same({ afterMs: _, ...step }: Step, { afterMs: __, ...other }: Step): boolean {
  return JSON.stringify(step) === JSON.stringify(other);
}
