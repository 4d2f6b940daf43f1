/** Makes a contact of the keys that a source shows, or says why not. */
import { publicKeyFromText } from "@asfaleia/identity";
import { columns } from "../conversation.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import type { ContactView, Face, Result } from "../face/face.ts";
import { note } from "../io.ts";
import { compareKeys, type KeyChange } from "../keysources/changes.ts";
import type { KeyList, UnusableKey } from "../keysources/keys.ts";
import { changeText, keyListText } from "../keysources/show.ts";

export interface Bases {
  readonly githubUrl?: string;
  readonly gitlabUrl?: string;
}

/** Of output that is no terminal. */
const USUAL_COLUMNS = 80;

/**
 * Looks the keys up, shows them, and pins them with where they come from.
 * @param name the user's own name for them; the account's where it is left out
 * @throws Failure where there is no usable key, and where a contact has this source and the keys have changed
 */
export async function addFromSource(
  face: Face,
  word: string,
  bases: Bases,
  name: string | undefined,
): Promise<ContactView> {
  const found = await face.call("keys.fetch", { source: word, ...bases });
  const known = await pinnedBefore(face, found);
  if (known !== undefined && name === undefined) {
    const { contact, change } = known;
    if (change.kind === "same") return contact;
    note(changeText(contact.name, found.source, change, keyList(found)).trimEnd());
    if (change.kind !== "empty")
      throw new Failure(
        EXIT.key,
        "the keys of this source have changed: once they have told you why, --as NAME takes them",
      );
  } else note(keyListText(keyList(found), columns() ?? USUAL_COLUMNS).trimEnd());
  if (found.usable.length === 0) throw new Failure(EXIT.key, "there is no key that can be used");
  const as = name ?? (await freeName(face, found.account));
  const { source, fingerprints } = found;
  return face.call("contacts.add", {
    keys: [...found.usable],
    source: { source, fingerprints: [...fingerprints] },
    ...(as === undefined ? {} : { as }),
  });
}

/** What the API tells of keys, as `keysources/` has it. */
export function keyList({
  usable = [],
  unusable = [],
}: Partial<Pick<Result<"keys.fetch">, "usable" | "unusable">>): KeyList {
  return {
    usable: usable.map((line) => publicKeyFromText(line)),
    unusable: unusable as readonly UnusableKey[],
  };
}

/** The contact whose keys came from this source, and what is other than it was. */
export async function pinnedBefore(
  face: Face,
  { source, fingerprints }: Pick<Result<"keys.fetch">, "source" | "fingerprints">,
): Promise<{ readonly contact: ContactView; readonly change: KeyChange } | undefined> {
  for (const contact of await face.call("contacts.list", {})) {
    const sources = await face.call("contacts.sources", { contact: contact.id });
    const pinned = sources.find((one) => one.source === source);
    if (pinned !== undefined) return { contact, change: compareKeys(pinned.fingerprints, fingerprints) };
  }
  return undefined;
}

/** The account's name must not put its keys beside those of a contact who happens to be called so. */
async function freeName(face: Face, account: string | undefined): Promise<string | undefined> {
  if (account === undefined || (await face.call("contacts.get", { name: account })) === null) return account;
  throw usage(
    "somebody here is called as the account is: say --as NAME; with the name of a contact the keys are added to it",
  );
}
