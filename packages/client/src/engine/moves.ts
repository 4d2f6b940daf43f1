/** Where a device is to be written to, and which devices there are: told inside sessions. To be called in transactions. */
import { fingerprint } from "@asfaleia/identity";
import { type Card, openCard } from "../format/card.ts";
import type { ContentOf } from "../format/content.ts";
import { openDeviceList } from "../format/devicelist.ts";
import { ifWellFormed } from "../format/errors.ts";
import type { Device } from "../profile/profile.ts";
import { hurry } from "./again.ts";
import { type Context, contactOfDevice, now, type Tell } from "./context.ts";
import { learnCard, learnList } from "./peers.ts";
import { routeOf } from "./routes.ts";
import { answerControl } from "./say.ts";

/** A device names the mailbox made for us, a card of now, and the short id to say who we are by. */
export function takeMailbox(
  context: Context,
  tell: Tell,
  device: Device,
  { body, at }: ContentOf<"mailbox">,
): void {
  const card = ifWellFormed(() => openCard(body.card, now(context)));
  const route = card && routeOf(context, card);
  if (card === undefined || route === undefined || card.deviceId !== device.id) return;
  if (device.identity !== context.fingerprint) learnCard(context, tell, card, "inside");
  // One that was long on its way must not lead back to a mailbox that is not read any more.
  if (at < (context.profile.devices.get(device.id)?.routedAt ?? 0)) return;
  context.profile.devices.update(device.id, { route, routedAt: at, sayAs: body.say });
  hurry(context, device.id);
}

/** A device that is known to belong to an identity says which devices do. */
export function takeDevices(
  context: Context,
  tell: Tell,
  device: Device,
  { body }: ContentOf<"devices">,
): void {
  const { profile } = context;
  const identity = profile.identities.get(device.identity);
  const list = ifWellFormed(() => openDeviceList(body.list));
  if (identity === undefined || list === undefined || fingerprint(list.identity) !== identity.fingerprint)
    return;
  const cards = body.cards.map((bytes) => ifWellFormed(() => openCard(bytes, now(context))));
  const ofIdentity = cards.filter(
    (card): card is Card => card?.fingerprint === identity.fingerprint && card.deviceId !== context.own.id,
  );
  // First the list, so that its devices are confirmed as they are met.
  learnList(context, tell, identity, list, "inside");
  for (const card of ofIdentity) {
    const met = learnCard(context, tell, card, "inside");
    const contact = met === undefined ? undefined : contactOfDevice(context, met);
    // It learns from this that it is known here.
    if (met?.state === "confirmed" && met.session === "none" && contact !== undefined)
      answerControl(context, contact, met, { kind: "hello", body: {} });
  }
}
