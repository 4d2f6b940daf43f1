/** The first steps of a new device. */
import { note } from "../io.ts";
import type { Opened } from "./open.ts";
import { PUBLISH, tryToPublish } from "./publishing.ts";
import { awaitQuiet } from "./quiet.ts";

/** They are over soon, where the relay can be reached. */
const FIRST_STEPS_MS = 5000;

/** It shows itself to the others of its key, or to the world. */
export async function begin(opened: Opened, publish: boolean, isSecond: boolean): Promise<void> {
  const { messenger } = opened;
  await messenger.set(PUBLISH, publish ? "on" : "off");
  if (isSecond) {
    messenger.start();
    await awaitQuiet(opened, undefined, FIRST_STEPS_MS);
    note(
      `Your key has another device. Confirm this one there: asfaleia device confirm ${messenger.status().device}`,
    );
  } else if (publish) await tryToPublish(opened);
}
