/** Whom a message goes to: a contact, or somebody who becomes one by it. */

import { existsSync } from "node:fs";
import type { ContactView } from "@asfaleia/client/messenger";
import { cleanLine } from "../display.ts";
import { note } from "../io.ts";
import type { Opened } from "../profile/open.ts";
import { isKeyText } from "../recipients.ts";
import { addIntroduced, knownContact } from "./add.ts";
import { noContact } from "./find.ts";
import { readIntroduction } from "./introduction.ts";

/**
 * @param word a contact's name or fingerprint; else a card or a public key, or a file of one, which is pinned
 * @throws Failure, KeyError, MessengerError
 */
export async function receiverOf(opened: Opened, word: string): Promise<ContactView> {
  const contact = opened.messenger.contact(word);
  if (contact !== undefined) return contact;
  if (!isKeyText(word) && !existsSync(word.startsWith("@") ? word.slice(1) : word))
    throw noContact(opened, word);
  const introduction = await readIntroduction(word);
  const known = knownContact(opened, introduction);
  if (known !== undefined) return known;
  const added = await addIntroduced(opened, introduction, undefined);
  note(`${added.identities.join(" ")} is now the contact "${cleanLine(added.name)}".`);
  return added;
}
