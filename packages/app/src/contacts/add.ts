/** Makes a contact of what somebody has handed over. */
import { fingerprint, publicKeyLine } from "@asfaleia/identity";
import type { ContactView, Face } from "../face/face.ts";
import type { Introduction } from "./introduction.ts";

/**
 * @param name the user's own name for them; made up where it is left out
 * @throws Failure
 */
export function addIntroduced(
  face: Face,
  introduction: Introduction,
  name: string | undefined,
): Promise<ContactView> {
  const as = name === undefined ? {} : { as: name };
  if (introduction.kind === "card") {
    const { card, file } = introduction;
    return face.call("contacts.add", { card, ...as, ...(file === undefined ? {} : { file }) });
  }
  return face.call("contacts.add", {
    keys: introduction.keys.map(({ key, comment }) => publicKeyLine(key, comment)),
    ...as,
  });
}

/** The contact that has one of these keys already. */
export async function knownContact(face: Face, introduction: Introduction): Promise<ContactView | undefined> {
  if (introduction.kind === "card") return undefined;
  for (const { key } of introduction.keys) {
    const known = await face.call("contacts.get", { name: fingerprint(key) });
    if (known !== null) return known;
  }
  return undefined;
}

/** Fingerprints and pictures of the pinned keys, to be compared with those of the other side. */
export async function keyArt(face: Face, contact: ContactView): Promise<string> {
  const keys = await face.call("contacts.keys", { contact: contact.id });
  return keys.map(({ fingerprint: print, randomart }) => `${print}\n${randomart}\n`).join("");
}
