/**
 * The way in, one function a stage: unseal, drop what was seen, find who it is from, decrypt, check what a first content
 * claims, and keep all of it at once. Only when this is over is the envelope acknowledged (docs/message-path.md).
 */
import { type Card, openCard } from "../format/card.ts";
import { decodePlaintext, type Plaintext } from "../format/content.ts";
import { deviceId } from "../format/deviceid.ts";
import { type Inner, openEnvelope } from "../format/envelope.ts";
import { ifWellFormed } from "../format/errors.ts";
import { sha256 } from "../format/hash.ts";
import type { Contact, Device, Invite, OwnMailbox } from "../profile/profile.ts";
import { mayReset } from "../rules/resets.ts";
import type { Outcome, Stage } from "../session/session.ts";
import { takeRefusal } from "./answers.ts";
import { endAnswer } from "./answerstate.ts";
import { type Taking, takeContent } from "./apply.ts";
import { type Context, contactOfDevice, keep, now } from "./context.ts";
import { type GuestVerdict, judgeGuest, type Refusal, refuseGuest } from "./guests.ts";
import { countUse, takeGuest } from "./invites.ts";
import { meet } from "./meet.ts";
import type { Parts } from "./parts.ts";
import { dueReceipt } from "./receipts.ts";
import { resetSession } from "./resets.ts";
import { contentKey, markSeen, seenAgain } from "./seen.ts";
import { afterDecryption } from "./sessionstate.ts";

/**
 * Resolves when the envelope is dealt with, whatever it was: it need not come again. To be called in a turn.
 * @returns what is to be said at once to a guest whose invite is closed
 */
export async function receive(
  context: Context,
  parts: Parts,
  mailbox: OwnMailbox,
  envelope: Uint8Array,
): Promise<Refusal | undefined> {
  const inner = openEnvelope(envelope, context.xwing);
  if (inner === undefined) return undefined;
  const hash = sha256(inner.ciphertext);
  if (repeatsSeen(context, hash)) return undefined;
  const sender = senderOf(context, inner);
  if (sender === undefined || !mayUse(mailbox, context, sender)) return undefined;

  const stage = context.sessions.stage();
  const outcome = await decrypt(stage, inner, sender, now(context));
  if (outcome.kind !== "ok") {
    if (mayAskAnew(inner, outcome) && sender.known !== undefined) resetSession(context, sender.known);
    return undefined;
  }
  const comesBack = outcome.isNew && inner.kind === "opening" && sender.known?.session === "answered";
  if (comesBack && sender.known !== undefined && !mayComeBack(context, sender.known)) return undefined;
  // What nobody can read is not asked for again: the next try would be the same.
  const plaintext = ifWellFormed(() => decodePlaintext(outcome.plaintext));
  if (plaintext === undefined) {
    if (sender.known?.state === "confirmed") keep(context, () => stage.apply());
    return undefined;
  }
  const card = claimedCard(context, plaintext, sender);
  if (card === "false" || (card === undefined && sender.known === undefined)) return undefined;
  if (card !== undefined && !mayUse(mailbox, context, { known: { identity: card.fingerprint } }))
    return undefined;
  const { content, hello } = plaintext;
  if (content.kind === "invite") {
    takeRefusal(context, sender.known, content);
    return undefined;
  }
  const guest = judgeGuest(context, mailbox, { hello, card, known: sender.known });
  if (guest.kind === "nothing") return undefined;
  if (guest.kind === "closed")
    return hello && card && refuseGuest(context, stage, { hello, card }, guest.what);
  takeIn(context, parts, { stage, hash, sender, plaintext, card, isNew: outcome.isNew, guest });
  return undefined;
}

/** Whom an envelope is from, by what stands in it. */
interface Sender {
  readonly id: string;
  /** 33 bytes. */
  readonly key: Uint8Array;
  readonly known: Device | undefined;
}

interface Arrival {
  readonly stage: Stage;
  readonly hash: Uint8Array;
  readonly sender: Sender;
  readonly plaintext: Plaintext;
  readonly card: Card | undefined;
  /** It began a session. */
  readonly isNew: boolean;
  readonly guest: GuestVerdict;
}

/** Who is met is kept in any case: an unknown device is news, even where nothing it says is taken in. */
function takeIn(context: Context, parts: Parts, arrival: Arrival): void {
  const { card, guest } = arrival;
  if (guest.kind === "stranger" && card !== undefined) {
    takeGuestIn(context, parts, arrival, { invite: guest.invite, card });
    return;
  }
  const device =
    card === undefined ? arrival.sender.known : keep(context, (tell) => meet(context, tell, card));
  if (device?.state !== "confirmed") return;
  const contact = contactOfDevice(context, device);
  // What a blocked contact says is as if it had never come: it may come again, when it is blocked no longer.
  if (contact === undefined || contact.state === "blocked") return;
  unlessNotTaken(context, () =>
    keep(context, (tell) => {
      if (guest.kind === "known")
        countUse(context, tell, guest.invite, { contact: contact.id, identity: device.identity });
      takeContentIn({ context, tell, parts, contact, device, isOwn: contact.state === "me" }, arrival);
    }),
  );
}

/** Somebody uses an invite: that, the new contact and what it says are kept together, or nothing is. */
function takeGuestIn(
  context: Context,
  parts: Parts,
  arrival: Arrival,
  { invite, card }: { readonly invite: Invite; readonly card: Card },
): void {
  unlessNotTaken(context, () =>
    keep(context, (tell) => {
      const device = takeGuest(context, tell, invite, card);
      const contact = device && contactOfDevice(context, device);
      if (device === undefined || contact === undefined) throw new NotTaken();
      takeContentIn({ context, tell, parts, contact, device, isOwn: false }, arrival);
    }),
  );
}

function unlessNotTaken({ room }: Context, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof NotTaken)) throw error;
    if (error.full !== undefined) room.tellFull(error.full);
  }
}

/**
 * There is no room, or no right to say this: then it is as if it had never come, and it may come again. The relay need not
 * keep it for that: nothing is confirmed, so its sender does.
 */
class NotTaken extends Error {
  /** Whose room is used up. */
  readonly full: Contact | undefined;

  constructor(full?: Contact) {
    super();
    this.full = full;
  }
}

/** The ratchet step, the content and the receipt that is owed, in one transaction. */
function takeContentIn(taking: Taking, { stage, hash, plaintext, card, isNew }: Arrival): void {
  const { context, tell, contact, device } = taking;
  const { hello, content } = plaintext;
  const before = context.profile.room.taken(contact.id);
  const key = contentKey(device.id, content.id);
  const isRepeat = seenAgain(context, key) !== undefined;
  stage.apply();
  const of = { device: device.id, contact: contact.id, id: content.id };
  markSeen(context, hash, of);
  markSeen(context, key, of);
  afterDecryption(context, tell, contact, device, { hello, card, isNew });
  if (!isRepeat && !takeContent(taking, content)) throw new NotTaken();
  if (device.session !== "answered") endAnswer(context, contact);
  dueReceipt(context, contact, device, content);
  if (!context.room.fits(tell, contact, content.kind, before)) throw new NotTaken(contact);
}

/** A ciphertext that was taken in before is owed its receipt once more. */
function repeatsSeen(context: Context, hash: Uint8Array): boolean {
  const seen = seenAgain(context, hash);
  if (seen === undefined) return false;
  const device = context.profile.devices.get(seen.device);
  const contact = device === undefined ? undefined : contactOfDevice(context, device);
  if (device !== undefined && contact !== undefined && contact.state !== "blocked") {
    keep(context, () => {
      markSeen(context, hash, { ...seen, contact: contact.id });
      dueReceipt(context, contact, device, { id: seen.id });
    });
  }
  return true;
}

function senderOf({ profile }: Context, inner: Inner): Sender | undefined {
  if (inner.kind === "opening") {
    const id = deviceId(inner.deviceKey);
    return { id, key: inner.deviceKey, known: profile.devices.get(id) };
  }
  const known = profile.devices.byShortId(inner.shortId);
  return known === undefined ? undefined : { id: known.id, key: known.key, known };
}

/** A mailbox that was made for one contact takes nothing from another one, nor from a stranger. */
function mayUse(
  mailbox: OwnMailbox,
  { profile }: Context,
  { known }: { readonly known: Pick<Device, "identity"> | undefined },
): boolean {
  if (mailbox.contact === undefined || known === undefined) return true;
  return profile.identities.get(known.identity)?.contact === mailbox.contact;
}

function decrypt(stage: Stage, inner: Inner, sender: Sender, at: number): Promise<Outcome> {
  return inner.kind === "message"
    ? stage.decrypt(sender.id, inner.ciphertext, at)
    : stage.decryptOpening(sender.id, sender.key, inner.ciphertext, at);
}

/** Only who names itself by a short id of ours can make us begin a session anew (docs/messaging.md, "Sessions"). */
function mayAskAnew(inner: Inner, outcome: Outcome): boolean {
  return (
    inner.kind !== "opening" &&
    (outcome.kind === "no-session" || outcome.kind === "unreadable" || outcome.kind === "bad-prekey")
  );
}

/**
 * A device with a session begins another one and does not name itself by a short id: it has lost what it had, or its user
 * had removed us. That is allowed as often as we would begin anew ourselves.
 */
function mayComeBack(context: Context, device: Device): boolean {
  return mayReset(device, now(context), context.delays);
}

/** The card in a first content, where all it claims holds: it is the sender's, to us, from its identity. */
function claimedCard(context: Context, { hello }: Plaintext, sender: Sender): Card | "false" | undefined {
  if (hello === undefined) return undefined;
  const card = ifWellFormed(() => openCard(hello.card, now(context)));
  if (card === undefined) return "false";
  const isTrue =
    card.deviceId === sender.id &&
    Buffer.compare(card.device, sender.key) === 0 &&
    Buffer.compare(hello.to, sha256(context.own.identity)) === 0 &&
    Buffer.compare(hello.from, sha256(card.identity.blob)) === 0;
  return isTrue ? card : "false";
}
