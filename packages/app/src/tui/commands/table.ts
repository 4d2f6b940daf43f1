/** All `/` commands. */
import { APP_COMMANDS } from "./app.ts";
import type { Command } from "./command.ts";
import { LINKS_COMMAND } from "./links.ts";
import { PEOPLE_COMMANDS } from "./people.ts";
import { TALK_COMMANDS } from "./talk.ts";

/** In the order that help shows them in. */
export const COMMANDS: readonly Command[] = [
  ...TALK_COMMANDS,
  LINKS_COMMAND,
  ...PEOPLE_COMMANDS,
  ...APP_COMMANDS,
];

const byName = new Map(COMMANDS.map((command) => [command.name, command]));

export function commandNamed(name: string): Command | undefined {
  return byName.get(name);
}
