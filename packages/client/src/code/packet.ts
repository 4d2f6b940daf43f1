/** What the two sides of a spoken code send each other: packets of one size (docs/messaging.md, "Spoken codes"). */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { MAX_CARD_BYTES } from "../format/card.ts";
import type { CardKey } from "./secrets.ts";
import { CONFIRMATION_BYTES, SHARE_BYTES } from "./spake2.ts";

export const PACKET_BYTES = 16_384;
/** Of the fingerprint of a mailbox. */
export const MAILBOX_BYTES = 32;

/** `c`, as no envelope and no letter begins, and the version. */
const MAGIC = Uint8Array.of(0x63, 1);
const KIND_BYTES = 1;
const HEAD_BYTES = MAGIC.length + KIND_BYTES;
/** By their byte, from 1. */
const KINDS = ["hello", "answer", "proof", "confirm", "card"] as const;
const BODY_BYTES = {
  hello: MAILBOX_BYTES + SHARE_BYTES,
  answer: SHARE_BYTES,
  proof: CONFIRMATION_BYTES,
  confirm: CONFIRMATION_BYTES,
  card: PACKET_BYTES - HEAD_BYTES,
} as const;
const AEAD = "chacha20-poly1305";
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;
const PLAINTEXT_BYTES = BODY_BYTES.card - TAG_BYTES;

/** Lengths are looked at; whether a share is one, or a confirmation holds, is not. */
export type Packet =
  /** Guest to inviter: where to answer, and the guest's share. */
  | { readonly kind: "hello"; readonly mailbox: Uint8Array; readonly share: Uint8Array }
  /** Inviter to guest: the inviter's share. */
  | { readonly kind: "answer"; readonly share: Uint8Array }
  /** Guest to inviter. */
  | { readonly kind: "proof"; readonly confirmation: Uint8Array }
  /** Inviter to guest; any that does not hold says that it is over. */
  | { readonly kind: "confirm"; readonly confirmation: Uint8Array }
  /** Either way. */
  | { readonly kind: "card"; readonly box: Uint8Array };

/** @throws RangeError for a field of a wrong length */
export function writePacket(packet: Packet): Uint8Array {
  const bytes = new Uint8Array(PACKET_BYTES);
  bytes.set(MAGIC);
  bytes[MAGIC.length] = KINDS.indexOf(packet.kind) + 1;
  const body = bodyOf(packet);
  if (body.length !== BODY_BYTES[packet.kind]) throw new RangeError("a field has a wrong length");
  bytes.set(body, HEAD_BYTES);
  return bytes;
}

/** @returns undefined for what is no packet, to the last byte */
export function readPacket(bytes: Uint8Array): Packet | undefined {
  if (bytes.length !== PACKET_BYTES || !MAGIC.every((byte, at) => bytes[at] === byte)) return undefined;
  const kind = KINDS[bytes[MAGIC.length]! - 1];
  if (kind === undefined) return undefined;
  const end = HEAD_BYTES + BODY_BYTES[kind];
  for (let at = end; at < bytes.length; at++) if (bytes[at] !== 0) return undefined;
  const body = bytes.slice(HEAD_BYTES, end);
  if (kind === "hello")
    return { kind, mailbox: body.slice(0, MAILBOX_BYTES), share: body.slice(MAILBOX_BYTES) };
  if (kind === "answer") return { kind, share: body };
  if (kind === "card") return { kind, box: body };
  return { kind, confirmation: body };
}

/** @throws RangeError for more than a card has, or nothing */
export function sealCard(card: Uint8Array, { key, nonce }: CardKey): Packet {
  if (card.length === 0 || card.length > MAX_CARD_BYTES) throw new RangeError("no card has this size");
  const plaintext = new Uint8Array(PLAINTEXT_BYTES);
  new DataView(plaintext.buffer).setUint32(0, card.length);
  plaintext.set(card, LENGTH_BYTES);
  const cipher = createCipheriv(AEAD, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(MAGIC, { plaintextLength: plaintext.length });
  return {
    kind: "card",
    box: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]),
  };
}

/** @returns the bytes of the card, or undefined for what was not sealed with this key */
export function openSealedCard(box: Uint8Array, { key, nonce }: CardKey): Uint8Array | undefined {
  if (box.length !== BODY_BYTES.card) return undefined;
  const decipher = createDecipheriv(AEAD, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(MAGIC, { plaintextLength: PLAINTEXT_BYTES });
  decipher.setAuthTag(box.subarray(PLAINTEXT_BYTES));
  const plaintext = decipher.update(box.subarray(0, PLAINTEXT_BYTES));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  const length = plaintext.readUInt32BE();
  const end = LENGTH_BYTES + length;
  if (length === 0 || length > MAX_CARD_BYTES || plaintext.subarray(end).some((byte) => byte !== 0))
    return undefined;
  return new Uint8Array(plaintext.subarray(LENGTH_BYTES, end));
}

function bodyOf(packet: Packet): Uint8Array {
  if (packet.kind === "hello") {
    if (packet.mailbox.length !== MAILBOX_BYTES) return new Uint8Array(0);
    return Buffer.concat([packet.mailbox, packet.share]);
  }
  if (packet.kind === "answer") return packet.share;
  if (packet.kind === "card") return packet.box;
  return packet.confirmation;
}
