/** Pictures and files: offered, asked for, sent in parts, asked for again where parts are missing, checked whole. */
import { createHash } from "node:crypto";
import type { ContentOf } from "../format/content.ts";
import { MessengerError } from "../messenger.ts";
import type { Contact, Device, FileTransfer, Message } from "../profile/profile.ts";
import { type Context, now, type Tell } from "./context.ts";
import { confirmedDevices, control, say } from "./say.ts";
import { fileView } from "./views.ts";

/** A part with all that is around it fits the largest envelope. */
export const PART_BYTES = 256_000;
/** Of one file, unless the user sets less (docs/messaging.md, "Files"). */
export const MAX_FILE_BYTES = 100 * 1024 * 1024;
/** Of one file, however small. */
const MAX_PARTS = 1_000;
/** Ranges of one request. */
const MAX_RANGES = 64;
/** Files that others have offered and that are not settled, of one contact. */
const MAX_OFFERS = 100;

export interface OfferedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Keeps a file of the user's and offers it. To be called in a transaction. @throws MessengerError `too-large` */
export function offerFile(
  context: Context,
  contact: Contact,
  file: OfferedFile,
  until: number | undefined,
): Message | undefined {
  const { profile, environment } = context;
  if (file.bytes.length > MAX_FILE_BYTES) throw new MessengerError("too-large", "a file may have 100 MiB");
  const id = environment.random.bytes(16);
  const sha256 = createHash("sha256").update(file.bytes).digest();
  const { name, type } = file;
  const body = { file: id, name, type, size: file.bytes.length, sha256, part: PART_BYTES };
  const { content, message } = say(context, contact, { kind: "offer", body }, until);
  profile.files.add({
    id,
    contact: contact.id,
    message: content.id,
    direction: "out",
    name,
    type,
    size: file.bytes.length,
    sha256,
    partBytes: PART_BYTES,
    state: "offered",
    createdAt: now(context),
  });
  for (let index = 0; index * PART_BYTES < file.bytes.length; index++) {
    profile.files.putPart(
      contact.id,
      id,
      index,
      file.bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
    );
  }
  return message;
}

/** Somebody offers a file; one that cannot be had is a line without a file. To be called in a transaction. */
export function takeOffer(context: Context, contact: Contact, offer: ContentOf<"offer">): void {
  const { profile } = context;
  const { file: id, name, type, size, sha256, part } = offer.body;
  if (
    size > MAX_FILE_BYTES ||
    size / part > MAX_PARTS ||
    part < 1 ||
    part > PART_BYTES ||
    profile.files.get(contact.id, id) !== undefined
  )
    return;
  const open = profile.files.open().filter((file) => file.contact === contact.id && file.direction === "in");
  if (open.length >= MAX_OFFERS) return;
  profile.files.add({
    id,
    contact: contact.id,
    message: offer.id,
    direction: "in",
    name,
    type,
    size,
    sha256,
    partBytes: part,
    state: "offered",
    createdAt: now(context),
  });
}

/** Asks the device that has offered a file for the parts that are not here. To be called in a transaction. */
export function askForParts(context: Context, contact: Contact, file: FileTransfer): void {
  const device = offeringDevice(context, file);
  if (device === undefined) return;
  const ranges = missingRanges(partCount(file), context.profile.files.parts(contact.id, file.id));
  const body = { file: file.id, want: "missing" as const, ranges: ranges.slice(0, MAX_RANGES) };
  control(context, contact, device, { kind: "request", body });
}

/** Tells the other side that a file is not wanted, or not to be had. To be called in a transaction. */
export function cancelTransfer(context: Context, tell: Tell, contact: Contact, file: FileTransfer): void {
  const { profile } = context;
  profile.files.update(contact.id, file.id, "cancelled");
  profile.files.removeParts(contact.id, file.id);
  for (const device of otherSide(context, contact, file)) {
    control(context, contact, device, { kind: "request", body: { file: file.id, want: "cancel" } });
  }
  tellFile(context, tell, file);
}

/** Whom a file came from, or everybody that it was offered to. */
function otherSide(context: Context, contact: Contact, file: FileTransfer): Device[] {
  if (file.direction === "out") return confirmedDevices(context, contact.id);
  const device = offeringDevice(context, file);
  return device === undefined ? [] : [device];
}

/** A part that was asked for. To be called in a transaction. @returns whether it was wanted */
export function takePart(
  context: Context,
  tell: Tell,
  contact: Contact,
  device: Device,
  { body }: ContentOf<"part">,
): boolean {
  const { files } = context.profile;
  const file = files.get(contact.id, body.file);
  if (file?.direction !== "in" || file.state !== "accepted") return false;
  const isRight = body.index < partCount(file) && body.bytes.length === partLength(file, body.index);
  if (!isRight || files.part(contact.id, file.id, body.index) !== undefined) return false;
  files.putPart(contact.id, file.id, body.index, body.bytes);
  if (files.parts(contact.id, file.id).length === partCount(file)) finish(context, contact, device, file);
  tellFile(context, tell, file);
  return true;
}

/** All parts are here: they are the file that was offered, or they are worth nothing. */
export function finish(
  context: Context,
  contact: Contact,
  device: Device | undefined,
  file: FileTransfer,
): void {
  const { files } = context.profile;
  const hash = createHash("sha256");
  for (let index = 0; index < partCount(file); index++)
    hash.update(files.part(contact.id, file.id, index) ?? new Uint8Array(0));
  const isWhole = Buffer.compare(hash.digest(), file.sha256) === 0;
  files.update(contact.id, file.id, isWhole ? "complete" : "failed");
  if (!isWhole) files.removeParts(contact.id, file.id);
  const body = isWhole
    ? { file: file.id, want: "missing" as const, ranges: [] }
    : { file: file.id, want: "cancel" as const };
  if (device !== undefined) control(context, contact, device, { kind: "request", body });
}

export function tellFile(context: Context, tell: Tell, file: FileTransfer): void {
  const fresh = context.profile.files.get(file.contact, file.id);
  if (fresh !== undefined) tell({ type: "file", contact: file.contact, file: fileView(context, fresh) });
}

/** Bytes that are here; of an own file, all of it once somebody has the whole. */
export function transferDone({ profile }: Pick<Context, "profile">, file: FileTransfer): number {
  if (file.state === "complete") return file.size;
  if (file.direction === "out" || file.state !== "accepted") return 0;
  return Math.min(file.size, profile.files.parts(file.contact, file.id).length * file.partBytes);
}

export function partCount({ size, partBytes }: FileTransfer): number {
  return Math.ceil(size / partBytes);
}

function partLength({ size, partBytes }: FileTransfer, index: number): number {
  return Math.min(partBytes, size - index * partBytes);
}

export function offeringDevice({ profile }: Context, file: FileTransfer): Device | undefined {
  const message = profile.messages.get(file.contact, file.message);
  return message === undefined ? undefined : profile.devices.get(message.sender);
}

/** Ranges, first and last index, of what is not among `present` (in order). */
export function missingRanges(count: number, present: readonly number[]): (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  let next = 0;
  for (const index of [...present, count]) {
    if (index > next) ranges.push([next, index - 1]);
    next = index + 1;
  }
  return ranges;
}
