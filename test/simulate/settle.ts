/** The end of a world: nobody hinders anybody any more, and time runs until nothing is on its way. */
import { acceptRequests } from "./acts.ts";
import type { World } from "./world.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What is not settled so long after everything was to expire never will be. */
const OVER_MS = 10 * DAY;
const STRIDE_MS = 6 * HOUR;
/** What would come twice comes within this. */
const LEAST_MS = 8 * HOUR;

/** @returns whether everything was settled in time */
export async function settle(world: World): Promise<boolean> {
  const { scheduler, network, relays, installations } = world;
  scheduler.note("everything heals");
  network.heal();
  for (const relay of relays) {
    relay.lies = undefined;
    if (!relay.isUp) await relay.start();
  }
  for (const installation of installations) {
    installation.clock.setRight();
    // One that was to be killed at a commit that never came would be so in the middle of the peace.
    installation.kill();
    installation.start();
  }
  await scheduler.quiet();
  if (world.plan.endsWell) {
    for (const installation of installations) {
      if (!isLookedFor(world, installation.person)) continue;
      installation.actAfar("publishes", (messenger) => messenger.publish(installation.signer));
    }
  }
  const began = scheduler.now;
  const furthest = Math.max(...installations.map(({ clock }) => clock.furthest));
  const latest = began + world.plan.expireMs + OVER_MS + furthest;
  for (let next = began + LEAST_MS; ; next += STRIDE_MS) {
    await scheduler.runUntil(Math.min(next, latest));
    if (world.plan.endsWell && acceptAll(world)) continue;
    if (isSettled(world)) return true;
    if (next >= latest) return false;
  }
}

/** Whether somebody has nothing of a person but the SSH key. */
function isLookedFor({ plan }: World, person: number): boolean {
  return plan.steps.some((step) => step.do === "add-key" && step.of === person);
}

/** @returns whether anybody asked */
function acceptAll(world: World): boolean {
  let asked = false;
  for (const installation of world.installations) {
    const contacts = installation.messenger?.contacts() ?? [];
    if (!contacts.some(({ state }) => state === "request")) continue;
    asked = true;
    acceptRequests(world, installation);
  }
  return asked;
}

function isSettled(world: World): boolean {
  return world.installations.every(
    ({ messenger }) =>
      messenger?.status().open.length === 0 &&
      messenger.contacts().every((contact) => contact.invite !== "waiting"),
  );
}
