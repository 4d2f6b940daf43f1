/** What time does to a profile: messages disappear, deliveries are given up, and what nobody needs any more goes. */
import { retainedSince } from "../rules/retention.ts";
import { type Context, keep, now, type Tell } from "./context.ts";
import { MOST_CHANGE_MS } from "./mailboxes.ts";
import { TTL_MS, tendPrekeys } from "./prekeys.ts";
import { tellState } from "./receipts.ts";
import { UNREACHABLE_MS } from "./redial.ts";
import { furthest, messageView } from "./views.ts";

const HOUR_MS = 3_600_000;
/** Settled deliveries are kept this long, for `status` to tell of each device. */
const SETTLED_KEPT_MS = 4 * TTL_MS;

/** Of one kind in one transaction: messages that leave the search index take a tenth of a millisecond each. */
const BATCH = 500;

/** Removes what has disappeared, gives up what was sent for too long. To be called in a turn. @returns when to look again */
export function expire(context: Context): number | undefined {
  const { messages, deliveries } = context.profile;
  const at = now(context);
  const isDue = (time: number | undefined): boolean => time !== undefined && time <= at;
  if (isDue(messages.nextExpiry()) || isDue(deliveries.nextExpiry())) {
    keep(context, (tell) => {
      for (const message of messages.removeExpired(at, BATCH)) {
        tell({ type: "changed", message: { ...messageView(context, message), text: "", deleted: true } });
      }
      giveUp(context, tell);
    });
  }
  return earliest(messages.nextExpiry(), deliveries.nextExpiry());
}

function giveUp(context: Context, tell: Tell): void {
  const { deliveries } = context.profile;
  for (const { row, contact, id } of deliveries.expired(now(context), BATCH)) {
    const before = furthest(deliveries.ofContent(contact, id));
    deliveries.update(row, {
      state: "expired",
      content: new Uint8Array(0),
      ciphertext: undefined,
      nextAt: undefined,
    });
    tellState(context, tell, contact, id, before);
  }
}

/** The hourly round: prekeys, retention, marks and leftovers. To be called in a turn. @returns when to look again */
export function tidy(context: Context): number {
  const { profile, own, delays } = context;
  const at = now(context);
  let isMore = false;
  keep(context, () => {
    tendPrekeys(profile, own.deviceKey, at);
    catchUp(context, at);
    profile.seen.removeEnded(at);
    profile.deliveries.removeSettledBefore(at - delays.expireMs - SETTLED_KEPT_MS);
    for (const contact of profile.contacts.all()) {
      const since = retainedSince(at, contact.retentionMs);
      if (since !== undefined && profile.messages.removeArrivedBefore(contact.id, since, BATCH) === BATCH)
        isMore = true;
    }
    for (const file of profile.files.open()) {
      if (at - file.createdAt <= delays.expireMs) continue;
      profile.files.update(file.contact, file.id, "cancelled");
      profile.files.removeParts(file.contact, file.id);
    }
  });
  return isMore ? at : at + HOUR_MS;
}

/** No wait is longer than the longest there is: what was put off while the clock was ahead comes in its time. */
function catchUp({ profile, delays }: Context, at: number): void {
  profile.deliveries.hasten(at + 2 * delays.resendMostMs);
  profile.receipts.hasten(at + 2 * delays.resendMostMs);
  profile.identities.hasten(at + 2 * delays.lookupMostMs);
  profile.invites.hasten(at + 2 * UNREACHABLE_MS);
  profile.answers.hasten(at + 2 * delays.lookupMostMs);
  for (const { id, changeAt, endsAt } of profile.mailboxes.all()) {
    if (changeAt > at + MOST_CHANGE_MS) profile.mailboxes.update(id, { changeAt: at + MOST_CHANGE_MS });
    if (endsAt !== undefined && endsAt > at + TTL_MS) profile.mailboxes.update(id, { endsAt: at + TTL_MS });
  }
}

export function earliest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
