/** What the user does with contacts: names them, takes and blocks them, verifies them. To be called in transactions. */
import { fingerprint, type PublicKey } from "@asfaleia/identity";
import { type Card, openCard } from "../format/card.ts";
import { FormatError } from "../format/errors.ts";
import { MessengerError } from "../messenger.ts";
import type { Contact, Device, Identity } from "../profile/profile.ts";
import { isEnded, judgeList } from "../rules/devicelists.ts";
import { checkName } from "../rules/names.ts";
import { safetyNumber } from "../session/safetynumber.ts";
import { sayAgain } from "./again.ts";
import { forgetAnswer } from "./answerstate.ts";
import { type Context, now, type Tell } from "./context.ts";
import { introduce } from "./introductions.ts";
import { freeName, newContact } from "./newcontacts.ts";
import { notice } from "./notices.ts";
import { learnCard, pinIdentity, putList, setState } from "./peers.ts";
import { takeFromDevice } from "./retarget.ts";
import { routeOf } from "./routes.ts";
import { confirmedDevices } from "./say.ts";
import { welcome } from "./welcome.ts";

export function contactOf({ profile }: Context, id: number): Contact {
  const contact = profile.contacts.get(id);
  if (contact === undefined) throw new MessengerError("no-such-contact", "there is no such contact");
  return contact;
}

/** By name, letter case aside, or by the fingerprint of one of the identities. */
export function findContact({ profile }: Context, text: string): Contact | undefined {
  const identity = profile.identities.get(text);
  return identity === undefined ? profile.contacts.byName(text) : profile.contacts.get(identity.contact);
}

/** A card that the user was given, in person or from a place he trusts: its identity becomes a contact. */
export function addCard(context: Context, tell: Tell, bytes: Uint8Array, name: string | undefined): Contact {
  const { profile } = context;
  const card = readCard(bytes, now(context));
  if (routeOf(context, card) === undefined)
    throw new MessengerError("bad-card", "the card leads to no relay on the network");
  const known = profile.identities.get(card.fingerprint);
  if (known !== undefined) {
    const contact = contactOf(context, known.contact);
    if (contact.state === "request") accept(context, contact, name ?? freeName(context.profile, card.name));
    else if (name !== undefined) rename(context, contact, name);
    forgetAnswer(context, contact.id);
    if (card.deviceId !== context.own.id) learnCard(context, tell, card, "outside");
    return contactOf(context, known.contact);
  }
  const wanted = name === undefined ? freeName(context.profile, card.name) : takenName(context, name);
  const contact = newContact(profile, { name: wanted, state: "contact", at: now(context) });
  pinIdentity(context, tell, {
    contact,
    fingerprint: card.fingerprint,
    blob: card.identity.blob,
    lookupAt: undefined,
  });
  learnCard(context, tell, card, "outside");
  introduce(context, contactOf(context, contact));
  return contactOf(context, contact);
}

/** Pins SSH keys under one name; their cards are looked up from now on. */
export function addKeys(context: Context, tell: Tell, keys: readonly PublicKey[], name: string): Contact {
  const { profile } = context;
  const fresh = keys.filter((key) => profile.identities.get(fingerprint(key)) === undefined);
  const id =
    ownerOf(context, keys, name) ??
    newContact(profile, { name: takenName(context, name), state: "contact", at: now(context) });
  const contact = contactOf(context, id);
  if (contact.state === "request") accept(context, contact, name);
  for (const key of fresh)
    pinIdentity(context, tell, {
      contact: id,
      fingerprint: fingerprint(key),
      blob: key.blob,
      lookupAt: now(context),
    });
  return contactOf(context, id);
}

/**
 * The contact that keys are to be added to: one that has the name already, or one of them. A list of keys that somebody
 * hands out must not put another key beside those of a contact of another name, or beside one's own.
 */
function ownerOf(context: Context, keys: readonly PublicKey[], name: string): number | undefined {
  const { profile } = context;
  const named = profile.contacts.byName(name);
  const owners = new Set(keys.map((key) => profile.identities.get(fingerprint(key))?.contact));
  const known = [...owners].filter((owner) => owner !== undefined);
  const [owner] = known;
  if (owner === undefined) return named?.state === "contact" ? named.id : undefined;
  const contact = contactOf(context, owner);
  if (contact.state === "me") throw new MessengerError("not-allowed", "one of these keys is your own");
  const isNew = owners.has(undefined);
  if (
    known.length > 1 ||
    (named !== undefined && named.id !== owner) ||
    (isNew && named === undefined && contact.state !== "request")
  ) {
    throw new MessengerError("name-taken", "one of these keys belongs to a contact of another name");
  }
  return owner;
}

export function rename(context: Context, contact: Contact, name: string): void {
  if (contact.state === "me") throw new MessengerError("not-allowed", "these are your own devices");
  const clean = checkedName(name);
  const other = context.profile.contacts.byName(clean);
  if (other !== undefined && other.id !== contact.id)
    throw new MessengerError("name-taken", "another contact has this name");
  context.profile.contacts.update(contact.id, { name: clean });
}

/** A request becomes a contact: now it is told where to write, and what it has said is confirmed. */
export function accept(context: Context, contact: Contact, name: string | undefined): void {
  if (contact.state !== "request") throw new MessengerError("not-allowed", "this is no request");
  const { profile } = context;
  profile.contacts.update(contact.id, { state: "contact" });
  rename(context, contact, name ?? freeName(context.profile, undefined));
  const taken = contactOf(context, contact.id);
  welcome(context, taken);
  introduce(context, taken);
}

/** Nothing more is taken from a contact, nor sent to it; it is not told. */
export function block(context: Context, tell: Tell, contact: Contact): void {
  if (contact.state === "me") throw new MessengerError("not-allowed", "these are your own devices");
  if (contact.state === "blocked") return;
  context.profile.contacts.update(contact.id, { state: "blocked" });
  for (const device of context.profile.devices.ofContact(contact.id))
    context.profile.receipts.removeOf(device.id);
  notice(context, tell, contact.id, "blocked", "");
}

export function unblock(context: Context, tell: Tell, contact: Contact): void {
  if (contact.state !== "blocked") return;
  context.profile.contacts.update(contact.id, { state: "contact" });
  for (const device of confirmedDevices(context, contact.id)) sayAgain(context, device.id);
  notice(context, tell, contact.id, "unblocked", "");
}

/** Messages that go in one transaction: all of a long history would take more of a disk that is full than it gives. */
const REMOVED_AT_A_TIME = 500;

/** Some of what was said, before its contact goes. @returns whether there is more. @throws as `removeContact` */
export function removeSome({ profile }: Context, { id, state }: Contact): boolean {
  if (state === "me") throw new MessengerError("not-allowed", "these are your own devices");
  const removed = profile.messages.removeArrivedBefore(id, Number.MAX_SAFE_INTEGER, REMOVED_AT_A_TIME);
  return removed === REMOVED_AT_A_TIME;
}

/** @throws MessengerError `not-allowed` for the own devices */
export function removeContact({ profile }: Context, { id, state }: Contact): void {
  if (state === "me") throw new MessengerError("not-allowed", "these are your own devices");
  // By themselves, so that they are not read any more.
  for (const mailbox of profile.mailboxes.ofContact(id)) profile.mailboxes.remove(mailbox.id);
  profile.contacts.remove(id);
}

/** @throws MessengerError `no-such-contact` where no key of theirs is known */
export function safetyNumberOf(context: Context, contact: Contact): string {
  const { profile, own } = context;
  const theirs = profile.identities.ofContact(contact.id);
  if (theirs.length === 0) throw new MessengerError("no-such-contact", "no key of this contact is known");
  // A list of keys has old ones and such of other machines, and they know of none but their own.
  const inUse = new Set(confirmedDevices(context, contact.id).map(({ identity }) => identity));
  const counted = inUse.size === 0 ? theirs : theirs.filter((identity) => inUse.has(identity.fingerprint));
  return safetyNumber(
    [own.identity],
    counted.map(({ blob }) => blob),
  );
}

/** @throws MessengerError `not-allowed` where another number was compared than there is now */
export function setVerified(
  context: Context,
  tell: Tell,
  contact: Contact,
  verified: boolean,
  number: string | undefined,
): void {
  if (verified && number !== undefined && number !== safetyNumberOf(context, contact))
    throw new MessengerError("not-allowed", "the safety number is another one by now: compare it again");
  if (contact.verified === verified || contact.state === "me") return;
  context.profile.contacts.update(contact.id, { verified });
  notice(context, tell, contact.id, verified ? "verified" : "verification-fell", "");
}

/** The user takes a device that no known one has confirmed: its list counts from now on, where it has one that names it. */
export function acceptDevice(context: Context, tell: Tell, contact: Contact, id: string): void {
  const { cards } = context;
  const { device, identity } = deviceOf(context, contact, id);
  if (device.state === "withdrawn") throw new MessengerError("not-allowed", "this device was withdrawn");
  const { list, isListed } = cards.of(device);
  const known = identity.list === undefined ? undefined : { counter: identity.counter, bytes: identity.list };
  const verdict =
    list !== undefined && isListed && !isEnded(list, now(context)) ? judgeList(known, list) : "older";
  if (list !== undefined && (verdict === "newer" || verdict === "conflict"))
    putList(context, tell, identity, list);
  else setState(context, tell, device, "confirmed");
}

/** The user does not take a device that no known one has confirmed: it is withdrawn, until a list that counts names it. */
export function refuseDevice(context: Context, tell: Tell, contact: Contact, id: string): void {
  const { device } = deviceOf(context, contact, id);
  if (device.state === "withdrawn") return;
  if (device.state === "confirmed")
    throw new MessengerError("not-allowed", "this device is confirmed: its owner can withdraw it");
  context.profile.devices.update(id, { state: "withdrawn" });
  takeFromDevice(context, tell, contact.id, id);
  notice(context, tell, contact.id, "device-refused", id);
}

function deviceOf(
  { profile }: Context,
  contact: Contact,
  id: string,
): { device: Device; identity: Identity } {
  const device = profile.devices.get(id);
  const identity = device === undefined ? undefined : profile.identities.get(device.identity);
  if (device === undefined || identity?.contact !== contact.id)
    throw new MessengerError("not-allowed", "this contact has no such device");
  return { device, identity };
}

function takenName({ profile }: Context, name: string): string {
  const clean = checkedName(name);
  if (profile.contacts.byName(clean) !== undefined)
    throw new MessengerError("name-taken", "another contact has this name");
  return clean;
}

/** @throws MessengerError `bad-name` */
export function checkedName(name: string): string {
  try {
    return checkName(name);
  } catch (error) {
    if (error instanceof RangeError) throw new MessengerError("bad-name", error.message);
    throw error;
  }
}

/** @throws MessengerError `bad-card` */
export function readCard(bytes: Uint8Array, at: number): Card {
  try {
    return openCard(bytes, at);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new MessengerError(
      "bad-card",
      error.code === "ended" ? "the card has ended; ask for a new one" : "this is no card, or it is damaged",
    );
  }
}
