/** Cards: all that somebody needs to write to a device (docs/messaging.md, "Cards"). */
import { fingerprint, type PublicKey, sameKey } from "@asfaleia/identity";
import {
  formatAddress,
  isFingerprint,
  MAX_ADDRESS_CHARS,
  ProtocolError,
  parseAddress,
} from "@asfaleia/protocol";
import * as v from "valibot";
import {
  DEVICE_KEY_BYTES,
  DEVICE_SIGNATURE_BYTES,
  signWithDevice,
  verifyDeviceSignature,
} from "../session/devicekey.ts";
import { decodeCbor } from "./cbor.ts";
import { MAX_CERTIFICATE_BYTES, openCertificate } from "./certificate.ts";
import { deviceId } from "./deviceid.ts";
import { type DeviceList, MAX_DEVICE_LIST_BYTES, openDeviceList } from "./devicelist.ts";
import { FormatError } from "./errors.ts";
import { bytes, CLOCK_SKEW_MS, shaped, shownName, text, time, uint, written } from "./fields.ts";

/** The longest card: it fits a published document, and an opening with 4,096 bytes of text. */
export const MAX_CARD_BYTES = 12 * 1024;
/** Mailboxes on one card. */
export const MAX_CARD_MAILBOXES = 4;
/** An X-Wing public key (draft-connolly-cfrg-xwing-kem). */
const XWING_BYTES = 1216;
/** libsignal's serialized form of a Kyber-1024 key: its type byte and the key. */
const KYBER_BYTES = 1569;
/** libsignal numbers prekeys with 32 bits, from 1, and installations with 14. */
const MAX_PREKEY_ID = 0xffff_ffff;
const MAX_REGISTRATION = 0x3fff;
const FINGERPRINT_CHARACTERS = 50;
/** What the signature of a card and its map cost. */
const WRAPPING_BYTES = 128;

const CONTEXT = new TextEncoder().encode("asfaleia/1 card\n");

const ID = uint(1, MAX_PREKEY_ID);
const KEY = bytes(DEVICE_KEY_BYTES);
const KYBER = bytes(KYBER_BYTES);
const SIGNATURE = bytes(DEVICE_SIGNATURE_BYTES);

const MAILBOX = v.strictObject({
  relay: v.pipe(text(1, MAX_ADDRESS_CHARS), v.check(isAddress)),
  mailbox: v.pipe(text(1, FINGERPRINT_CHARACTERS), v.check(isFingerprint)),
});

const FIELDS = {
  /** The device key, 33 bytes. */
  device: KEY,
  /** libsignal's registration id. */
  registration: uint(1, MAX_REGISTRATION),
  signed: v.strictObject({ id: ID, key: KEY, signature: SIGNATURE }),
  kyber: v.strictObject({ id: ID, key: KYBER, signature: SIGNATURE }),
  /** Prekeys that serve one session only. */
  once: v.exactOptional(
    v.strictObject({ id: ID, key: KEY, kyberId: ID, kyber: KYBER, kyberSignature: SIGNATURE }),
  ),
  xwing: bytes(XWING_BYTES),
  certificate: bytes(1, MAX_CERTIFICATE_BYTES),
  list: v.exactOptional(bytes(1, MAX_DEVICE_LIST_BYTES)),
  mailboxes: v.pipe(v.array(MAILBOX), v.minLength(1), v.maxLength(MAX_CARD_MAILBOXES), v.readonly()),
  name: v.exactOptional(shownName),
  ends: time,
};

const BODY = v.strictObject({ v: v.literal(1), ...FIELDS });
const CARD = v.strictObject({ body: bytes(1, MAX_CARD_BYTES), signature: SIGNATURE });

/** What stands on a card. `certificate` and `list` are the bytes of such; `ends` is milliseconds since 1970. */
export type CardFields = Readonly<Omit<v.InferOutput<typeof BODY>, "v">>;

/** A card that was opened: everything in it was checked. */
export interface Card extends Omit<CardFields, "list"> {
  /** UUID. */
  readonly deviceId: string;
  readonly identity: PublicKey;
  /** Of the identity. */
  readonly fingerprint: string;
  readonly list?: DeviceList;
  /** Whether there is a list and it names this device. */
  readonly isListed: boolean;
  /** The card as it came. */
  readonly bytes: Uint8Array;
}

/**
 * A card, signed by its device.
 * @param deviceKey 32 bytes, private
 * @throws FormatError `malformed`, `too-large`
 */
export function makeCard(fields: CardFields, deviceKey: Uint8Array): Uint8Array {
  const body = written(BODY, { v: 1, ...fields }, MAX_CARD_BYTES - WRAPPING_BYTES);
  const signature = signWithDevice(deviceKey, Buffer.concat([CONTEXT, body]));
  return written(CARD, { body, signature: new Uint8Array(signature) }, MAX_CARD_BYTES);
}

/**
 * What a card says, after every signature in it was checked: of the device on the card and its prekeys, and of the SSH
 * key on the certificate and the list. Whether the identity is the one that was expected is for the caller to see.
 * @param now milliseconds since 1970; without it a card that is over opens too
 * @throws FormatError `too-large`, `bad-cbor`, `malformed`, `bad-signature`, `wrong-key`, `ended`
 */
export function openCard(card: Uint8Array, now?: number): Card {
  if (card.length > MAX_CARD_BYTES) throw new FormatError("too-large");
  const outer = shaped(CARD, decodeCbor(card));
  const { v: _version, list: listBytes, ...fields } = shaped(BODY, decodeCbor(outer.body));
  const { device } = fields;
  checkSignature(device, Buffer.concat([CONTEXT, outer.body]), outer.signature);
  const { identity } = openCertificate(fields.certificate, { devicePublicKey: device, xwing: fields.xwing });
  const list = listBytes === undefined ? undefined : openDeviceList(listBytes);
  if (list !== undefined && !sameKey(list.identity, identity)) throw new FormatError("wrong-key");
  checkPrekeys(fields);
  if (now !== undefined && now > fields.ends + CLOCK_SKEW_MS) throw new FormatError("ended");
  return {
    ...fields,
    deviceId: deviceId(device),
    identity,
    fingerprint: fingerprint(identity),
    ...(list === undefined ? {} : { list }),
    isListed: list?.names(device) ?? false,
    bytes: new Uint8Array(card),
  };
}

function checkPrekeys({ device, signed, kyber, once }: CardFields): void {
  checkSignature(device, signed.key, signed.signature);
  checkSignature(device, kyber.key, kyber.signature);
  if (once !== undefined) checkSignature(device, once.kyber, once.kyberSignature);
}

function checkSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  if (!verifyDeviceSignature(key, message, signature)) throw new FormatError("bad-signature");
}

/** Whether this is an address in the one form that `formatAddress` writes. */
function isAddress(relay: string): boolean {
  try {
    return formatAddress(parseAddress(relay)) === relay;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
