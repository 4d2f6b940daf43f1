/** Whom we know: what a card or a device list changes about the devices of a pinned SSH key. To be called in transactions. */
import type { Card } from "../format/card.ts";
import { type DeviceList, openDeviceList } from "../format/devicelist.ts";
import type { Device, DeviceState, Identity } from "../profile/profile.ts";
import { isEnded, judgeList } from "../rules/devicelists.ts";
import { sayAgain } from "./again.ts";
import { type Context, now, type Tell } from "./context.ts";
import { newDeviceOf } from "./newcontacts.ts";
import { notice } from "./notices.ts";
import { giveToDevice, takeFromDevice } from "./retarget.ts";
import { routeOf } from "./routes.ts";
import { TURNS_OF_A_RESET } from "./turnings.ts";

/** Devices that may wait for a confirmation, of one identity: whoever has its key can make any number. */
const MAX_UNCONFIRMED = 16;
/** Of one identity, those that were withdrawn included: the longest known of them give way. */
const MAX_DEVICES = 48;

/**
 * How a card or list came: `inside` a session with a device that is confirmed for this identity, or from anywhere else:
 * a file or a relay. A `first` message is outside too, but there is a session behind it. Outside, whoever holds the SSH key speaks, and a stolen one must change nothing.
 */
export type Way = "inside" | "first" | "outside";

/** Takes in the card of a pinned identity's device. @returns undefined where there is no room for another device */
export function learnCard(context: Context, tell: Tell, card: Card, way: Way): Device | undefined {
  const { profile } = context;
  const identity = profile.identities.get(card.fingerprint);
  if (identity === undefined) throw new Error("a card of an identity that is not pinned");
  if (card.list !== undefined) learnList(context, tell, identity, card.list, way);
  const known = profile.devices.get(card.deviceId);
  if (known === undefined) return addDevice(context, tell, card);
  if (known.identity !== card.fingerprint) return undefined;
  renewCard(context, known, card, way);
  return profile.devices.get(card.deviceId);
}

/** A newer card replaces the one that is kept; where a session stands, its route stays the private one. */
function renewCard(context: Context, known: Device, card: Card, way: Way): void {
  const before = context.cards.of(known);
  // By the number of the prekey first: a clock may have been set back since, ids only grow.
  const isOlder =
    before.signed.id > card.signed.id || (before.signed.id === card.signed.id && before.ends > card.ends);
  if (isOlder) return;
  const { devices, sessions } = context.profile;
  const route = routeOf(context, card);
  const isAlone = known.session === "none" || (known.session === "opened" && known.sayAs === undefined);
  devices.update(known.id, { card: card.bytes, ...(isAlone && route !== undefined ? { route } : {}) });
  if (way !== "outside" || known.session !== "opened" || before.signed.id === card.signed.id) return;
  // Nobody has answered, and they have other prekeys now: those that the session was opened with may be gone.
  sessions.removeSession(known.id);
  devices.update(known.id, { session: "none", turn: known.turn + TURNS_OF_A_RESET });
  sayAgain(context, known.id);
}

/** Takes in a device list, where it may count: the first of an identity, or a newer one told inside a session. */
export function learnList(
  context: Context,
  tell: Tell,
  identity: Identity,
  list: DeviceList,
  way: Way,
): void {
  const known = identity.list === undefined ? undefined : { counter: identity.counter, bytes: identity.list };
  // An ended list says nothing any more: no new device comes by it, and none that is known goes.
  if (isEnded(list, now(context))) return;
  const verdict = judgeList(known, list);
  if (verdict === "conflict") tellConflict(context, tell, identity);
  if (verdict !== "newer" || (known !== undefined && way !== "inside")) return;
  putList(context, tell, identity, list);
}

/** Once: whoever holds the SSH key could go on for ever. */
function tellConflict(context: Context, tell: Tell, { contact, fingerprint }: Identity): void {
  const isTold = context.profile.changes
    .of(contact)
    .some(({ kind, about }) => kind === "lists-conflict" && about === fingerprint);
  if (!isTold) notice(context, tell, contact, "lists-conflict", fingerprint);
}

/** Makes a list the one that counts: whom it names is confirmed, whom it does not name any more gets nothing more. */
export function putList(context: Context, tell: Tell, identity: Identity, list: DeviceList): void {
  const { profile } = context;
  profile.identities.update(identity.fingerprint, { list: list.bytes, counter: list.counter });
  if (identity.fingerprint === context.fingerprint) profile.own.putList(list.bytes);
  for (const device of profile.devices.ofIdentity(identity.fingerprint)) {
    if (list.names(device.key)) setState(context, tell, device, "confirmed");
  }
  for (const device of profile.devices.ofIdentity(identity.fingerprint)) {
    if (!list.names(device.key) && device.state === "confirmed") setState(context, tell, device, "withdrawn");
  }
}

/** Confirms or withdraws a device, and sees to what is on its way to it. */
export function setState(context: Context, tell: Tell, device: Device, state: DeviceState): void {
  if (device.state === state) return;
  const { profile } = context;
  profile.devices.update(device.id, { state });
  const contact = profile.identities.get(device.identity)?.contact;
  if (contact === undefined) return;
  if (state === "confirmed") {
    comesIntoUse(context, tell, contact, device);
    notice(context, tell, contact, "device-confirmed", device.id);
    giveToDevice(context, contact, device.id);
  }
  if (state === "withdrawn") {
    notice(context, tell, contact, "device-withdrawn", device.id);
    takeFromDevice(context, tell, contact, device.id);
  }
}

function addDevice(context: Context, tell: Tell, card: Card): Device | undefined {
  const { profile } = context;
  const identity = profile.identities.get(card.fingerprint);
  const route = routeOf(context, card);
  if (identity === undefined || route === undefined) return undefined;
  const isNamed = identity.list !== undefined && openDeviceList(identity.list).names(card.device);
  const others = profile.devices.ofIdentity(card.fingerprint);
  if (!isNamed && others.filter(({ state }) => state === "unconfirmed").length >= MAX_UNCONFIRMED)
    return undefined;
  const withdrawn = others.filter(({ state }) => state === "withdrawn");
  for (const { id } of withdrawn.slice(0, Math.max(0, others.length + 1 - MAX_DEVICES)))
    profile.devices.remove(id);
  profile.devices.add(newDeviceOf(card, route, isNamed ? "confirmed" : "unconfirmed"));
  if (isNamed) giveToDevice(context, identity.contact, card.deviceId);
  // The first device of a contact is what was pinned with it; every other one is news.
  if (others.length > 0 || !isNamed) notice(context, tell, identity.contact, "device-added", card.deviceId);
  if (!isNamed) dropVerification(context, tell, identity.contact);
  else comesIntoUse(context, tell, identity.contact, { id: card.deviceId, identity: card.fingerprint });
  return profile.devices.get(card.deviceId);
}

/** A confirmed device is the first of its key, and there are or were others with another key: the safety number is another now. */
function comesIntoUse(
  context: Context,
  tell: Tell,
  contact: number,
  { id, identity }: Pick<Device, "id" | "identity">,
): void {
  const others = context.profile.devices.ofContact(contact).filter((one) => one.id !== id);
  const isFirst = !others.some((one) => one.identity === identity && one.state === "confirmed");
  if (isFirst && others.some((one) => one.identity !== identity)) dropVerification(context, tell, contact);
}

/** 'Verified' falls when there is a key that nobody has compared. */
export function dropVerification(context: Context, tell: Tell, contact: number): void {
  if (context.profile.contacts.get(contact)?.verified !== true) return;
  if (context.profile.contacts.get(contact)?.state === "me") return;
  context.profile.contacts.update(contact, { verified: false });
  notice(context, tell, contact, "verification-fell", "");
}

/** Pins an SSH key under a contact. */
export function pinIdentity(
  context: Context,
  tell: Tell,
  pin: {
    readonly contact: number;
    readonly fingerprint: string;
    readonly blob: Uint8Array;
    readonly lookupAt: number | undefined;
  },
): void {
  const { profile } = context;
  const isAnother = profile.identities.ofContact(pin.contact).length > 0;
  profile.identities.add({ ...pin, list: undefined, counter: 0, pinnedAt: now(context), lookups: 0 });
  notice(context, tell, pin.contact, "identity-pinned", pin.fingerprint);
  if (isAnother) dropVerification(context, tell, pin.contact);
}
