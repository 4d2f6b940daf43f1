/**
 * When the mailbox made for a contact changes (docs/messaging.md, "Private mailboxes").
 *
 *     current ──changeAt──▶ current + next ──all confirmed──▶ old + current ──endsAt──▶ current
 *
 * So at most two are read, and whoever comes back after a year finds one of those that were told.
 */
import type { OwnMailbox } from "../profile/profile.ts";

/**
 * `make-next`: make one in the state `next`, and tell it. `promote`: `next` becomes `current`, and `current` becomes
 * `old` and ends one TTL from now. `drop-old`: those whose end has come are read no more.
 */
export type MailboxAction = "nothing" | "make-next" | "promote" | "drop-old";

/** One of the mailboxes made for a contact. */
export type ContactMailbox = Pick<OwnMailbox, "state" | "changeAt" | "endsAt">;

/**
 * What to do now. To be asked again after each action, until there is nothing to do.
 * @param mailboxes those made for one contact
 * @param confirmedByAll whether every device of the contact that may get something has confirmed the `next` one
 */
export function mailboxStep(
  mailboxes: readonly ContactMailbox[],
  confirmedByAll: boolean,
  now: number,
): MailboxAction {
  const { current, next, old } = byState(mailboxes);
  if (old.some(({ endsAt }) => endsAt !== undefined && endsAt <= now)) return "drop-old";
  if (old.length > 0) return "nothing";
  if (next !== undefined) return confirmedByAll ? "promote" : "nothing";
  return current !== undefined && current.changeAt <= now ? "make-next" : "nothing";
}

/** When `mailboxStep` has something to do by itself; undefined: not before a confirmation comes. */
export function nextMailboxStepAt(mailboxes: readonly ContactMailbox[]): number | undefined {
  const { current, next, old } = byState(mailboxes);
  const ends = old.map(({ endsAt }) => endsAt).filter((end) => end !== undefined);
  if (ends.length > 0) return Math.min(...ends);
  return old.length > 0 || next !== undefined ? undefined : current?.changeAt;
}

function byState(mailboxes: readonly ContactMailbox[]) {
  return {
    current: mailboxes.find(({ state }) => state === "current"),
    next: mailboxes.find(({ state }) => state === "next"),
    old: mailboxes.filter(({ state }) => state === "old"),
  };
}
