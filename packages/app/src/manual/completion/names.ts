/** Which names of contacts a shell may be given to complete. */
import { cleanLine } from "../../display.ts";

/** Names in one answer: more than anybody looks through. */
export const NAMES_MAX = 10_000;

/**
 * Leaves out what cannot go over a line of text, what would look like another name or drive the terminal, and what
 * a verb would take for an option.
 */
export function completableNames(names: readonly string[]): string[] {
  return names
    .filter(
      (name) => name !== "" && !name.startsWith("-") && name.trim() === name && cleanLine(name) === name,
    )
    .slice(0, NAMES_MAX);
}
