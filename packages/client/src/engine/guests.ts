/** Who writes to the mailbox of an invite: guests with the proof that they have its link, and those who are known. */
import type { Card } from "../format/card.ts";
import { encodePlaintext, type Hello } from "../format/content.ts";
import { ENVELOPE_SIZES, sealEnvelope } from "../format/envelope.ts";
import { isInviteProof } from "../format/invitedocument.ts";
import { XwingError } from "../format/xwing.ts";
import type { Device, Invite, OwnMailbox, Route } from "../profile/profile.ts";
import { inviteStanding } from "../rules/invites.ts";
import type { Stage } from "../session/session.ts";
import { type Context, now } from "./context.ts";
import type { Parcel } from "./lane.ts";
import { routeOf } from "./routes.ts";
import { compose } from "./say.ts";

/** As large as the answer that a guest gets who is taken: who watches sees no difference. */
const [, REFUSAL_BYTES] = ENVELOPE_SIZES;
/** Guests that are told, for each invite and run of the program: a relay could show us one answer for ever. */
const MAX_REFUSALS = 64;

/**
 * `usual`: it is taken in as if it had come to any mailbox. `nothing`: it is dropped. `stranger`, `known`: it uses the
 * invite. `closed`: it would have.
 */
export type GuestVerdict =
  | { readonly kind: "usual" | "nothing" }
  | { readonly kind: "stranger" | "known"; readonly invite: Invite }
  | { readonly kind: "closed"; readonly what: "used" | "ended" };

export interface Arrived {
  readonly hello: Hello | undefined;
  /** The one in `hello`, of which everything was checked. */
  readonly card: Card | undefined;
  readonly known: Device | undefined;
}

export function judgeGuest(
  context: Context,
  mailbox: OwnMailbox,
  { hello, card, known }: Arrived,
): GuestVerdict {
  const { profile } = context;
  if (mailbox.kind !== "invite") return { kind: "usual" };
  const fingerprint = card?.fingerprint ?? known?.identity ?? "";
  const identity = profile.identities.get(fingerprint);
  const state = identity && profile.contacts.get(identity.contact)?.state;
  const isStranger = state === undefined || state === "request";
  const invite = profile.invites.ofMailbox(mailbox.id);
  const isAnswer =
    invite !== undefined &&
    card !== undefined &&
    hello?.invite !== undefined &&
    isInviteProof(hello.invite, { secret: invite.secret, mailbox: mailbox.fingerprint }, card.device);
  if (!isAnswer) return { kind: isStranger ? "nothing" : "usual" };
  const standing = inviteStanding(invite, now(context));
  // Whoever has used it and was removed does not come back by it.
  const mayUse = standing === "open" && !profile.invites.wasUsedBy(invite.id, fingerprint);
  if (!isStranger) return mayUse && state === "contact" ? { kind: "known", invite } : { kind: "usual" };
  if (mayUse) return { kind: "stranger", invite };
  return { kind: "closed", what: standing === "open" || standing === "spent" ? "used" : "ended" };
}

/** Something that is said once and kept nowhere. */
export interface Refusal {
  readonly route: Route;
  readonly parcel: Parcel;
}

/**
 * Tells a guest that the invite is closed, in the session that its answer has begun. Nothing of that session is kept here.
 * @returns undefined where there is no way to it
 */
export async function refuseGuest(
  context: Context,
  stage: Stage,
  { hello, card }: { readonly hello: Hello; readonly card: Card },
  what: "used" | "ended",
): Promise<Refusal | undefined> {
  const route = routeOf(context, card);
  if (route === undefined) return undefined;
  const content = compose(context, { kind: "invite", body: { what } }, 0, undefined);
  const { ciphertext, isOpening } = await stage.encrypt(
    card.deviceId,
    encodePlaintext({ content }),
    now(context),
  );
  if (isOpening) return undefined;
  const envelope = (): Uint8Array | undefined => {
    try {
      const inner = { kind: "message", shortId: hello.say, ciphertext } as const;
      return sealEnvelope(inner, card.xwing, { size: REFUSAL_BYTES });
    } catch (error) {
      // The key on the card is none.
      if (error instanceof XwingError) return undefined;
      throw error;
    }
  };
  return { route, parcel: { envelope, taken: () => {}, failed: () => {} } };
}

/** How many guests were told. */
export class Refusals {
  readonly #counts = new Map<number, number>();

  /** Whether one more may be told, for an invite's mailbox; it is counted. */
  mayTell(mailbox: number): boolean {
    const count = this.#counts.get(mailbox) ?? 0;
    this.#counts.set(mailbox, count + 1);
    return count < MAX_REFUSALS;
  }
}
