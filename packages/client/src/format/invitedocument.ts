/**
 * What stands published under an invite's mailbox: the card of who invites, or that the invite is closed. Signed by the
 * mailbox key, which nobody else has, and closed to all who have no link (docs/messaging.md, "Invites").
 */
import { createCipheriv, createDecipheriv, hkdfSync, timingSafeEqual } from "node:crypto";
import { fingerprint, MAX_SSHSIG_BYTES, type Signer, sshsigSign } from "@asfaleia/identity";
import * as v from "valibot";
import { MAX_CARD_BYTES } from "./card.ts";
import { decodeCbor } from "./cbor.ts";
import { identityThatSigned } from "./certificate.ts";
import { FormatError } from "./errors.ts";
import { bytes, shaped, time, written } from "./fields.ts";
import { type Invite, inviteBinding } from "./invite.ts";

/** Bytes of every such document, so that its size tells nothing. */
export const INVITE_DOCUMENT_BYTES = 16_384;
/** The slot that it stands in. */
export const INVITE_SLOT = "invite";
/** The SSHSIG namespace of such documents. */
export const INVITE_NAMESPACE = "invite@asfaleia";
/** Bytes of what shows that somebody has the link. */
export const INVITE_PROOF_BYTES = 32;

const VERSION = 1;
const SALT_BYTES = 32;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;
const AEAD = "chacha20-poly1305";
/** The salt makes each key serve one document. */
const NONCE = new Uint8Array(12);
const BOX_AT = 1 + SALT_BYTES;
const PLAINTEXT_BYTES = INVITE_DOCUMENT_BYTES - BOX_AT - TAG_BYTES;
const DOCUMENT_INFO = Buffer.from("asfaleia/1 invite document");
const PROOF_INFO = Buffer.from("asfaleia/1 invite proof");

const BODY = v.variant("state", [
  v.strictObject({
    v: v.literal(1),
    state: v.literal("open"),
    at: time,
    card: bytes(1, MAX_CARD_BYTES),
  }),
  v.strictObject({ v: v.literal(1), state: v.picklist(["used", "ended"]), at: time }),
]);
const MAX_BODY_BYTES = MAX_CARD_BYTES + 64;
const DOCUMENT = v.strictObject({
  body: bytes(1, MAX_BODY_BYTES),
  signature: bytes(1, MAX_SSHSIG_BYTES),
});

/** `at`: when it was made. An open one has the card of who invites: bytes that nobody has looked at yet. */
export type InviteDocument =
  | { readonly state: "open"; readonly at: number; readonly card: Uint8Array }
  | { readonly state: "used" | "ended"; readonly at: number };

type Bound = Omit<Invite, "relay">;

/**
 * A document to be published.
 * @param signer of the invite's mailbox
 * @param salt 32 random bytes, never used before
 * @throws FormatError `malformed`, `too-large`; the signer's KeyError
 */
export async function sealInvite(
  document: InviteDocument,
  invite: Bound,
  signer: Signer,
  salt: Uint8Array,
): Promise<Uint8Array> {
  if (salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes`);
  const body = written(BODY, { v: 1, ...document }, MAX_BODY_BYTES);
  const signature = await sshsigSign(signer, INVITE_NAMESPACE, body);
  const inside = written(
    DOCUMENT,
    { body, signature: new Uint8Array(signature) },
    PLAINTEXT_BYTES - LENGTH_BYTES,
  );
  const plaintext = Buffer.alloc(PLAINTEXT_BYTES);
  plaintext.writeUInt32BE(inside.length);
  plaintext.set(inside, LENGTH_BYTES);
  const cipher = createCipheriv(AEAD, documentKey(invite.secret, salt), NONCE, { authTagLength: TAG_BYTES });
  cipher.setAAD(inviteBinding(invite), { plaintextLength: plaintext.length });
  const box = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
  return new Uint8Array(Buffer.concat([Uint8Array.of(VERSION), salt, ...box]));
}

/**
 * What a document says, after the signature in it was checked.
 * @returns undefined for any bytes that the secret does not open: made by somebody who has no link, or for another one
 * @throws FormatError `bad-cbor`, `malformed`, `bad-signature`, `wrong-key` (signed, but not by the mailbox)
 */
export function openInvite(document: Uint8Array, invite: Bound): InviteDocument | undefined {
  if (document.length !== INVITE_DOCUMENT_BYTES || document[0] !== VERSION) return undefined;
  const key = documentKey(invite.secret, document.subarray(1, BOX_AT));
  const decipher = createDecipheriv(AEAD, key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAAD(inviteBinding(invite), { plaintextLength: PLAINTEXT_BYTES });
  decipher.setAuthTag(document.subarray(-TAG_BYTES));
  const plaintext = decipher.update(document.subarray(BOX_AT, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  const outer = shaped(DOCUMENT, decodeCbor(unpadded(plaintext)));
  const signer = identityThatSigned(outer.signature, INVITE_NAMESPACE, outer.body);
  if (fingerprint(signer) !== invite.mailbox) throw new FormatError("wrong-key");
  const { v: _version, ...said } = shaped(BODY, decodeCbor(outer.body));
  return said;
}

/**
 * What a guest's first contents carry: only who has the link can make it, and it is worth nothing to another device.
 * @param deviceKey the guest's, 33 bytes
 */
export function inviteProof(
  { secret, mailbox }: Pick<Invite, "secret" | "mailbox">,
  deviceKey: Uint8Array,
): Uint8Array {
  const info = Buffer.concat([PROOF_INFO, Buffer.from(mailbox), deviceKey]);
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), info, INVITE_PROOF_BYTES));
}

export function isInviteProof(
  proof: Uint8Array,
  invite: Pick<Invite, "secret" | "mailbox">,
  deviceKey: Uint8Array,
): boolean {
  return proof.length === INVITE_PROOF_BYTES && timingSafeEqual(proof, inviteProof(invite, deviceKey));
}

/** HKDF-SHA256 (RFC 5869), as age derives its payload key. */
function documentKey(secret: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, salt, DOCUMENT_INFO, KEY_BYTES));
}

function unpadded(plaintext: Buffer): Uint8Array {
  const length = plaintext.readUInt32BE();
  const end = LENGTH_BYTES + length;
  if (end > plaintext.length || plaintext.subarray(end).some((byte) => byte !== 0))
    throw new FormatError("malformed");
  return plaintext.subarray(LENGTH_BYTES, end);
}
