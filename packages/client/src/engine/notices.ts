/** What happened to keys, told in the change log, in the conversation and as an event. */
import type { ChangeKind } from "../profile/profile.ts";
import { type Context, now, type Tell } from "./context.ts";

const NOTICE_ID_BYTES = 16;

/** What others did, or somebody in their name. What the user did himself is no news to him. */
const SHOWN: ReadonlySet<ChangeKind> = new Set([
  "device-added",
  "device-confirmed",
  "device-withdrawn",
  "lists-conflict",
  "session-reset",
  "verification-fell",
  "invite-used",
  "invite-ended",
  "room-used-up",
  "room-again",
]);

/**
 * To be called in a transaction.
 * @param about fingerprint of an identity or UUID of a device; empty where it is about neither
 */
export function notice(context: Context, tell: Tell, contact: number, what: ChangeKind, about: string): void {
  context.profile.changes.add({ at: now(context), contact, kind: what, about });
  if (SHOWN.has(what)) addLine(context, contact, what);
  tell({ type: "notice", contact, what, about });
}

/** Contents that were counted and never came. To be called in a transaction. */
export function noticeGap(
  context: Context,
  tell: Tell,
  contact: number,
  device: string,
  count: number,
): void {
  addLine(context, contact, `gap ${count}`);
  tell({ type: "notice", contact, what: "gap", about: device, count });
}

function addLine(context: Context, contact: number, what: string): void {
  const at = now(context);
  context.profile.messages.add({
    contact,
    id: context.environment.random.bytes(NOTICE_ID_BYTES),
    sender: context.own.id,
    isOwn: false,
    n: 0,
    at,
    arrivedAt: at,
    until: undefined,
    readAt: at,
    kind: "notice",
    body: Buffer.from(what, "utf8"),
    text: undefined,
    editedAt: undefined,
    isDeleted: false,
  });
}
