/** The stand-in's invites: a card under a mailbox of the link's, and a word from each guest that has its secret. */
import { createHash } from "node:crypto";
import { parseAddress } from "@asfaleia/protocol";
import {
  type InviteOptions,
  type InviteView,
  MessengerError,
  makeInviteLink,
  pinPrefixOf,
  readInviteLink,
} from "../../packages/client/test/internals.ts";
import type { Post } from "./standinpost.ts";
import {
  type Content,
  hex,
  mailboxKey,
  type StandInCard,
  type StandInInvite,
  type State,
} from "./standinstate.ts";

const MINUTE = 60_000;
const WEEK = 7 * 86_400_000;
const SECRET_BYTES = 16;

/** What a link leads to. */
interface Offered {
  readonly card: StandInCard;
  /** Hashes. */
  readonly secrets: readonly string[];
}

/** The card stands under the usual mailbox: there is one for each of the secrets in it. */
export async function makeInvite(
  post: Post,
  { uses = 1, expiresMs = WEEK }: InviteOptions,
): Promise<StandInInvite> {
  const { random, clock, dial } = post.environment;
  const secret = random.bytes(SECRET_BYTES);
  const ends = Math.ceil((clock.now() + expiresMs) / MINUTE) * MINUTE;
  const { fingerprint: pin = "", ...relay } = parseAddress(post.state.own.relay);
  const link = makeInviteLink({
    relay,
    pinPrefix: pinPrefixOf(pin),
    mailbox: post.state.own.mailbox,
    secret,
    ends,
  });
  const invite = post.keep((state) => {
    const id = state.invites.length + 1;
    const made = { id, link, secret: hex(secret), uses, ends, guests: [], isRevoked: false };
    state.invites.push(made);
    return made;
  });
  dropInvites(post);
  const { own, invites } = post.state;
  const offered: Offered = { card: own, secrets: invites.map((one) => hashOf(one.secret)) };
  const to = await dial(parseAddress(post.state.own.relay), { signal: new AbortController().signal });
  try {
    const token = await to.authenticate(mailboxKey(post.state.seed));
    await to.publish(token, "invite", WEEK / 1000, Buffer.from(JSON.stringify(offered)));
  } finally {
    to.close();
  }
  return invite;
}

export function inviteViews({ state, environment }: Post): InviteView[] {
  return state.invites
    .filter(({ isRevoked }) => !isRevoked)
    .map(({ id, link, uses, guests, ends }) => ({
      id,
      link,
      uses,
      used: guests.length,
      expiresAt: ends,
      state: guests.length >= uses ? "spent" : environment.clock.now() >= ends ? "expired" : "open",
      isPublished: true,
    }));
}

/** @returns the contact */
export async function acceptInvite(post: Post, text: string): Promise<number> {
  const link = readInviteLink(text)!;
  const { random, dial } = post.environment;
  const to = await dial(link.relay, { signal: new AbortController().signal, pinPrefix: link.pinPrefix });
  let documents: Awaited<ReturnType<typeof to.lookup>>;
  try {
    const token = await to.authenticate(mailboxKey(hex(random.bytes(32))));
    documents = await to.lookup(token, link.mailbox);
  } finally {
    to.close();
  }
  const [found] = documents.filter(({ slot }) => slot === "invite");
  const offered: Offered | undefined = found && JSON.parse(Buffer.from(found.document).toString());
  const { card, secrets = [] } = offered ?? {};
  const isRight = secrets.includes(hashOf(hex(link.secret))) || post.bug === "lets-in";
  if (card?.mailbox !== link.mailbox || !isRight) throw new MessengerError("no-such-invite", "none there");
  const contact = post.keep((state) => {
    const peer = post.befriend(state, card);
    state.answers = state.answers.filter(({ identity }) => identity !== card.identity);
    state.answers.push({ identity: card.identity, secret: hex(link.secret), state: "waiting" });
    post.address(state, card, { kind: "guest", text: hex(link.secret) });
    return peer.id;
  });
  post.pump();
  return contact;
}

/** Somebody says the secret of an invite; the answer goes once, and again whenever they ask again. */
export function takeGuest(post: Post, state: State, { id, text, from }: Content): void {
  const { bug, environment } = post;
  const invite =
    state.invites.find(({ secret }) => secret === text) ?? (bug === "lets-in" ? state.invites[0] : undefined);
  if (invite === undefined || bug === "leaves-hanging") return;
  const isKnown = state.peers.some(
    ({ identity, state: is }) => identity === from.identity && is === "contact",
  );
  const isUsedUp = invite.guests.length >= invite.uses && bug !== "overuses";
  const isOver = invite.isRevoked || environment.clock.now() >= invite.ends;
  const mayCome = isKnown || !(isUsedUp || isOver);
  if (mayCome && bug !== "promises") {
    post.befriend(state, from);
    if (!invite.guests.includes(from.identity)) invite.guests.push(from.identity);
  }
  const verdict = mayCome ? "worked" : isUsedUp ? "used" : "ended";
  post.address(state, from, { kind: "receipt", text: verdict }, [id]);
}

export function takeAnswer(post: Post, state: State, { text, from }: Content): void {
  const answer = state.answers.find(({ identity }) => identity === from.identity);
  if (answer === undefined) return;
  answer.state = text === "worked" || text === "used" ? text : "ended";
  forget(state, post.bug === "remembers" ? "" : from.identity);
}

/** A week after its end nothing is left of an invite. */
export function dropInvites(post: Post): void {
  if (post.bug === "remembers-own") return;
  const { clock } = post.environment;
  for (const { id, ends } of post.state.invites) {
    clock.after(ends + WEEK - clock.now(), () => {
      post.keep((state) => {
        state.invites = state.invites.filter((invite) => invite.id !== id);
      });
    });
  }
}

/** Nobody has answered in all the time there was. */
export function endAnswer({ bug }: Post, state: State, identity: string | undefined): void {
  if (bug === "leaves-hanging") return;
  const answer = state.answers.find((one) => one.identity === identity && one.state === "waiting");
  if (answer !== undefined) answer.state = "ended";
  forget(state, identity);
}

/** Of an answer that is over no secret is kept, nor the word that had it. */
function forget(state: State, identity: string | undefined): void {
  for (const answer of state.answers) if (answer.identity === identity) answer.secret = "";
  for (const parcel of state.parcels)
    if (parcel.content.kind === "guest" && parcel.card?.identity === identity)
      Object.assign(parcel.content, { text: "" });
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
