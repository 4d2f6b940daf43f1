/** How an invite of one's own stands (docs/messaging.md, "Invites"). Times are milliseconds since 1970. */
import type { Invite } from "../profile/profile.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How often one invite can be used. */
export const MAX_INVITE_USES = 100;
export const DEFAULT_INVITE_MS = 7 * DAY_MS;
export const MAX_INVITE_MS = 30 * DAY_MS;
/** Open invites at a time: each has a mailbox that is read. */
export const MAX_OPEN_INVITES = 100;
/** Closed ones whose mailbox is still read; the oldest go. */
export const MAX_CLOSED_INVITES = 100;
/** So long after an invite was closed, those who answer it are told so: what a relay has kept for its longest is read. */
export const INVITE_GRACE_MS = 7 * DAY_MS;

/** `spent`: used as often as it may be. `expired`: past its end. `revoked`: taken back by the user. */
export type InviteStanding = "open" | "spent" | "expired" | "revoked";

type Standing = Pick<Invite, "uses" | "used" | "spentAt" | "revokedAt" | "expiresAt">;

export function inviteStanding({ uses, used, revokedAt, expiresAt }: Standing, now: number): InviteStanding {
  if (revokedAt !== undefined) return "revoked";
  if (used >= uses) return "spent";
  return now >= expiresAt ? "expired" : "open";
}

/** When its mailbox is read no more. */
export function inviteDropsAt({ spentAt, revokedAt, expiresAt }: Standing): number {
  const never = Number.POSITIVE_INFINITY;
  return Math.min(spentAt ?? never, revokedAt ?? never, expiresAt) + INVITE_GRACE_MS;
}

/** Links tell whole minutes: the end is at one of them, and no earlier than asked for. */
export function inviteExpiry(now: number, ms: number): number {
  return Math.ceil((now + ms) / MINUTE_MS) * MINUTE_MS;
}
