/**
 * Replaces every key of this device. Whoever knows it is told under the old keys, once more, that another device has
 * taken its place; then the old ones are gone, and a stolen copy of them is worth nothing.
 */
import type { Signer } from "@asfaleia/identity";
import { formatAddress } from "@asfaleia/protocol";
import { openDeviceList } from "../format/devicelist.ts";
import { xwingKeyFromSeed } from "../format/xwing.ts";
import type { Device } from "../profile/profile.ts";
import { type Context, keep, now } from "./context.ts";
import { newOwnDevice } from "./init.ts";
import { newMailbox } from "./mailboxes.ts";
import { writeCard } from "./owncard.ts";
import { expectList, nextList } from "./owndevices.ts";
import { OWN_NAME, ownRelays } from "./ownsettings.ts";
import { isAnnouncement } from "./parcels.ts";
import { putList } from "./peers.ts";
import { newPrekeys } from "./prekeys.ts";
import { compose, confirmedDevices, NEVER, ownContact } from "./say.ts";
import { type Said, Speaker } from "./speaker.ts";
import { TURNS_OF_A_RESET } from "./turnings.ts";

/** A device that is told, and how. */
interface Farewell {
  readonly device: Device;
  readonly contact: number;
  readonly id: Uint8Array;
  /** Who we were to it. */
  readonly shortId: Uint8Array;
  readonly said: Said;
}

/**
 * Not to be called in a turn: signatures may wait for somebody's finger.
 * Rejects with MessengerError `not-allowed`, `not-confirmed`, the signer's KeyError, TurnsClosed; then nothing has changed.
 */
export async function renewOwnDevice(context: RenewContext, signer: Signer): Promise<void> {
  const { profile, environment, turns } = context;
  const before = profile.own.list();
  const device = await newOwnDevice(environment, signer, now(context));
  const list = await nextList(context, signer, { add: device.publicKey, remove: context.devicePublicKey });
  await turns.take(async () => {
    expectList(context, before);
    await changeTo(context, device, list);
    context.reopenKeys();
  });
}

interface RenewContext extends Context {
  /** The own keys are others now. */
  reopenKeys(): void;
}

async function changeTo(
  context: Context,
  { own, publicKey }: Awaited<ReturnType<typeof newOwnDevice>>,
  list: Uint8Array,
): Promise<void> {
  const { profile, environment } = context;
  const at = now(context);
  const prekeys = newPrekeys(profile, own.deviceKey, at);
  const fronts = ownRelays(profile).map((relay) =>
    newMailbox(environment.random, {
      kind: "front",
      contact: undefined,
      state: "current",
      relay: formatAddress(relay),
      now: at,
    }),
  );
  const card = writeCard({
    own,
    devicePublicKey: publicKey,
    xwing: xwingKeyFromSeed(own.xwingSeed).publicKey,
    ...prekeys,
    list,
    mailboxes: fronts,
    name: profile.settings.get(OWN_NAME),
  });
  const farewells = await sayFarewell(context, list, card);
  keep(context, (tell) => {
    profile.own.put(own);
    // With their mailboxes go the open invites: whoever has a copy of the old keys could take who answers.
    for (const { id } of profile.mailboxes.all()) profile.mailboxes.remove(id);
    for (const front of fronts) profile.mailboxes.add(front);
    profile.sessions.putPrekey("signed", prekeys.signed);
    profile.sessions.putPrekey("kyber", prekeys.kyber);
    profile.sessions.removePrekeysBefore(Number.MAX_SAFE_INTEGER);
    const identity = profile.identities.get(context.fingerprint);
    if (identity !== undefined) putList(context, tell, identity, openDeviceList(list));
    for (const contact of profile.contacts.all())
      for (const device of profile.devices.ofContact(contact.id)) forget(context, device);
    for (const farewell of farewells) addFarewell(context, farewell);
  });
}

/** To every device with a session, with the keys that are about to go. Nothing of it is kept but the ciphertexts. */
async function sayFarewell(context: Context, list: Uint8Array, card: Uint8Array): Promise<Farewell[]> {
  const { profile } = context;
  const speaker = new Speaker(context);
  const others = confirmedDevices(context, ownContact(context).id).map((device) => device.card);
  const farewells: Farewell[] = [];
  for (const contact of profile.contacts.all()) {
    for (const device of confirmedDevices(context, contact.id)) {
      if (device.session !== "answered" || device.sayAs === undefined) continue;
      const content = compose(
        context,
        { kind: "devices", body: { list, cards: [card, ...others] } },
        0,
        undefined,
      );
      // In the session that stands only where nothing better is to be had: somebody else may have used it up.
      const said = (await speaker.sayAnew(device, content)) ?? (await speaker.say(device, content));
      if (typeof said === "string") continue;
      farewells.push({ device, contact: contact.id, id: content.id, shortId: device.sayAs, said });
    }
  }
  return farewells;
}

/** Nobody can be spoken to under the old keys any more. */
function forget({ profile }: Context, device: Device): void {
  profile.sessions.removeSession(device.id);
  profile.devices.update(device.id, {
    session: "none",
    sayAs: undefined,
    turn: device.turn + TURNS_OF_A_RESET,
  });
  for (const delivery of profile.deliveries.openTo(device.id)) {
    if (!isAnnouncement(delivery)) profile.deliveries.update(delivery.row, { ciphertext: undefined });
  }
}

function addFarewell(context: Context, { device, contact, id, shortId, said }: Farewell): void {
  const at = now(context);
  context.profile.deliveries.add({
    id,
    contact,
    device: device.id,
    role: "control",
    content: shortId,
    ciphertext: said.ciphertext,
    isOpening: said.isOpening,
    turn: said.turn,
    state: "queued",
    attempts: 0,
    nextAt: at,
    bootId: undefined,
    acceptedAt: at,
    expiresAt: NEVER,
  });
}
