/** The cards of this device: one for everybody, and one for every contact with the mailbox made for it. */
import { type CardFields, makeCard } from "../format/card.ts";
import type { Hello } from "../format/content.ts";
import { sha256 } from "../format/hash.ts";
import { inviteProof } from "../format/invitedocument.ts";
import type { Contact, Device, Invite, OwnDevice, OwnMailbox, Prekey } from "../profile/profile.ts";
import { kyberPrekeyFromRecord, oneTimePrekeyFromRecord, signedPrekeyFromRecord } from "../session/keys.ts";
import type { Context } from "./context.ts";
import { now } from "./context.ts";
import { mailboxFor } from "./mailboxes.ts";
import { OWN_NAME } from "./ownsettings.ts";
import { cardEnds } from "./prekeys.ts";

/** A short id (docs/messaging.md, "Envelopes"). */
export const SHORT_ID_BYTES = 16;

/** The card that is published, or given to people by hand. */
export function frontCard(context: Context): Uint8Array {
  return cardWith(context, frontMailboxes(context));
}

/** The card that one contact gets inside a session, with the mailbox made for it. */
export function cardFor(context: Context, contact: Contact): Uint8Array {
  return cardWith(context, [newestMailbox(context, contact.id)]);
}

/** The card of an invite, with its mailbox; one that can be used once has prekeys that serve the first who does. */
export function inviteCard(context: Context, { once }: Invite, mailbox: OwnMailbox): Uint8Array {
  const { sessions } = context.profile;
  const record = once === undefined ? undefined : sessions.oneTimePrekey(once);
  const kyberRecord = once === undefined ? undefined : sessions.kyberPrekey(once + 1);
  if (record === undefined || kyberRecord === undefined) return cardWith(context, [mailbox]);
  const { id, key } = oneTimePrekeyFromRecord(record);
  const { id: kyberId, key: kyber, signature: kyberSignature } = kyberPrekeyFromRecord(kyberRecord);
  return cardWith(context, [mailbox], { id, key, kyberId, kyber, kyberSignature });
}

/** What a first content says besides, and a short id for the device to name itself by. To be called in a transaction. */
export function helloFor(context: Context, contact: Contact, device: Device): Hello {
  const { profile, own } = context;
  const identity = profile.identities.get(device.identity);
  if (identity === undefined) throw new Error("a device without its identity");
  const answer = profile.answers.get(contact.id);
  const isGuest = answer?.state === "waiting" && answer.mailbox === device.route.mailbox;
  return {
    // Own devices pass the card on to others, who are to have a way to this device too.
    card: contact.state === "me" ? frontCard(context) : cardFor(context, contact),
    to: sha256(identity.blob),
    from: sha256(own.identity),
    say: shortIdFor(context, device),
    ...(isGuest ? { invite: inviteProof(answer, context.devicePublicKey) } : {}),
  };
}

/** The short id that a device was told last, or a new one. */
export function shortIdFor(context: Context, device: Device): Uint8Array {
  return context.profile.devices.newestShortId(device.id) ?? newShortId(context, device);
}

export function newShortId(context: Context, device: Device): Uint8Array {
  const shortId = context.environment.random.bytes(SHORT_ID_BYTES);
  context.profile.devices.addShortId(shortId, device.id, now(context));
  return shortId;
}

/** Where a contact is to write from now on. */
export function newestMailbox(context: Context, contact: number): OwnMailbox {
  const next = context.profile.mailboxes.ofContact(contact).find(({ state }) => state === "next");
  return next ?? mailboxFor(context, contact);
}

/** Milliseconds since 1970 at which a card that is made now ends. */
export function ownCardEnds({ profile }: Context): number {
  return cardEnds(profile.sessions.newestPrekey("signed")?.createdAt ?? 0);
}

function frontMailboxes({ profile }: Context): OwnMailbox[] {
  return profile.mailboxes.all().filter(({ kind, state }) => kind === "front" && state === "current");
}

function cardWith(context: Context, mailboxes: readonly OwnMailbox[], once?: CardFields["once"]): Uint8Array {
  const { profile, own, xwing, devicePublicKey } = context;
  const signed = profile.sessions.newestPrekey("signed");
  const kyber = profile.sessions.newestPrekey("kyber");
  if (signed === undefined || kyber === undefined) throw new Error("a device without prekeys");
  const name = profile.settings.get(OWN_NAME);
  return writeCard({
    own,
    devicePublicKey,
    xwing: xwing.publicKey,
    signed,
    kyber,
    list: profile.own.list(),
    mailboxes,
    name,
    once,
  });
}

/** What a card is made of. */
export interface CardParts {
  readonly own: Pick<OwnDevice, "deviceKey" | "registration" | "certificate">;
  readonly devicePublicKey: Uint8Array;
  readonly xwing: Uint8Array;
  readonly signed: Prekey;
  readonly kyber: Prekey;
  readonly list: Uint8Array | undefined;
  readonly mailboxes: readonly Pick<OwnMailbox, "relay" | "fingerprint">[];
  readonly name: string | undefined;
  readonly once?: CardFields["once"] | undefined;
}

export function writeCard(parts: CardParts): Uint8Array {
  const { own, devicePublicKey, xwing, signed, kyber, list, mailboxes, name, once } = parts;
  const fields: CardFields = {
    device: devicePublicKey,
    registration: own.registration,
    signed: signedPrekeyFromRecord(signed.record),
    kyber: kyberPrekeyFromRecord(kyber.record),
    xwing,
    certificate: own.certificate,
    ...(list === undefined ? {} : { list }),
    mailboxes: mailboxes.map(({ relay, fingerprint }) => ({ relay, mailbox: fingerprint })),
    ...(name === undefined ? {} : { name }),
    ...(once === undefined ? {} : { once }),
    ends: cardEnds(signed.createdAt),
  };
  return makeCard(fields, own.deviceKey);
}
