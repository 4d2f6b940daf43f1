/** What each kind of content holds (docs/messaging.md, "Contents"). */
import { isFingerprint, MAX_KEY_BYTES } from "@asfaleia/protocol";
import * as v from "valibot";
import { MAX_CARD_BYTES } from "./card.ts";
import { MAX_DEVICE_LIST_BYTES } from "./devicelist.ts";
import { bytes, isFileName, shownName, text, uint } from "./fields.ts";
import { HASH_BYTES } from "./hash.ts";

/** Random bytes that name a content, a file, or a device to another one. */
export const CONTENT_ID_BYTES = 16;
/** UTF-8 bytes of a text. */
export const MAX_TEXT_BYTES = 65_536;
/** UTF-8 bytes of a text before the first answer, so that an opening keeps its one size. */
export const FIRST_TEXT_BYTES = 4096;
/** UTF-8 bytes of a reaction. */
export const MAX_EMOJI_BYTES = 32;
/** UTF-8 bytes of a file's name. */
export const MAX_FILE_NAME_BYTES = 255;
/** Characters of a file's media type. */
export const MAX_FILE_TYPE_CHARACTERS = 100;
/** Bytes of a file. */
export const MAX_FILE_BYTES = 100 * 1024 * 1024;
/** Bytes of one part of a file: what the largest envelope holds. */
export const MAX_PART_BYTES = 260_000;
/** Bytes of the small picture in an offer. */
export const MAX_THUMBNAIL_BYTES = 8192;
/** Ranges in one request. */
export const MAX_RANGES = 64;
/** Contents that one receipt is about. */
export const MAX_RECEIPT_IDS = 64;
/** Cards that go with a device list. */
export const MAX_LIST_CARDS = 16;
/** How long a conversation's timer may be: a year. */
export const MAX_TIMER_MS = 365 * 86_400_000;
/** Bytes of an encoded content: a part of a file and what stands around it. */
export const MAX_CONTENT_BYTES = MAX_PART_BYTES + 256;

const FINGERPRINT_CHARACTERS = 50;
const MEDIA_TYPE = /^[\x20-\x7e]{1,100}$/;

/** A content's or a file's id. */
export const contentId = bytes(CONTENT_ID_BYTES);
const said = text(1, MAX_TEXT_BYTES);
const card = bytes(1, MAX_CARD_BYTES);
const partIndex = uint(0, MAX_FILE_BYTES);
/** First and last part, both included. */
const range = v.pipe(
  v.strictTuple([partIndex, partIndex]),
  v.check(([from, to]) => from <= to),
  v.readonly(),
);

/** The schema of every kind that is known here. */
export const BODIES = {
  text: v.strictObject({ text: said }),
  reply: v.strictObject({ to: contentId, text: said }),
  reaction: v.strictObject({ to: contentId, emoji: text(0, MAX_EMOJI_BYTES) }),
  edit: v.strictObject({ to: contentId, text: said }),
  deletion: v.strictObject({ to: contentId }),
  offer: v.strictObject({
    file: contentId,
    name: v.pipe(
      v.string(),
      v.check((name) => isFileName(name, MAX_FILE_NAME_BYTES)),
    ),
    type: v.pipe(v.string(), v.regex(MEDIA_TYPE)),
    size: uint(0, MAX_FILE_BYTES),
    sha256: bytes(HASH_BYTES),
    /** Bytes of every part but the last. */
    part: uint(1, MAX_PART_BYTES),
    thumb: v.exactOptional(bytes(1, MAX_THUMBNAIL_BYTES)),
    text: v.exactOptional(said),
  }),
  request: v.strictObject({
    file: contentId,
    want: v.picklist(["start", "missing", "cancel"]),
    ranges: v.exactOptional(v.pipe(v.array(range), v.maxLength(MAX_RANGES), v.readonly())),
  }),
  part: v.strictObject({ file: contentId, index: partIndex, bytes: bytes(0, MAX_PART_BYTES) }),
  receipt: v.strictObject({
    what: v.picklist(["delivered", "read"]),
    ids: v.pipe(v.array(contentId), v.minLength(1), v.maxLength(MAX_RECEIPT_IDS), v.readonly()),
  }),
  hello: v.strictObject({}),
  mailbox: v.strictObject({ card, say: contentId }),
  devices: v.strictObject({
    list: bytes(1, MAX_DEVICE_LIST_BYTES),
    cards: v.pipe(v.array(card), v.maxLength(MAX_LIST_CARDS), v.readonly()),
  }),
  sync: v.strictObject({
    /** Fingerprint of an identity of the contact. */
    to: v.pipe(text(1, FINGERPRINT_CHARACTERS), v.check(isFingerprint)),
    /** An encoded content. */
    content: bytes(1, MAX_CONTENT_BYTES),
    /** It came from them; otherwise it was sent to them. */
    arrived: v.exactOptional(v.boolean()),
    /** What the user calls the contact, the identity itself as a blob, and a card of theirs, for an own device that does not know them yet. */
    name: v.exactOptional(shownName),
    key: v.exactOptional(bytes(1, MAX_KEY_BYTES)),
    card: v.exactOptional(card),
  }),
  resend: v.strictObject({}),
  profile: v.strictObject({ name: shownName }),
  /** 0 turns it off. */
  timer: v.strictObject({ ms: uint(0, MAX_TIMER_MS) }),
  dummy: v.strictObject({}),
  /** The invite that was answered had been used by others, or had ended. */
  invite: v.strictObject({ what: v.picklist(["used", "ended"]) }),
};

/** A kind of content that is known here. */
export type ContentKind = keyof typeof BODIES;

/** The body of each kind; of one that is not known here, whatever it is. */
export type Bodies = { readonly [K in ContentKind]: Readonly<v.InferOutput<(typeof BODIES)[K]>> } & {
  readonly unknown: unknown;
};

export function isContentKind(kind: string): kind is ContentKind {
  return Object.hasOwn(BODIES, kind);
}
