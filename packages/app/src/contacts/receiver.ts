/** Whom a message goes to: a contact, or somebody who becomes one by it. */

import { existsSync } from "node:fs";
import { cleanName } from "../display.ts";
import type { ContactView, Face } from "../face/face.ts";
import { note } from "../io.ts";
import { noContact } from "./find.ts";

/**
 * @param word a contact's name or fingerprint; else a card or a public key, or a file of one, which is pinned
 * @throws Failure, KeyError
 */
export async function receiverOf(face: Face, word: string): Promise<ContactView> {
  const contact = await face.call("contacts.get", { name: word });
  if (contact !== null) return contact;
  // Loaded late: most messages go to somebody who is known.
  const [{ isKeyText }, { addIntroduced, knownContact }, { readIntroduction }] = await Promise.all([
    import("../recipients.ts"),
    import("./add.ts"),
    import("./introduction.ts"),
  ]);
  if (!isKeyText(word) && !existsSync(word.startsWith("@") ? word.slice(1) : word))
    throw await noContact(face, word);
  const introduction = await readIntroduction(word);
  const known = await knownContact(face, introduction);
  if (known !== undefined) return known;
  const added = await addIntroduced(face, introduction, undefined);
  note(`${added.identities.join(" ")} is now the contact "${cleanName(added.name)}".`);
  return added;
}
