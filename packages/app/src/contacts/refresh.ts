/** Looks the keys of contacts up again, and tells what has changed. */
import { cleanLine, cleanName, jsonLine } from "../display.ts";
import { EXIT } from "../exit.ts";
import type { ContactView, Face } from "../face/face.ts";
import { note, print } from "../io.ts";
import type { KeyChange } from "../keysources/changes.ts";
import type { KeyList } from "../keysources/keys.ts";
import { changeText } from "../keysources/show.ts";
import { keyList } from "./fromsource.ts";

/** What one source of a contact's keys shows now. */
export interface Looked {
  readonly contact: Pick<ContactView, "id" | "name">;
  /** `KeySource.text`. */
  readonly source: string;
  /** What is other than it was; undefined where the source could not be asked. */
  readonly change: KeyChange | undefined;
  readonly list: KeyList;
  /** Why it could not be asked. */
  readonly failed: string;
}

/** @param contacts those that have no source are passed over. @throws Failure; the signal's reason */
export async function* lookAgain(
  face: Face,
  contacts: readonly Looked["contact"][],
  signal?: AbortSignal,
): AsyncGenerator<Looked> {
  const options = signal === undefined ? {} : { signal };
  for (const contact of contacts) {
    for (const looked of await face.call("contacts.refresh", { contact: contact.id }, options)) {
      const { source, failed, kind, same = [], added = [], gone = [] } = looked;
      const change = kind === undefined ? undefined : { kind, same, added, gone };
      yield { contact, source, change, list: keyList(looked), failed: failed ?? "no answer" };
    }
  }
}

/** That a source could not be asked, on one line. */
export function failedText({ contact, source, failed }: Looked): string {
  return `${cleanName(contact.name)}: ${cleanLine(source)} could not be looked up: ${cleanLine(failed)}`;
}

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
  for await (const looked of lookAgain(face, contacts)) {
    const { contact, source, change, list } = looked;
    exits.add(change === undefined ? EXIT.relay : change.kind === "same" ? EXIT.done : EXIT.key);
    if (json) await print(lookedJson(looked));
    else if (change === undefined) note(failedText(looked));
    else await print(changeText(contact.name, source, change, list));
  }
  if (exits.size === 0) {
    note("None of these contacts has keys from a source (asfaleia add github:NAME).");
    return EXIT.nothing;
  }
  return Math.max(...exits);
}

function lookedJson({ contact: { id, name }, source, change, failed }: Looked): string {
  const result = change === undefined ? { failed } : change;
  return jsonLine({ type: "keys", with: name, contact: id, source, ...result });
}
