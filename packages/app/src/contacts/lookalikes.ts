/** Tells the user that a name could be taken for that of somebody else. */
import type { Face } from "../face/face.ts";
import { note } from "../io.ts";
import { lookalikesOf, lookalikeText } from "./alike.ts";

/**
 * Says so, where the name of a contact looks like that of another one, or like `me`. Nothing is changed.
 * @param contact its number
 */
export async function warnOfLookalikes(face: Face, contact: number): Promise<void> {
  const all = await face.call("contacts.list", {});
  const one = all.find(({ id }) => id === contact);
  if (one === undefined) return;
  for (const other of lookalikesOf(one, all))
    note(`${lookalikeText(one.name, other)} asfaleia contacts rename tells them apart.`);
}
