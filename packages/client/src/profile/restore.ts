/** Puts the lines of a backup into a new profile. */
import { KeyError, fingerprint as keyFingerprint, publicKeyFromBlob } from "@asfaleia/identity";
import { decodeBody } from "../format/content.ts";
import { ifWellFormed } from "../format/errors.ts";
import { ProfileError } from "./errors.ts";
import type { ContactLine, Line, MessageLine } from "./lines.ts";
import type { Profile } from "./profile.ts";
import { readLines } from "./readlines.ts";

/**
 * Takes over what a backup holds, all of it or nothing. The profile has been initialised and not been used: settings and
 * pinned keys that it has stay as they are, the own contact stays the own contact, and a name that is taken gets a number.
 * Keys of contacts are to be looked up at once, because no device of theirs is known here.
 * @throws ProfileError `damaged`, `newer-version`; `exists` where the profile has contacts or messages already
 */
export function restoreBackup(profile: Profile, lines: Iterable<string>): void {
  const parsed = readLines(lines);
  profile.transaction(() => {
    refuseUsed(profile);
    restoreSettings(profile, parsed);
    const contacts = new Map<number, number>();
    for (const line of parsed) {
      if (line.type !== "contact") continue;
      if (contacts.has(line.id)) throw damaged();
      contacts.set(line.id, restoreContact(profile, line));
    }
    for (const line of parsed) {
      if (line.type !== "message") continue;
      const contact = contacts.get(line.contact);
      if (contact === undefined) throw damaged();
      restoreMessage(profile, line, contact);
    }
  });
}

function refuseUsed(profile: Profile): void {
  const isUsed = profile.contacts
    .all()
    .some(({ id, state }) => state !== "me" || profile.messages.last(id, 1).length > 0);
  if (isUsed) throw new ProfileError("exists");
}

function restoreSettings({ settings }: Profile, lines: readonly Line[]): void {
  for (const line of lines) {
    if (line.type === "setting" && settings.get(line.name) === undefined) settings.set(line.name, line.value);
  }
}

/** @returns its id in this profile */
function restoreContact(profile: Profile, line: ContactLine): number {
  const { contacts, identities } = profile;
  const { name, state, verified, retentionMs, timerMs, createdAt } = line;
  const me = contacts.all().find((contact) => contact.state === "me");
  if (state === "me" && me !== undefined) {
    contacts.update(me.id, { retentionMs, timerMs });
    return me.id;
  }
  const free = freeName(profile, name);
  // The counter belongs to the device that sent: this one has sent nothing.
  const id = contacts.add({ name: free, state, verified, retentionMs, timerMs, sent: 0, createdAt });
  for (const { fingerprint, blob, list, counter, pinnedAt } of line.identities) {
    if (fingerprintOf(bytes(blob)) !== fingerprint) throw damaged();
    if (identities.get(fingerprint) !== undefined) continue;
    identities.add({
      fingerprint,
      blob: bytes(blob),
      contact: id,
      list: list === undefined ? undefined : bytes(list),
      counter,
      pinnedAt,
      lookupAt: state === "contact" ? 0 : undefined,
      lookups: 0,
    });
  }
  for (const source of line.sources ?? []) profile.sources.put({ ...source, contact: id });
  return id;
}

function freeName({ contacts }: Profile, name: string): string {
  let free = name;
  for (let count = 2; contacts.byName(free) !== undefined; count++) free = `${name} ${count}`;
  return free;
}

function restoreMessage({ messages }: Profile, line: MessageLine, contact: number): void {
  const { id, body, until, readAt, text, editedAt, reactions, type: _, ...others } = line;
  // What cannot be shown would end the messenger where it is to be shown.
  if (!line.isDeleted && !isBody(line.kind, bytes(body))) throw damaged();
  const target = Uint8Array.from(Buffer.from(id, "hex"));
  messages.add({ ...others, contact, id: target, body: bytes(body), until, readAt, text, editedAt });
  for (const reaction of reactions) messages.putReaction(contact, { target, ...reaction });
}

function fingerprintOf(blob: Uint8Array): string | undefined {
  try {
    return keyFingerprint(publicKeyFromBlob(blob));
  } catch (error) {
    if (error instanceof KeyError) return undefined;
    throw error;
  }
}

function isBody(kind: string, body: Uint8Array): boolean {
  if (kind !== "text" && kind !== "reply" && kind !== "offer") return true;
  return ifWellFormed(() => decodeBody(kind, body)) !== undefined;
}

function bytes(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

function damaged(): ProfileError {
  return new ProfileError("damaged", { detail: "this is no backup, or not a whole one" });
}
