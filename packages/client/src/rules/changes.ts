/**
 * Who may edit, delete and react to what, and for how long (docs/messaging.md, "Changes"). The rules look at nothing but
 * what the contents say, so that every device that has both comes to the same decision.
 */
import { MAX_EMOJI_BYTES } from "../format/content.ts";
import type { Message } from "../profile/profile.ts";

const HOUR_MS = 3_600_000;

/** From the message to its edit, by the clocks of who said both. */
export const EDIT_WITHIN_MS = 24 * HOUR_MS;
/** From the message to its deletion, likewise. */
export const DELETE_WITHIN_MS = 48 * HOUR_MS;
/** Two devices of one identity need not agree on the time. */
export const CLOCKS_DIFFER_MS = HOUR_MS;

/** What has a text to be edited. */
const EDITABLE: ReadonlySet<string> = new Set(["text", "reply", "offer"]);
/** Lines that nobody said. */
const NOTICE = "notice";

/**
 * One emoji as UTS #51 section 1.4.9 shapes it, of this Unicode version or a later one: a flag of two letters, a keycap, or
 * pictures joined, each with a skin tone, a presentation or tags.
 */
const EMOJI =
  /^(?:\p{RI}{2}|[0-9#*]\uFE0F?\u20E3|\p{ExtPict}(?:\p{EMod}|\uFE0F\u20E3?|\uFE0E|[\u{E0020}-\u{E007E}]+\u{E007F})?(?:\u200D\p{ExtPict}(?:\p{EMod}|\uFE0F)?)*)$/u;

/** The message that is to change. */
export type Said = Pick<Message, "contact" | "isOwn" | "at" | "kind" | "isDeleted" | "editedAt"> & {
  /** The counter of the edit that was applied last; where it is not kept, a second edit of one millisecond is stale. */
  readonly editedN?: number | undefined;
};

/** An edit or deletion, whosever device it came from. */
export interface Change {
  readonly contact: number;
  /** Said on this device or another own one. */
  readonly isOwn: boolean;
  /** By the clock of the device that said it. */
  readonly at: number;
  /** The counter of that device. */
  readonly n: number;
}

/**
 * Why a change is not made: somebody else said the message; too long after it; more than an hour before it; nothing
 * that changes so; it is deleted; a newer edit is there already; not one emoji.
 */
export type Refusal =
  | "not-theirs"
  | "too-late"
  | "too-early"
  | "wrong-kind"
  | "deleted"
  | "stale"
  | "not-an-emoji";

/** Whether a text is replaced. A refusal is a word too: compare with `=== true`. */
export function mayEdit(message: Said, edit: Change): true | Refusal {
  if (!isBySame(message, edit)) return "not-theirs";
  if (message.isDeleted) return "deleted";
  if (!EDITABLE.has(message.kind)) return "wrong-kind";
  const untimely = judgeTime(message, edit, EDIT_WITHIN_MS);
  if (untimely !== undefined) return untimely;
  return isNewest(message, edit) || "stale";
}

/**
 * Whether a message is deleted, for good. To delete it once more is allowed, and changes nothing.
 * A refusal is a word too: compare with `=== true`.
 */
export function mayDelete(message: Said, deletion: Change): true | Refusal {
  if (!isBySame(message, deletion)) return "not-theirs";
  if (message.kind === NOTICE) return "wrong-kind";
  return message.isDeleted || (judgeTime(message, deletion, DELETE_WITHIN_MS) ?? true);
}

/**
 * Whether a reaction takes the place of the one its identity gave before; an empty emoji takes that back. Anybody in the
 * conversation may, at any time. A refusal is a word too: compare with `=== true`.
 */
export function mayReact(
  message: Said,
  reaction: { readonly contact: number; readonly emoji: string },
): true | Refusal {
  if (message.contact !== reaction.contact) return "not-theirs";
  if (message.isDeleted) return "deleted";
  if (message.kind === NOTICE) return "wrong-kind";
  return reaction.emoji === "" || isEmoji(reaction.emoji) || "not-an-emoji";
}

/** Exactly one, of at most 32 bytes. */
export function isEmoji(text: string): boolean {
  return text.length <= MAX_EMOJI_BYTES && Buffer.byteLength(text) <= MAX_EMOJI_BYTES && EMOJI.test(text);
}

/** All devices of a contact speak for it, and all own ones for the user. */
function isBySame(message: Said, change: Change): boolean {
  return message.contact === change.contact && message.isOwn === change.isOwn;
}

function judgeTime(message: Said, change: Change, withinMs: number): "too-late" | "too-early" | undefined {
  const afterMs = change.at - message.at;
  if (afterMs < -CLOCKS_DIFFER_MS) return "too-early";
  return afterMs > withinMs + CLOCKS_DIFFER_MS ? "too-late" : undefined;
}

function isNewest({ editedAt, editedN }: Said, edit: Change): boolean {
  if (editedAt === undefined || edit.at > editedAt) return true;
  return edit.at === editedAt && editedN !== undefined && edit.n > editedN;
}
