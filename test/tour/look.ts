/** Two ways to look at the screen of a step: to hold it against its snapshot, and to take a new one. */
import { setTimeout as pause } from "node:timers/promises";
import type { Tmux } from "../kit/tmux.ts";
import { normalised } from "./normalise.ts";
import { difference, readSnapshot } from "./snapshots.ts";
import type { Size } from "./stage.ts";
import type { Look } from "./walk.ts";

/** Waits until the screen is that of the snapshot, cell by cell. @throws with the rows that differ */
export function compared(size: Size): Look {
  return async ({ name }, screen) => {
    const expected = readSnapshot(size, name);
    if (expected === undefined)
      throw new Error(`${name}: there is no snapshot; npm run tour -- --update takes it`);
    let last = "";
    try {
      return await screen.until(name, (rows) => {
        last = normalised(rows);
        return last === expected;
      });
    } catch {
      throw new Error(`${name}: the screen is not as its snapshot\n${difference(expected, last)}\n\n${last}`);
    }
  };
}

/** So long nothing changes on a screen that is taken for a snapshot. Nothing tells that a screen stays as it is. */
const STILL_MS = 1500;
const LOOK_EVERY_MS = 100;
const MOST_MS = 60_000;

/** Takes every screen once it has stood still. */
export function taken(into: Map<string, string>): Look {
  return async ({ name, shows }, screen) => {
    const rows = await still(name, screen);
    if (!shows.test(rows.join("\n"))) throw new Error(`${name}: it did not stay\n${rows.join("\n")}`);
    into.set(name, normalised(rows));
    return rows;
  };
}

async function still(name: string, screen: Tmux): Promise<readonly string[]> {
  let rows = await screen.screen();
  let since = performance.now();
  for (const end = since + MOST_MS; performance.now() < end; ) {
    await pause(LOOK_EVERY_MS);
    const next = await screen.screen();
    if (next.join("\n") !== rows.join("\n")) [rows, since] = [next, performance.now()];
    else if (performance.now() - since > STILL_MS) return rows;
  }
  throw new Error(`${name}: the screen does not come to rest`);
}
