/** A profile's beginning: this installation becomes a device of an SSH key. */
import { fingerprint, type Signer, sameKey } from "@asfaleia/identity";
import { formatAddress } from "@asfaleia/protocol";
import type { Environment } from "../environment.ts";
import { type Card, MAX_CARD_MAILBOXES } from "../format/card.ts";
import { makeCertificate } from "../format/certificate.ts";
import { deviceId } from "../format/deviceid.ts";
import { makeDeviceList } from "../format/devicelist.ts";
import { XWING_SEED_BYTES, xwingKeyFromSeed } from "../format/xwing.ts";
import { type InitOptions, MessengerError } from "../messenger.ts";
import type { OwnDevice } from "../profile/profile.ts";
import { OWN_CONTACT_NAME } from "../rules/names.ts";
import { DEFAULT_DELAYS } from "../rules/resend.ts";
import { newDevice } from "../session/keys.ts";
import { addMailbox } from "./mailboxes.ts";
import { newContact, newDeviceOf } from "./newcontacts.ts";
import { OWN_NAME, OWN_RELAYS, writeRelays } from "./ownsettings.ts";
import { readCard } from "./people.ts";
import { addPrekeys } from "./prekeys.ts";
import { routeOf } from "./routes.ts";
import { control } from "./say.ts";

/** An RSA key of 4096 bits, as a blob, and a little more (docs/messaging.md, "Envelopes"). */
const MAX_IDENTITY_BYTES = 560;
/** Of a device list (docs/messaging.md, "Device lists"). */
export const LIST_DAYS = 90;
const DAY_MS = 86_400_000;

/**
 * Makes the device, its certificate and, where it is the first of its SSH key, the list of devices; all of it is kept at once.
 * @throws MessengerError `not-allowed` for a profile that is somebody's already; the signer's KeyError
 */
export async function initProfile(options: InitOptions): Promise<void> {
  const { profile, environment, signer, relays, name, link, replaces = false } = options;
  if (profile.own.get() !== undefined)
    throw new MessengerError("not-allowed", "this profile has its key already");
  const [home] = relays;
  if (home === undefined) throw new MessengerError("not-allowed", "a profile needs a relay");
  if (relays.length > MAX_CARD_MAILBOXES) {
    throw new MessengerError("not-allowed", `a profile has at most ${MAX_CARD_MAILBOXES} relays`);
  }
  if (signer.publicKey.blob.length > MAX_IDENTITY_BYTES) {
    throw new MessengerError("not-allowed", "an RSA key of more than 4096 bits does not fit a first message");
  }
  const now = environment.clock.now();
  const known = link === undefined ? undefined : readLink(link, signer, now);
  const linked = replaces ? undefined : known;
  const counter = (known?.list?.counter ?? 0) + 1;
  const { own, publicKey } = await newOwnDevice(environment, signer, now);
  const list =
    linked === undefined
      ? await makeDeviceList({
          signer,
          counter,
          devices: [publicKey],
          at: now,
          ends: now + LIST_DAYS * DAY_MS,
        })
      : undefined;
  const identity = fingerprint(signer.publicKey);
  profile.transaction(() => {
    profile.own.put(own);
    if (linked?.list !== undefined) profile.own.putList(linked.list.bytes);
    else if (list !== undefined) profile.own.putList(list);
    profile.settings.set(OWN_RELAYS, writeRelays(relays));
    profile.settings.set(OWN_NAME, name);
    const me = newContact(profile, { name: OWN_CONTACT_NAME, state: "me", at: now });
    profile.identities.add({
      fingerprint: identity,
      blob: signer.publicKey.blob,
      contact: me,
      list: linked?.list?.bytes ?? list,
      counter: linked?.list?.counter ?? counter,
      pinnedAt: now,
      lookupAt: undefined,
      lookups: 0,
    });
    addPrekeys(profile, own.deviceKey, now);
    for (const relay of relays) {
      addMailbox(profile, environment.random, {
        kind: "front",
        contact: undefined,
        state: "current",
        relay: formatAddress(relay),
        now,
      });
    }
    if (linked !== undefined) askToBeConfirmed(options, me, linked);
  });
}

/** @throws MessengerError `bad-card` */
function readLink(link: Uint8Array, signer: Signer, now: number): Card {
  const card = readCard(link, now);
  if (!sameKey(card.identity, signer.publicKey))
    throw new MessengerError("bad-card", "this is the card of another SSH key");
  if (!card.isListed)
    throw new MessengerError("bad-card", "this is the card of a device that is not confirmed itself");
  return card;
}

/** The device that the card is of hears of this one, and its user can confirm it. */
function askToBeConfirmed({ profile, environment }: InitOptions, me: number, card: Card): void {
  const route = routeOf({ profile }, card);
  const contact = profile.contacts.get(me);
  if (route === undefined || contact === undefined) return;
  const device = newDeviceOf(card, route, "confirmed");
  profile.devices.add(device);
  control(
    { profile, environment, delays: DEFAULT_DELAYS },
    contact,
    device,
    { kind: "hello", body: {} },
    { lasts: true },
  );
}

/** The keys of a device, certified by the SSH key. Rejects with the signer's KeyError. */
export async function newOwnDevice(
  { random }: Pick<Environment, "random">,
  signer: Signer,
  now: number,
): Promise<{ readonly own: OwnDevice; readonly publicKey: Uint8Array }> {
  const { deviceKey, publicKey, registration } = newDevice();
  const xwingSeed = random.bytes(XWING_SEED_BYTES);
  const xwing = xwingKeyFromSeed(xwingSeed).publicKey;
  const certificate = await makeCertificate({
    signer,
    deviceKey,
    devicePublicKey: publicKey,
    xwing,
    at: now,
  });
  const own = {
    identity: signer.publicKey.blob,
    id: deviceId(publicKey),
    deviceKey,
    registration,
    xwingSeed,
    certificate,
    createdAt: now,
  };
  return { own, publicKey };
}
