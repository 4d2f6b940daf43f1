/** One world from its plan to its end. */
import { perform } from "./acts.ts";
import { type Aftermath, aftermathOf } from "./aftermath.ts";
import { WorldRestless } from "./clock.ts";
import { type Violation, violationsOf } from "./invariants.ts";
import { Killed } from "./life.ts";
import type { Engine } from "./person.ts";
import type { Plan } from "./plan.ts";
import { settle } from "./settle.ts";
import { World } from "./world.ts";

export interface Played {
  readonly violations: readonly Violation[];
  readonly aftermath: Aftermath | undefined;
  /** When and what, one line each. */
  readonly trace: readonly string[];
  /** Virtual milliseconds. */
  readonly lasted: number;
}

/** Plays a plan to its end and looks at what is left. Never rejects: what is thrown is a violation too. */
export async function play(plan: Plan, engine: Engine): Promise<Played> {
  const world = new World(plan, engine);
  hearRejections();
  played = world;
  let aftermath: Aftermath | undefined;
  let restless: string | undefined;
  try {
    await world.begin();
    for (const { afterMs, ...action } of plan.steps) {
      await world.scheduler.runUntil(world.scheduler.now + afterMs);
      world.scheduler.note(`step: ${JSON.stringify(action)}`);
      await perform(world, action);
      await world.scheduler.quiet();
    }
    const isSettled = await settle(world);
    aftermath = aftermathOf(world, isSettled);
  } catch (error) {
    if (error instanceof WorldRestless) restless = error.message;
    else world.onUnexpected("the world", error);
  } finally {
    played = undefined;
    world.close();
  }
  return {
    violations: [
      ...(restless === undefined ? [] : [{ invariant: "patient" as const, what: restless }]),
      ...(aftermath === undefined
        ? world.unexpected.map((what) => ({ invariant: "unharmed" as const, what }))
        : violationsOf(aftermath)),
    ],
    aftermath,
    trace: world.scheduler.trace.map(({ time, what }) => `${time.toFixed(0).padStart(12)} ${what}`),
    lasted: world.scheduler.now,
  };
}

let played: World | undefined;
let hears = false;

/** Rejections that nobody waited for: of a killed process nobody does, and the last of them come when its world is over. */
function hearRejections(): void {
  if (hears) return;
  hears = true;
  process.on("unhandledRejection", (error) => {
    if (error instanceof Killed) return;
    if (played === undefined) throw error;
    played.onUnexpected("somebody", error);
  });
}
