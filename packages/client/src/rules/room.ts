/** How much of the disk what others say may take (docs/messaging.md, "Room"). Everything is in bytes. */
import type { ContactState } from "../profile/profile.ts";

const MEBIBYTE = 1024 * 1024;

/** Of one contact, and left free of the disk, unless the user sets something else. In MiB, as they are set. */
export const DEFAULT_QUOTA = 1024;
export const DEFAULT_RESERVE = 256;
/** Of a small disk this part at most is left free. */
const RESERVE_PART = 8;
/** A stranger's hundred messages take half of it, with what is remembered of them. */
const REQUEST_BYTES = 4 * MEBIBYTE;
/**
 * What is no line of a conversation (receipts, mailboxes, reactions) has an eighth more, also of what is taken where the room
 * has shrunk below that: a contact that is full confirms what it gets.
 */
const BESIDES_LINES = 9 / 8;
/** A disk that was short has to have so much more free before it goes on: not to change with each message. */
const FREE_AGAIN = 9 / 8;
/** So much of its room is free before a contact that was full goes on, */
const ROOM_AGAIN_PART = 8;
/** and at least as much as the longest line takes: what was refused would be refused again, and asked for again. */
const LONGEST_LINE = MEBIBYTE / 2;

/** How things stand on the disk. */
export interface Disk {
  readonly quota: number;
  readonly reserve: number;
  /** Infinity where there is no disk. */
  readonly free: number;
}

/**
 * @param mebibytes as they are set
 * @param disk where the profile is, undefined where it is nowhere; `spare`: what its file holds that is of no use any more
 */
export function diskOf(
  mebibytes: { readonly quota: number; readonly reserve: number },
  disk: { readonly free: number; readonly size: number } | undefined,
  spare: number,
): Disk {
  return {
    quota: mebibytes.quota * MEBIBYTE,
    reserve: Math.min(mebibytes.reserve * MEBIBYTE, (disk?.size ?? Number.POSITIVE_INFINITY) / RESERVE_PART),
    free: disk === undefined ? Number.POSITIVE_INFINITY : disk.free + spare,
  };
}

/** Whether nothing at all is taken in. @param wasShort whether that was so a moment ago */
export function isDiskShort({ free, reserve }: Disk, wasShort: boolean): boolean {
  return free < (wasShort ? reserve * FREE_AGAIN : reserve);
}

/**
 * What may be taken by all that one contact has said: its quota, and never more than is still free. So whoever takes the
 * most is the first to be stopped when a disk fills, and nobody can fill it for the others.
 */
export function roomOf(state: ContactState, { quota, reserve, free }: Disk): number {
  if (state === "me") return Number.POSITIVE_INFINITY;
  return Math.min(state === "request" ? REQUEST_BYTES : quota, free - reserve);
}

/**
 * Whether something is taken in.
 * @param taken by all of the contact, before it and with it
 * @param fullAt what had been taken when the contact became full; undefined where it is not
 */
export function fits(
  taken: { readonly before: number; readonly after: number },
  room: number,
  how: { readonly isLine: boolean; readonly fullAt: number | undefined },
): boolean {
  if (taken.after <= taken.before) return true;
  if (how.isLine) return how.fullAt === undefined && taken.after <= room;
  return taken.after <= Math.max(room, how.fullAt ?? taken.before) * BESIDES_LINES;
}

/** Whether a contact that was full has room again. */
export function hasRoomAgain(taken: number, room: number): boolean {
  return taken <= room - Math.max(room / ROOM_AGAIN_PART, LONGEST_LINE);
}
