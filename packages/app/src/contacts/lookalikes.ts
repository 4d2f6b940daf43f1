/** Tells the user that a name could be taken for that of somebody else. */
import { cleanLine } from "../display.ts";
import type { Face } from "../face/face.ts";
import { note } from "../io.ts";
import { looksLike } from "./alike.ts";

/**
 * Says so, where the name of a contact looks like that of another one, or like `me`. Nothing is changed.
 * @param contact its number
 */
export async function warnOfLookalikes(face: Face, contact: number): Promise<void> {
  const all = await face.call("contacts.list", {});
  const name = all.find(({ id }) => id === contact)?.name;
  if (name === undefined) return;
  for (const other of all) {
    if (other.id === contact || other.state === "request" || !looksLike(other.name, name)) continue;
    const [key = ""] = other.identities.map((identity) => ` (${cleanLine(identity)})`);
    note(
      `Careful: "${cleanLine(name)}" looks like another contact, "${cleanLine(other.name)}"${key}. asfaleia contacts rename tells them apart.`,
    );
  }
}
