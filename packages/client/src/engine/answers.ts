/** Somebody else's invite, answered: who invites becomes a contact at once, and hears of us where the invite says. */
import { formatAddress, parseAddress } from "@asfaleia/protocol";
import { type Card, openCard } from "../format/card.ts";
import type { ContentOf } from "../format/content.ts";
import { FormatError, ifWellFormed } from "../format/errors.ts";
import { CLOCK_SKEW_MS } from "../format/fields.ts";
import { type Invite, pinPrefixOf, readInviteLink } from "../format/invite.ts";
import { INVITE_SLOT, type InviteDocument, openInvite } from "../format/invitedocument.ts";
import { LinkError } from "../link/errors.ts";
import type { Link } from "../link/link.ts";
import { hasPinPrefix } from "../link/proof.ts";
import { MessengerError } from "../messenger.ts";
import type { Answer, Device } from "../profile/profile.ts";
import { mayDial } from "../rules/dialling.ts";
import { lookupDelay } from "../rules/resend.ts";
import { sayAgain } from "./again.ts";
import { closeAnswer, restart } from "./answerstate.ts";
import { type Context, contactOfDevice, keep, now, type Tell } from "./context.ts";
import { MAILBOX_SEED_BYTES, mailboxSigner } from "./mailboxkey.ts";
import { isConfirmed } from "./owndevices.ts";
import { ownRelays } from "./ownsettings.ts";
import { addCard, contactOf, readCard } from "./people.ts";
import { control } from "./say.ts";

/** What a relay has of an invite, and which relay that is. */
export interface Found {
  /** Undefined where nothing there was made with the link's secret. */
  readonly document: InviteDocument | undefined;
  /** The relay's address with the whole pin. */
  readonly relay: string;
}

/**
 * Fetches the card of an invite, makes its owner a contact, and has a hello go to the invite's mailbox.
 * Not to be called in a turn.
 * @returns the contact's id
 * @throws MessengerError `bad-invite`, `invite-ended`, `invite-used`, `no-such-invite`, `bad-card`, `not-confirmed`,
 *   `not-allowed`, `name-taken`, `bad-name`; LinkError, RefusedError where the relay cannot be asked
 */
export async function acceptInvite(
  context: Context,
  link: string,
  name: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  const invite = readLink(link);
  if (now(context) > invite.ends + CLOCK_SKEW_MS) throw closedError("ended");
  if (!isConfirmed(context))
    throw new MessengerError("not-confirmed", "another device of this SSH key must confirm this one first");
  if (!mayDial(invite.relay, ownRelays(context.profile)))
    throw new MessengerError("bad-invite", "the invite leads to no relay on the network");
  const { document, relay } = await findInvite(context, invite, signal);
  if (document === undefined)
    throw new MessengerError(
      "no-such-invite",
      "the relay has no such invite: it has ended, or the relay was started anew and gets it again when its maker is online",
    );
  if (document.state !== "open") throw closedError(document.state);
  const card = readCard(document.card, now(context));
  if (!isCardOf(card, invite.mailbox, relay))
    throw new MessengerError("bad-card", "the card behind this invite is not one that belongs to it");
  return context.turns.take(() =>
    keep(context, (tell) => answer(context, tell, { invite, relay, card, name })),
  );
}

/** The invite that a content of the other side says is closed; nothing more is said to them. To be called in a turn. */
export function takeRefusal(
  context: Context,
  device: Device | undefined,
  { body }: ContentOf<"invite">,
): void {
  const contact = device && contactOfDevice(context, device);
  if (device === undefined || contact === undefined || device.session === "answered") return;
  if (context.profile.answers.get(contact.id) === undefined) return;
  keep(context, (tell) => {
    closeAnswer(context, tell, contact.id, body.what);
    // They have kept nothing of the session: another invite begins a new one.
    restart(context, device);
  });
}

/**
 * Asks a relay for an invite's document, under a key drawn for it.
 * Rejects with LinkError (`relay-key-changed` for another relay than the link names), RefusedError, the signal's reason.
 */
export async function findInvite(context: Context, invite: Invite, signal: AbortSignal): Promise<Found> {
  const { environment } = context;
  const link = await dialInvite(context, invite, signal);
  try {
    const relay = formatAddress({ ...invite.relay, fingerprint: link.relay.fingerprint });
    const token = await link.authenticate(mailboxSigner(environment.random.bytes(MAILBOX_SEED_BYTES)));
    for (const { slot, document } of await link.lookup(token, invite.mailbox)) {
      if (slot !== INVITE_SLOT) continue;
      // Without the secret nobody makes anything that opens, and without the mailbox key nothing that is believed.
      const opened = ifWellFormed(() => openInvite(document, invite));
      if (opened !== undefined) return { document: opened, relay };
    }
    return { document: undefined, relay };
  } finally {
    link.close();
  }
}

/** The invite that an answer was made for, as its link said it. */
export function inviteOfAnswer({ relay, mailbox, secret, expiresAt }: Answer): Invite {
  const { fingerprint: pin = "", ...place } = parseAddress(relay);
  return { relay: place, pinPrefix: pinPrefixOf(pin), mailbox, secret, ends: expiresAt };
}

/** The card in a document, where it is good now and belongs to the invite. */
export function cardOfAnswer(context: Context, bytes: Uint8Array, answer: Answer): Card | undefined {
  const card = ifWellFormed(() => openCard(bytes, now(context)));
  return card !== undefined && isCardOf(card, answer.mailbox, answer.relay) ? card : undefined;
}

/** Whatever way to relays the program has: no other relay than that of the link is told anything. */
async function dialInvite({ environment }: Context, invite: Invite, signal: AbortSignal): Promise<Link> {
  const link = await environment.dial(invite.relay, { signal, pinPrefix: invite.pinPrefix });
  if (hasPinPrefix(link.relay.fingerprint, invite.pinPrefix)) return link;
  link.close();
  throw new LinkError("relay-key-changed");
}

function answer(
  context: Context,
  tell: Tell,
  taking: {
    readonly invite: Invite;
    readonly relay: string;
    readonly card: Card;
    readonly name: string | undefined;
  },
): number {
  const { profile, environment, delays } = context;
  const { invite, relay, card, name } = taking;
  if (card.fingerprint === context.fingerprint)
    throw new MessengerError("not-allowed", "this is an invite of your own");
  const known = profile.identities.get(card.fingerprint);
  if (known !== undefined && contactOf(context, known.contact).state === "blocked")
    throw new MessengerError("not-allowed", "this contact is blocked");
  const before = known && profile.answers.get(known.contact);
  const isRepeat = before?.mailbox === invite.mailbox && before.state === "waiting";
  if (isRepeat && name === undefined) return before.contact;
  const contact = addCard(context, tell, card.bytes, name);
  const device = profile.devices.get(card.deviceId);
  // Who talks to us already need not be told by an invite.
  if (device?.state !== "confirmed" || device.session === "answered") return contact.id;
  profile.answers.put({
    contact: contact.id,
    relay,
    mailbox: invite.mailbox,
    secret: invite.secret,
    expiresAt: invite.ends,
    state: "waiting",
    lookAt: now(context) + lookupDelay(1, environment.random.fraction(), delays),
    looks: 0,
  });
  profile.devices.update(device.id, { route: { relay, mailbox: invite.mailbox } });
  control(context, contact, device, { kind: "hello", body: {} });
  // What was said before, to another mailbox or invite, goes with the proof that is asked for here.
  sayAgain(context, device.id);
  return contact.id;
}

/** @throws MessengerError `bad-invite` */
function readLink(text: string): Invite {
  try {
    const invite = readInviteLink(text);
    if (invite !== undefined) return invite;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new MessengerError("bad-invite", "the invite link is damaged, or cut; copy all of it");
  }
  throw new MessengerError("bad-invite", "this is no invite link; one looks like asfaleia://host/i#…");
}

/** Whether the way to a device leads to the invite: whoever made the document could name any other place. */
function isCardOf(card: Card, mailbox: string, relay: string): boolean {
  const [first] = card.mailboxes;
  return card.isListed && first?.mailbox === mailbox && first.relay === relay;
}

function closedError(state: "used" | "ended"): MessengerError {
  return state === "used"
    ? new MessengerError("invite-used", "this invite was used already; ask for a new one")
    : new MessengerError("invite-ended", "this invite has ended; ask for a new one");
}
