/** Invite links: all that it takes to become contacts, short enough to be read out or drawn (docs/messaging.md, "Invites"). */
import {
  type Address,
  formatAddress,
  isFingerprint,
  PORT,
  ProtocolError,
  parseAddress,
} from "@asfaleia/protocol";
import { FormatError } from "./errors.ts";

/** Characters of a link. */
export const MAX_INVITE_CHARACTERS = 159;
/** The same where the relay is an onion service, or a socket in the file system. */
export const MAX_LONG_INVITE_CHARACTERS = 199;
/** Bytes of the secret. */
export const INVITE_SECRET_BYTES = 16;
/** Bytes of the relay's fingerprint: its first half. */
export const INVITE_PREFIX_BYTES = 16;

const VERSION = 1;
const HASH_BYTES = 32;
const MINUTE_MS = 60_000;
const MAX_MINUTES = 0xffff_ffff;
/** The version, half a fingerprint, a whole one, the secret, four bytes of time: 92 characters of base64url without padding. */
const PAYLOAD_BYTES = 1 + INVITE_PREFIX_BYTES + HASH_BYTES + INVITE_SECRET_BYTES + 4;
const PREFIX_AT = 1;
const MAILBOX_AT = PREFIX_AT + INVITE_PREFIX_BYTES;
const SECRET_AT = MAILBOX_AT + HASH_BYTES;
const ENDS_AT = SECRET_AT + INVITE_SECRET_BYTES;

/** Longer text is no link, whatever white space is in it. */
const MAX_PASTED_CHARACTERS = 1_024;
const MARK = "/i#";
/** An address may end in `/i` and have a pin behind it: that begins otherwise. */
const LIKE_INVITE = /^asfaleia(?::\/\/|\+unix:)[^#]*\/i#(?!SHA256:)/;

/** What a link says. */
export interface Invite {
  /** Where the invite is, without a pin. */
  readonly relay: Address;
  /** The first 16 bytes of the hash that the relay's fingerprint tells. */
  readonly pinPrefix: Uint8Array;
  /** Fingerprint of the mailbox that was made for the invite. */
  readonly mailbox: string;
  /** 16 bytes. */
  readonly secret: Uint8Array;
  /** Milliseconds since 1970, whole minutes. */
  readonly ends: number;
}

/**
 * The link of an invite.
 * @throws FormatError `too-large` where the relay's address leaves no room; `malformed`
 */
export function makeInviteLink(invite: Invite): string {
  const link = writeLink(invite);
  if (link.length > mostCharacters(invite.relay)) throw new FormatError("too-large");
  return link;
}

/**
 * What a link says. White space, which pasting may put in, is left out first; all else is as `makeInviteLink` writes it.
 * @returns undefined for a text that is no link, an address for instance
 * @throws FormatError `malformed`, `too-large` for one that looks like a link and is none
 */
export function readInviteLink(text: string): Invite | undefined {
  if (text.length > MAX_PASTED_CHARACTERS) return undefined;
  const link = text.replaceAll(/[ \t\r\n]/g, "");
  if (!LIKE_INVITE.test(link)) return undefined;
  const mark = link.indexOf(MARK);
  const relay = readPlace(link.slice(0, mark));
  const payload = Buffer.from(link.slice(mark + MARK.length), "base64url");
  if (payload.length !== PAYLOAD_BYTES || payload[0] !== VERSION) throw new FormatError("malformed");
  const invite: Invite = {
    relay,
    pinPrefix: new Uint8Array(payload.subarray(PREFIX_AT, MAILBOX_AT)),
    mailbox: fingerprintOf(payload.subarray(MAILBOX_AT, SECRET_AT)),
    secret: new Uint8Array(payload.subarray(SECRET_AT, ENDS_AT)),
    ends: payload.readUInt32BE(ENDS_AT) * MINUTE_MS,
  };
  if (makeInviteLink(invite) !== link) throw new FormatError("malformed");
  return invite;
}

/** The bytes of a link without its secret: what the invite's document is bound to. @throws FormatError `malformed` */
export function inviteBinding({ pinPrefix, mailbox, ends }: Omit<Invite, "relay" | "secret">): Uint8Array {
  const minutes = ends / MINUTE_MS;
  const isRight =
    pinPrefix.length === INVITE_PREFIX_BYTES &&
    isFingerprint(mailbox) &&
    Number.isInteger(minutes) &&
    minutes >= 0 &&
    minutes <= MAX_MINUTES;
  if (!isRight) throw new FormatError("malformed");
  const time = Buffer.alloc(4);
  time.writeUInt32BE(minutes);
  return Buffer.concat([Uint8Array.of(VERSION), pinPrefix, hashOf(mailbox), time]);
}

/** The first half of what a fingerprint tells. */
export function pinPrefixOf(fingerprint: string): Uint8Array {
  return new Uint8Array(hashOf(fingerprint).subarray(0, INVITE_PREFIX_BYTES));
}

function writeLink(invite: Invite): string {
  if (invite.secret.length !== INVITE_SECRET_BYTES) throw new FormatError("malformed");
  const bound = Buffer.from(inviteBinding(invite));
  const payload = Buffer.concat([bound.subarray(0, SECRET_AT), invite.secret, bound.subarray(SECRET_AT)]);
  return `${placeOf(invite.relay)}${MARK}${payload.toString("base64url")}`;
}

/** The address without its pin; the port is left out where it is the usual one. */
function placeOf({ fingerprint: _, ...relay }: Address): string {
  const place = formatAddress(relay);
  return relay.transport === "tcp" && relay.port === PORT ? place.slice(0, -`:${PORT}`.length) : place;
}

function readPlace(place: string): Address {
  try {
    return parseAddress(place);
  } catch (error) {
    if (error instanceof ProtocolError) throw new FormatError("malformed");
    throw error;
  }
}

function mostCharacters(relay: Address): number {
  const isLong = relay.transport === "unix" || relay.host.endsWith(".onion");
  return isLong ? MAX_LONG_INVITE_CHARACTERS : MAX_INVITE_CHARACTERS;
}

function hashOf(fingerprint: string): Buffer {
  return Buffer.from(fingerprint.slice("SHA256:".length), "base64");
}

function fingerprintOf(hash: Uint8Array): string {
  return `SHA256:${Buffer.from(hash).toString("base64").replace(/=+$/, "")}`;
}
