/** Makes a contact of what somebody has handed over. */
import type { ContactView, Messenger } from "@asfaleia/client/messenger";
import { fingerprint, publicKeyFromBlob, randomart } from "@asfaleia/identity";
import { loadMessenger, type Opened } from "../profile/open.ts";
import type { Introduction } from "./introduction.ts";
import { nameForFile, nameForKey } from "./names.ts";

/**
 * @param name the user's own name for them; made up where it is left out
 * @throws MessengerError
 */
export async function addIntroduced(
  { messenger }: Opened,
  introduction: Introduction,
  name: string | undefined,
): Promise<ContactView> {
  if (introduction.kind === "card") {
    return messenger.addCard(introduction.card, name ?? (await nameForCard(introduction, messenger)));
  }
  const [first] = introduction.keys;
  if (first === undefined) throw new Error("an introduction without a key");
  const isTaken = (one: string): boolean => messenger.contact(one) !== undefined;
  return messenger.addKeys(
    introduction.keys.map(({ key }) => key),
    name ?? nameForKey(first, isTaken),
  );
}

/** A card without a name is called as its file is; undefined leaves it to the messenger. */
async function nameForCard(
  { card, file }: Introduction & { kind: "card" },
  messenger: Messenger,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const { FormatError, openCard } = await loadMessenger();
  try {
    const { name, fingerprint: identity } = openCard(card);
    if (name !== undefined || messenger.contact(identity) !== undefined) return undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
  return nameForFile(file, (one) => messenger.contact(one) !== undefined);
}

/** The contact that has one of these keys already. */
export function knownContact({ messenger }: Opened, introduction: Introduction): ContactView | undefined {
  if (introduction.kind === "card") return undefined;
  for (const { key } of introduction.keys) {
    const known = messenger.contact(fingerprint(key));
    if (known !== undefined) return known;
  }
  return undefined;
}

/** Fingerprints and pictures of the pinned keys, to be compared with those of the other side. */
export function keyArt({ profile }: Opened, contact: ContactView): string {
  const keys = profile.identities.ofContact(contact.id).map(({ blob }) => publicKeyFromBlob(blob));
  return keys.map((key) => `${fingerprint(key)}\n${randomart(key)}\n`).join("");
}
