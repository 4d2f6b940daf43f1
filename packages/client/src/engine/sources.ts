/** Where keys of contacts were found: kept for whoever looks there again. To be called in transactions. */
import { isFingerprint } from "@asfaleia/protocol";
import type { SourceView } from "../messenger.ts";
import { type Contact, MAX_SOURCE_CHARACTERS } from "../profile/profile.ts";
import type { Context } from "./context.ts";

/** Sources of one contact. */
const MAX_SOURCES = 16;
/** Keys of one source. */
const MAX_FINGERPRINTS = 1_000;

/** @throws RangeError for what is no source, or too much of one */
export function setSource(
  { profile }: Pick<Context, "profile">,
  contact: Contact,
  { source, checkedAt, fingerprints }: SourceView,
): void {
  if (source.length < 1 || source.length > MAX_SOURCE_CHARACTERS || !source.isWellFormed())
    throw new RangeError(`a source has 1 to ${MAX_SOURCE_CHARACTERS} characters`);
  if (!(Number.isSafeInteger(checkedAt) && checkedAt >= 0))
    throw new RangeError("a time is a number of milliseconds");
  if (fingerprints.length > MAX_FINGERPRINTS || !fingerprints.every(isFingerprint))
    throw new RangeError(`a source has at most ${MAX_FINGERPRINTS} fingerprints`);
  const others = profile.sources.ofContact(contact.id).filter((other) => other.source !== source);
  if (others.length >= MAX_SOURCES) throw new RangeError(`a contact has at most ${MAX_SOURCES} sources`);
  profile.sources.put({ contact: contact.id, source, checkedAt, fingerprints });
}
