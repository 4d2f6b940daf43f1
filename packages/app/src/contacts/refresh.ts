/** Looks the keys of contacts up again, and tells what has changed. */
import { cleanLine, cleanName, jsonLine } from "../display.ts";
import { EXIT } from "../exit.ts";
import type { ContactView, Face } from "../face/face.ts";
import { note, print } from "../io.ts";
import { changeText } from "../keysources/show.ts";
import { keyList } from "./fromsource.ts";

/**
 * @param contacts those that have no source are passed over
 * @returns the exit code: 5 where keys have changed, else 3 where some could not be looked up, 6 where there was none
 */
export async function refreshKeys(
  face: Face,
  contacts: readonly ContactView[],
  json: boolean,
): Promise<number> {
  const exits = new Set<number>();
  for (const { id, name } of contacts) {
    for (const looked of await face.call("contacts.refresh", { contact: id })) {
      const { source, failed, kind, same, added, gone } = looked;
      exits.add(kind === undefined ? EXIT.relay : kind === "same" ? EXIT.done : EXIT.key);
      if (json)
        await print(
          jsonLine({ type: "keys", with: name, contact: id, source, failed, kind, same, added, gone }),
        );
      else if (kind === undefined)
        note(
          `${cleanName(name)}: ${cleanLine(source)} could not be looked up: ${cleanLine(failed ?? "no answer")}`,
        );
      else {
        const change = { kind, same: same ?? [], added: added ?? [], gone: gone ?? [] };
        await print(changeText(name, source, change, keyList(looked)));
      }
    }
  }
  if (exits.size === 0) {
    note("None of these contacts has keys from a source (asfaleia add github:NAME).");
    return EXIT.nothing;
  }
  return Math.max(...exits);
}
