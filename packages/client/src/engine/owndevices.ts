/** The devices of the own SSH key: taken onto its list, withdrawn, renewed. Each signs the list once, and contacts hear of it. */
import type { Signer } from "@asfaleia/identity";
import { makeDeviceList, openDeviceList } from "../format/devicelist.ts";
import { sha256 } from "../format/hash.ts";
import { type DeviceView, MessengerError } from "../messenger.ts";
import type { Device } from "../profile/profile.ts";
import { type Context, keep, now, type Tell } from "./context.ts";
import { LIST_DAYS } from "./init.ts";
import { introduceAll } from "./introductions.ts";
import { frontCard } from "./owncard.ts";
import { putList } from "./peers.ts";
import { confirmedDevices, control, ownContact } from "./say.ts";
import { tellMailbox } from "./sessionstate.ts";
import { deviceView } from "./views.ts";

const DAY_MS = 86_400_000;
/** A list is made anew when a signature is to be had and it ends within this. */
const RENEW_WITHIN_MS = (LIST_DAYS / 2) * DAY_MS;

const NO_LIST = new Uint8Array(0);

/** Device keys, 33 bytes. */
interface ListChange {
  readonly add?: Uint8Array;
  readonly remove?: Uint8Array;
}

/** Whether this device is on the own list, as far as it is known here. */
export function isConfirmed({ profile, devicePublicKey }: Context): boolean {
  const list = profile.own.list();
  return list !== undefined && openDeviceList(list).names(devicePublicKey);
}

/**
 * Takes a device onto the list. Not to be called in a turn: a signature may wait for somebody's finger.
 * Rejects with MessengerError `not-allowed`, `not-confirmed`, the signer's KeyError, TurnsClosed.
 */
export async function confirmOwnDevice(context: Context, id: string, signer: Signer): Promise<void> {
  const device = ownDevice(context, id);
  if (device.state === "confirmed") return;
  await withNextList(context, signer, { add: device.key }, (tell, list) => {
    announce(context, tell, list);
    const known = context.profile.devices.get(id);
    if (known === undefined) return;
    if (known.session === "answered") tellMailbox(context, ownContact(context), known);
    introduceAll(context, known);
  });
}

/** Takes a device off the list: contacts write to it no more. As `confirmOwnDevice`. */
export async function withdrawOwnDevice(context: Context, id: string, signer: Signer): Promise<void> {
  const device = ownDevice(context, id);
  await withNextList(context, signer, { remove: device.key }, (tell, list) => announce(context, tell, list));
}

/** Makes the list anew where its end is near. As `confirmOwnDevice`. */
export async function refreshList(context: Context, signer: Signer): Promise<void> {
  const list = context.profile.own.list();
  if (list === undefined || !isConfirmed(context)) return;
  if (openDeviceList(list).ends - now(context) > RENEW_WITHIN_MS) return;
  await withNextList(context, signer, {}, (tell, next) => announce(context, tell, next));
}

/** Signs the next list, and keeps what `work` makes of it, unless another list has come meanwhile. */
async function withNextList(
  context: Context,
  signer: Signer,
  change: ListChange,
  work: (tell: Tell, list: Uint8Array) => void,
): Promise<void> {
  const before = context.profile.own.list();
  const list = await nextList(context, signer, change);
  await context.turns.take(() => {
    expectList(context, before);
    keep(context, (tell) => work(tell, list));
  });
}

/** What was signed upon must still be what counts. @throws MessengerError `not-allowed` */
export function expectList({ profile }: Context, before: Uint8Array | undefined): void {
  const list = profile.own.list();
  if (Buffer.compare(list ?? NO_LIST, before ?? NO_LIST) !== 0) {
    throw new MessengerError("not-allowed", "the list of devices has changed meanwhile; try again");
  }
}

/** The list after the one that counts. Rejects with MessengerError `not-allowed`, the signer's KeyError. */
export async function nextList(
  { profile, own, devicePublicKey, ...context }: Context,
  signer: Signer,
  change: ListChange,
): Promise<Uint8Array> {
  if (Buffer.compare(signer.publicKey.blob, own.identity) !== 0) {
    throw new MessengerError("not-allowed", "this is not the SSH key of the profile");
  }
  const bytes = profile.own.list();
  const list = bytes === undefined ? undefined : openDeviceList(bytes);
  if (list === undefined || !list.names(devicePublicKey)) {
    throw new MessengerError(
      "not-confirmed",
      "this device is not on the list of the SSH key itself: do it on one that is",
    );
  }
  const removed = change.remove === undefined ? undefined : sha256(change.remove);
  const kept = list.devices.filter((hash) => removed === undefined || Buffer.compare(hash, removed) !== 0);
  const at = context.environment.clock.now();
  return makeDeviceList({
    signer,
    counter: list.counter + 1,
    devices: change.add === undefined ? [] : [change.add],
    deviceHashes: kept,
    at,
    ends: at + LIST_DAYS * DAY_MS,
  });
}

/** A new own list counts from now on, and every device that knows this one hears of it. To be called in a transaction. */
function announce(context: Context, tell: Tell, list: Uint8Array): void {
  const { profile, fingerprint } = context;
  const identity = profile.identities.get(fingerprint);
  if (identity === undefined) throw new Error("a profile without its own identity");
  putList(context, tell, identity, openDeviceList(list));
  const body = { list, cards: listedCards(context) };
  for (const contact of profile.contacts.all()) {
    if (contact.state !== "contact" && contact.state !== "me") continue;
    for (const device of confirmedDevices(context, contact.id)) {
      // Whoever has no session yet sees the list on the card of a first message.
      if (device.session !== "none" || contact.state === "me")
        control(context, contact, device, { kind: "devices", body }, { lasts: true });
    }
  }
}

/** The cards of the own devices, this one's first. */
function listedCards(context: Context): Uint8Array[] {
  const others = confirmedDevices(context, ownContact(context).id);
  return [frontCard(context), ...others.map(({ card }) => card)];
}

function ownDevice(context: Context, id: string): Device {
  const device = context.profile.devices.get(id);
  if (device === undefined || device.identity !== context.fingerprint) {
    throw new MessengerError("not-allowed", "there is no such own device");
  }
  return device;
}

/** This device first. */
export function ownDeviceViews(context: Context): DeviceView[] {
  const { own, fingerprint, profile } = context;
  const state = isConfirmed(context) ? "confirmed" : "unconfirmed";
  const others = profile.devices
    .ofIdentity(fingerprint)
    .map((device) => ({ ...deviceView(device), isOwn: true }));
  return [{ id: own.id, identity: fingerprint, state, isOwn: true }, ...others];
}
