/** What devices say to each other inside a session (docs/messaging.md, "Contents"). */
import * as v from "valibot";
import {
  BODIES,
  type Bodies,
  type ContentKind,
  contentId,
  isContentKind,
  MAX_CONTENT_BYTES,
} from "./bodies.ts";
import { MAX_CARD_BYTES } from "./card.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { FormatError } from "./errors.ts";
import { bytes, shaped, time, uint } from "./fields.ts";
import { HASH_BYTES } from "./hash.ts";
import { INVITE_PROOF_BYTES } from "./invitedocument.ts";

export {
  type Bodies,
  CONTENT_ID_BYTES,
  type ContentKind,
  FIRST_TEXT_BYTES,
  MAX_CONTENT_BYTES,
  MAX_EMOJI_BYTES,
  MAX_FILE_BYTES,
  MAX_FILE_NAME_BYTES,
  MAX_LIST_CARDS,
  MAX_PART_BYTES,
  MAX_RANGES,
  MAX_RECEIPT_IDS,
  MAX_TEXT_BYTES,
  MAX_THUMBNAIL_BYTES,
  MAX_TIMER_MS,
} from "./bodies.ts";

/** The version that is written. */
const VERSION = 1;
/** Bytes of everything that goes into one libsignal message; an opening with its card stays far below. */
export const MAX_PLAINTEXT_BYTES = MAX_CONTENT_BYTES + 32;

/** What every content has. */
interface Header {
  /** 16 random bytes. */
  readonly id: Uint8Array;
  /** Counts the contents of one device to one contact from 1; 0 in those that are not counted. */
  readonly n: number;
  /** Milliseconds since 1970, by the sender's clock. */
  readonly at: number;
  /** When it disappears. */
  readonly until?: number;
}

type KnownContent = {
  [K in ContentKind]: Header & {
    readonly v: 1;
    readonly isKnown: true;
    readonly kind: K;
    readonly body: Bodies[K];
  };
}[ContentKind];

/** Of a kind or version that came after this program: kept, and shown as 'needs a newer version'. */
export interface UnknownContent extends Header {
  readonly v: number;
  readonly isKnown: false;
  readonly kind: "unknown";
  /** What it calls its kind. */
  readonly name: string;
  readonly body: unknown;
  /** The whole map as it came. */
  readonly raw: unknown;
}

export type Content = KnownContent | UnknownContent;

/** A content of these kinds. */
export type ContentOf<K extends ContentKind> = Extract<KnownContent, { readonly kind: K }>;

/** What a first content says besides, so that it holds for this sender and this receiver only. */
export interface Hello {
  /** The sender's. */
  readonly card: Uint8Array;
  /** SHA-256 of the receiver's SSH key, as a blob. */
  readonly to: Uint8Array;
  /** SHA-256 of the sender's. */
  readonly from: Uint8Array;
  /** 16 bytes under which the receiver is to name itself to the sender from now on. */
  readonly say: Uint8Array;
  /** Shows that it answers an invite (invitedocument.ts), 32 bytes. */
  readonly invite?: Uint8Array;
}

/** What one libsignal message holds. */
export interface Plaintext {
  readonly content: Content;
  readonly hello?: Hello;
}

const HEADER = {
  id: contentId,
  n: uint(),
  at: time,
  until: v.exactOptional(time),
  kind: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/)),
  body: v.unknown(),
};
const CONTENT = v.strictObject({ v: v.literal(VERSION), ...HEADER });
/** Later versions keep these fields, and may have more. */
const LATER_CONTENT = v.looseObject({ v: uint(VERSION + 1), ...HEADER });

const HELLO = v.strictObject({
  card: bytes(1, MAX_CARD_BYTES),
  to: bytes(HASH_BYTES),
  from: bytes(HASH_BYTES),
  say: contentId,
  invite: v.exactOptional(bytes(INVITE_PROOF_BYTES)),
});
const PLAINTEXT = v.strictObject({ c: v.unknown(), h: v.exactOptional(HELLO) });

/** Said to one device, or without anybody waiting for it. */
const UNCOUNTED: ReadonlySet<string> = new Set([
  "receipt",
  "resend",
  "part",
  "request",
  "dummy",
  "hello",
  "mailbox",
  "devices",
  "profile",
  "invite",
]);

/** Whether contents of a kind are counted, so that a hole in the count shows that one was lost. */
export function isCounted(kind: ContentKind | "unknown"): boolean {
  return !UNCOUNTED.has(kind);
}

/** @throws FormatError `malformed`, `too-large` */
export function encodePlaintext({ content, hello }: Plaintext): Uint8Array {
  const h = hello === undefined ? {} : { h: shaped(HELLO, hello) };
  return capped(encodeCbor({ c: toMap(content), ...h }), MAX_PLAINTEXT_BYTES);
}

/** @throws FormatError `too-large`, `bad-cbor`, `malformed` */
export function decodePlaintext(plaintext: Uint8Array): Plaintext {
  const { c, h } = shaped(PLAINTEXT, decodeCbor(capped(plaintext, MAX_PLAINTEXT_BYTES)));
  return { content: fromMap(c), ...(h === undefined ? {} : { hello: h }) };
}

/** A content alone, to be kept, or passed on to another own device. @throws FormatError `malformed`, `too-large` */
export function encodeContent(content: Content): Uint8Array {
  return capped(encodeCbor(toMap(content)), MAX_CONTENT_BYTES);
}

/** @throws FormatError `too-large`, `bad-cbor`, `malformed` */
export function decodeContent(content: Uint8Array): Content {
  return fromMap(decodeCbor(capped(content, MAX_CONTENT_BYTES)));
}

/** A body alone, as the history keeps it. @throws FormatError `malformed`, `too-large` */
export function encodeBody<K extends keyof Bodies>(kind: K, body: Bodies[K]): Uint8Array {
  return capped(encodeCbor(checkBody(kind, body)), MAX_CONTENT_BYTES);
}

/** @throws FormatError `too-large`, `bad-cbor`, `malformed` */
export function decodeBody<K extends keyof Bodies>(kind: K, body: Uint8Array): Bodies[K] {
  return checkBody(kind, decodeCbor(capped(body, MAX_CONTENT_BYTES)));
}

function checkBody<K extends keyof Bodies>(kind: K, body: unknown): Bodies[K] {
  return (isContentKind(kind) ? shaped(BODIES[kind], body) : body) as Bodies[K];
}

function toMap(content: Content): unknown {
  if (content.kind === "unknown") return content.raw;
  const { v: version, id, n, at, until, kind, body } = content;
  const map = { v: version, id, n, at, ...(until === undefined ? {} : { until }), kind };
  return shaped(CONTENT, { ...map, body: checkBody(kind, body) });
}

function fromMap(map: unknown): Content {
  const later = v.safeParse(LATER_CONTENT, map, { abortEarly: true });
  if (later.success) return unknownContent(later.output, map);
  const { kind, body, ...rest } = shaped(CONTENT, map);
  if (!isContentKind(kind)) return unknownContent({ kind, body, ...rest }, map);
  return { ...rest, isKnown: true, kind, body: checkBody(kind, body) } as KnownContent;
}

function unknownContent(
  { v: version, id, n, at, until, kind, body }: v.InferOutput<typeof CONTENT | typeof LATER_CONTENT>,
  raw: unknown,
): UnknownContent {
  const header = { v: version, id, n, at, ...(until === undefined ? {} : { until }) };
  return { ...header, isKnown: false, kind: "unknown", name: kind, body, raw };
}

function capped(encoded: Uint8Array, maxBytes: number): Uint8Array {
  if (encoded.length > maxBytes) throw new FormatError("too-large");
  return encoded;
}
