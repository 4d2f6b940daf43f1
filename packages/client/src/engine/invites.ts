/** The invites of the user's own: made, taken back, and what becomes of an answer to one. */
import { type Address, formatAddress, parseAddress } from "@asfaleia/protocol";
import type { Card } from "../format/card.ts";
import { FormatError } from "../format/errors.ts";
import { INVITE_SECRET_BYTES, makeInviteLink, pinPrefixOf } from "../format/invite.ts";
import { type InviteOptions, type InviteView, MessengerError } from "../messenger.ts";
import type { Device, Invite, OwnMailbox } from "../profile/profile.ts";
import {
  DEFAULT_INVITE_MS,
  inviteDropsAt,
  inviteExpiry,
  inviteStanding,
  MAX_CLOSED_INVITES,
  MAX_INVITE_MS,
  MAX_INVITE_USES,
  MAX_OPEN_INVITES,
} from "../rules/invites.ts";
import { roundDelay } from "../rules/resend.ts";
import { newKyberPrekey, newOneTimePrekey } from "../session/keys.ts";
import { type Context, keep, now, type Tell } from "./context.ts";
import { introduce } from "./introductions.ts";
import { addMailbox } from "./mailboxes.ts";
import { meet } from "./meet.ts";
import { freeName, newContact } from "./newcontacts.ts";
import { isConfirmed } from "./owndevices.ts";
import { homeRelay } from "./ownsettings.ts";
import { pinIdentity } from "./peers.ts";
import { accept, checkedName, contactOf } from "./people.ts";

/** The engine publishes an invite if whoever made it has not come so far by then. */
const PUBLISHED_WITHIN_MS = 60_000;
/** The shortest time that an invite can be answered. */
const LEAST_MS = 60_000;

/** An invite of the user's, kept and then published. Not to be called in a turn. Throws as Messenger's. */
export async function makeInvite(context: InviteContext, options: InviteOptions): Promise<InviteView> {
  const { invitePublisher, turns } = context;
  const wish = checkedWish(context, options);
  const relay = await pinnedHome(context, invitePublisher.signal);
  const { id } = await turns.take(() => keep(context, () => addInvite(context, wish, relay)));
  await invitePublisher.publish(id);
  const view = await turns.take(() => inviteView(context, inviteOf(context, id)));
  if (view === undefined) throw new MessengerError("no-such-invite", "the invite was taken back");
  return view;
}

interface InviteContext extends Context {
  readonly invitePublisher: {
    readonly signal: AbortSignal;
    publish(id: number): Promise<void>;
  };
}

/** What is asked for, held against the limits. @throws MessengerError `not-confirmed`, `not-allowed`, `bad-name` */
function checkedWish(
  context: Context,
  options: InviteOptions,
): Required<Omit<InviteOptions, "as">> & InviteOptions {
  const { uses = 1, expiresMs = DEFAULT_INVITE_MS, as } = options;
  if (!isConfirmed(context))
    throw new MessengerError("not-confirmed", "another device of this SSH key must confirm this one first");
  if (!(Number.isInteger(uses) && uses >= 1 && uses <= MAX_INVITE_USES))
    throw new MessengerError("not-allowed", `an invite can be used 1 to ${MAX_INVITE_USES} times`);
  if (!(Number.isSafeInteger(expiresMs) && expiresMs >= LEAST_MS && expiresMs <= MAX_INVITE_MS))
    throw new MessengerError("not-allowed", "an invite lasts from a minute to 30 days");
  return { uses, expiresMs, ...(as === undefined ? {} : { as: checkedName(as) }) };
}

/** The relay for new invites, with its pin: where its address has none, it is asked. Rejects as `dial` does. */
async function pinnedHome({ profile, environment }: Context, signal: AbortSignal): Promise<Address> {
  const home = parseAddress(homeRelay(profile));
  if (home.fingerprint !== undefined) return home;
  const link = await environment.dial(home, { signal });
  link.close();
  return { ...home, fingerprint: link.relay.fingerprint };
}

/**
 * Keeps a new invite. To be called in a transaction.
 * @throws MessengerError `not-allowed`: too many are open; `too-long`: the relay's address leaves no room in a link
 */
function addInvite(
  context: Context,
  { uses, expiresMs, as }: ReturnType<typeof checkedWish>,
  relay: Address,
): Invite {
  const { profile, environment } = context;
  const at = now(context);
  const all = profile.invites.all();
  if (all.filter((invite) => inviteStanding(invite, at) === "open").length >= MAX_OPEN_INVITES)
    throw new MessengerError("not-allowed", `there are ${MAX_OPEN_INVITES} open invites; take some back`);
  const closed = all.filter((invite) => inviteStanding(invite, at) !== "open");
  for (const { mailbox } of closed.slice(0, Math.max(0, closed.length - MAX_CLOSED_INVITES)))
    profile.mailboxes.remove(mailbox);
  const mailbox = addMailbox(profile, environment.random, {
    kind: "invite",
    contact: undefined,
    state: "current",
    relay: formatAddress(relay),
    now: at,
  });
  const expiresAt = inviteExpiry(at, expiresMs);
  const id = profile.invites.add({
    mailbox: mailbox.id,
    secret: environment.random.bytes(INVITE_SECRET_BYTES),
    uses,
    used: 0,
    as,
    once: uses === 1 ? addOncePrekeys(context, expiresAt) : undefined,
    createdAt: at,
    expiresAt,
    spentAt: undefined,
    revokedAt: undefined,
    published: undefined,
    publishAt: at + PUBLISHED_WITHIN_MS,
  });
  const invite = inviteOf(context, id);
  linkOf(invite, mailbox);
  return invite;
}

/** Prekeys that serve the first who answers. They are counted as made when the invite ends, so that they last so long. */
function addOncePrekeys({ profile, own }: Context, expiresAt: number): number {
  const id = profile.sessions.highestPrekeyId() + 1;
  profile.sessions.putPrekey("once", { id, record: newOneTimePrekey(id).record, createdAt: expiresAt });
  const { record } = newKyberPrekey(id + 1, own.deviceKey, expiresAt);
  profile.sessions.putPrekey("kyber-once", { id: id + 1, record, createdAt: expiresAt });
  return id;
}

/** @throws MessengerError `no-such-invite` */
function inviteOf({ profile }: Pick<Context, "profile">, id: number): Invite {
  const invite = profile.invites.get(id);
  if (invite === undefined) throw new MessengerError("no-such-invite", "there is no such invite");
  return invite;
}

/** Nobody can use it any more; those who try are told. To be called in a transaction. @throws MessengerError `no-such-invite` */
export function revokeInvite(context: Context, id: number): void {
  const at = now(context);
  const invite = inviteOf(context, id);
  if (invite.revokedAt !== undefined) throw new MessengerError("no-such-invite", "there is no such invite");
  context.profile.invites.update(id, { revokedAt: at, publishAt: at });
}

/** Oldest first; those that were taken back are left out. */
export function inviteViews(context: Context): InviteView[] {
  const views = context.profile.invites.all().map((invite) => inviteView(context, invite));
  return views.filter((view) => view !== undefined);
}

/** @returns undefined for one that was taken back */
function inviteView(context: Context, invite: Invite): InviteView | undefined {
  const state = inviteStanding(invite, now(context));
  const mailbox = context.profile.mailboxes.get(invite.mailbox);
  if (state === "revoked" || mailbox === undefined) return undefined;
  const { id, uses, used, expiresAt, as, published } = invite;
  return {
    id,
    link: linkOf(invite, mailbox),
    uses,
    used,
    expiresAt,
    ...(as === undefined ? {} : { as }),
    state,
    isPublished: published !== undefined,
  };
}

/** What a link of an invite says. */
export function boundTo({ secret, expiresAt }: Invite, { relay, fingerprint }: OwnMailbox) {
  const { fingerprint: pin = "", ...place } = parseAddress(relay);
  return { relay: place, pinPrefix: pinPrefixOf(pin), mailbox: fingerprint, secret, ends: expiresAt };
}

function linkOf(invite: Invite, mailbox: OwnMailbox): string {
  try {
    return makeInviteLink(boundTo(invite, mailbox));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new MessengerError("too-long", "the relay's address is too long for an invite link");
  }
}

/**
 * Whoever has answered an open invite becomes a contact, under the name that was given for it.
 * To be called in the transaction that takes the answer in.
 * @param card a stranger's, or of somebody who waits among the requests
 * @returns undefined where its device is not on its own list, or there is no room
 */
export function takeGuest(context: Context, tell: Tell, invite: Invite, card: Card): Device | undefined {
  const { profile } = context;
  const known = profile.identities.get(card.fingerprint);
  const name = freeName(profile, invite.as ?? card.name);
  const contact = known?.contact ?? newContact(profile, { name, state: "contact", at: now(context) });
  if (known !== undefined) accept(context, contactOf(context, contact), name);
  else
    pinIdentity(context, tell, {
      contact,
      fingerprint: card.fingerprint,
      blob: card.identity.blob,
      lookupAt: undefined,
    });
  const device = meet(context, tell, card);
  if (device?.state !== "confirmed") return undefined;
  if (known === undefined) introduce(context, contactOf(context, contact));
  countUse(context, tell, invite, { contact, identity: card.fingerprint });
  return device;
}

/** To be called in a transaction. @param by who has answered; each identity counts once */
export function countUse(
  context: Context,
  tell: Tell,
  invite: Invite,
  by: { readonly contact: number; readonly identity: string },
): void {
  const { profile, environment, delays } = context;
  const at = now(context);
  const used = invite.used + 1;
  profile.invites.addUse(invite.id, by.identity);
  // What it is published as changes a while later: whoever watches must not see by the minute when an answer was read.
  const close =
    used >= invite.uses
      ? { spentAt: at, publishAt: at + roundDelay(environment.random.fraction(), delays) }
      : {};
  profile.invites.update(invite.id, { used, ...close });
  const state = inviteStanding({ ...invite, used }, at);
  if (state !== "revoked") tell({ type: "invite", id: invite.id, contact: by.contact, state });
}

/** Drops invites that are over for good. To be called in a turn. @returns when to look again */
export function dropInvites(context: Context): number | undefined {
  const { profile } = context;
  const at = now(context);
  const all = profile.invites.all();
  const over = all.filter((invite) => inviteDropsAt(invite) <= at);
  if (over.length > 0) {
    keep(context, () => {
      // With the mailbox goes the invite.
      for (const { mailbox } of over) profile.mailboxes.remove(mailbox);
    });
  }
  const ends = all.map(inviteDropsAt).filter((end) => end > at);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
