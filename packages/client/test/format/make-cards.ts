/** The vectors of cards, for make-format-vectors.ts. */
import { createHash } from "node:crypto";
import { fingerprint } from "@asfaleia/identity";
import type { FormatErrorCode } from "../../src/format/errors.ts";
import { signWithDevice } from "../../src/session/devicekey.ts";
import { cbor, head, join, Pairs } from "./cbororacle.ts";
import { type BadCard, type GoodCard, inWords, toBase64 } from "./formatvectors.ts";
import { certificate, certificateBody } from "./make-certificates.ts";
import { list, listBody } from "./make-devicelists.ts";
import {
  alice,
  eve,
  type Fields,
  laptop,
  type Signing,
  sha256,
  spoiled,
  utf8,
  without,
  write,
} from "./making.ts";
import { fieldsOf, type Installation, MAILBOX, NOW, ONION, onceOf } from "./people.ts";

function card(of: Installation, body: unknown, how: Signing = {}): Uint8Array {
  const bytes = cbor(body);
  const signed = join([utf8(how.context ?? "asfaleia/1 card\n"), bytes]);
  return cbor({ body: bytes, signature: signWithDevice(how.deviceKey ?? of.deviceKey, signed), ...how.also });
}

async function bodyOf(of: Installation, changes: Fields = {}): Promise<Fields> {
  return { v: 1, ...(await fieldsOf(of)), certificate: await certificate(of), ...changes };
}

/** What must come out, in the words of a vector. */
function opened(of: Installation, body: Fields, changes: Fields = {}): Fields {
  const { v: _v, list: _list, ...fields } = body;
  const identity = fingerprint(of.signer.publicKey);
  return {
    ...(inWords(fields) as Fields),
    deviceId: uuid(of.devicePublicKey),
    fingerprint: identity,
    isListed: false,
    ...changes,
  };
}

/** RFC 9562 section 5.8, by string surgery. */
function uuid(key: Uint8Array): string {
  const digits = createHash("sha256").update(key).digest("hex");
  const variant = (8 + (Number.parseInt(digits[16]!, 16) % 4)).toString(16);
  const groups = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    variant + digits.slice(17, 20),
  ];
  return [...groups, digits.slice(20, 32)].join("-");
}

export async function cards(): Promise<void> {
  const plain = await bodyOf(alice);
  const listed = await list(listBody([alice, laptop]));
  const full: Fields = {
    ...plain,
    once: onceOf(alice),
    list: listed,
    name: "Alice \u{1f431}",
    mailboxes: [
      { relay: ONION, mailbox: MAILBOX },
      { relay: "asfaleia+unix:/run/asfaleia/relay.sock", mailbox: MAILBOX },
      { relay: "asfaleia://[2001:db8::1]:3308", mailbox: MAILBOX },
      { relay: `asfaleia://relay.example:443#${MAILBOX}`, mailbox: MAILBOX },
    ],
  };
  const unlisted: Fields = { ...plain, list: await list(listBody([laptop])) };
  const good: GoodCard[] = [
    {
      name: "plain",
      about: "What stands on every card.",
      card: toBase64(card(alice, plain)),
      now: NOW,
      opens: opened(alice, plain),
    },
    {
      name: "full",
      about: "With everything that may stand on one.",
      card: toBase64(card(alice, full)),
      now: NOW,
      opens: opened(alice, full, { list: toBase64(listed), isListed: true }),
    },
    {
      name: "not listed",
      about: "The list is of the same identity, and names another device.",
      card: toBase64(card(alice, unlisted)),
      opens: opened(alice, unlisted, { list: toBase64(unlisted.list as Uint8Array) }),
    },
    {
      name: "over for an hour",
      about: "An hour is allowed.",
      card: toBase64(card(alice, { ...plain, ends: NOW })),
      now: NOW + 3_600_000,
      opens: opened(alice, { ...plain, ends: NOW }),
    },
  ];
  const bad: BadCard[] = [];
  const refuse = (name: string, about: string, error: FormatErrorCode, bytes: Uint8Array, now = NOW) =>
    bad.push({ name, about, card: toBase64(bytes), now, error });
  const withChange = (changes: Fields): Uint8Array => card(alice, { ...plain, ...changes });
  const right = card(alice, plain);
  const [mailbox] = plain.mailboxes as [Fields];
  const signed = plain.signed as { id: number; key: Uint8Array; signature: Uint8Array };
  const kyber = plain.kyber as typeof signed;
  const once = onceOf(alice);
  refuse("empty", "No bytes.", "bad-cbor", new Uint8Array(0));
  refuse("cut short", "The last byte is missing.", "bad-cbor", right.subarray(0, -1));
  refuse("trailing byte", "A byte too many.", "bad-cbor", join([right, Uint8Array.of(0)]));
  refuse("too large", "12,289 bytes: one more than there may be.", "too-large", new Uint8Array(12_289));
  refuse(
    "another field",
    "The outer map has a field too many.",
    "malformed",
    card(alice, plain, { also: { more: 1 } }),
  );
  refuse(
    "another field in the body",
    "The signed body has a field too many.",
    "malformed",
    withChange({ more: 1 }),
  );
  refuse(
    "private record",
    "A prekey with a field too many.",
    "malformed",
    withChange({ signed: { ...signed, record: new Uint8Array(1) } }),
  );
  refuse("version 2", "A version that does not exist.", "malformed", withChange({ v: 2 }));
  refuse("registration 0", "Registration ids begin at 1.", "malformed", withChange({ registration: 0 }));
  refuse(
    "registration of 15 bits",
    "Registration ids have 14 bits.",
    "malformed",
    withChange({ registration: 0x4000 }),
  );
  refuse("prekey 0", "Prekey ids begin at 1.", "malformed", withChange({ signed: { ...signed, id: 0 } }));
  refuse(
    "no Kyber prekey",
    "There is no session without one.",
    "malformed",
    card(alice, without(plain, "kyber")),
  );
  refuse("short X-Wing key", "1,215 bytes.", "malformed", withChange({ xwing: alice.xwing.subarray(1) }));
  refuse("no mailbox", "Nobody could write.", "malformed", withChange({ mailboxes: [] }));
  refuse(
    "five mailboxes",
    "One more than there may be.",
    "malformed",
    withChange({ mailboxes: new Array(5).fill(mailbox) }),
  );
  refuse(
    "no address",
    "The relay is no address.",
    "malformed",
    withChange({ mailboxes: [{ ...mailbox, relay: "relay.example" }] }),
  );
  refuse(
    "address without its port",
    "An address, but not in the form in which it is written.",
    "malformed",
    withChange({ mailboxes: [{ ...mailbox, relay: "asfaleia://relay.example" }] }),
  );
  refuse(
    "address in capitals",
    "As above.",
    "malformed",
    withChange({ mailboxes: [{ ...mailbox, relay: "asfaleia://Relay.example:3308" }] }),
  );
  refuse(
    "no fingerprint",
    "The mailbox is a fingerprint with a stray bit.",
    "malformed",
    withChange({ mailboxes: [{ ...mailbox, mailbox: `${MAILBOX.slice(0, -1)}l` }] }),
  );
  refuse("empty name", "A name is left out or says something.", "malformed", withChange({ name: "" }));
  refuse("long name", "65 characters.", "malformed", withChange({ name: "a".repeat(65) }));
  refuse("name with a line feed", "Control characters.", "malformed", withChange({ name: "Alice\nBob" }));
  refuse(
    "name that turns the text around",
    "A bidirectional control.",
    "malformed",
    withChange({ name: "Alice\u202e" }),
  );
  refuse(
    "keys out of order",
    "The signed body begins with its first field as it is written here.",
    "bad-cbor",
    card(alice, new Pairs(...Object.entries(plain))),
  );
  refuse(
    "long length",
    "The length of the outer map takes two bytes.",
    "bad-cbor",
    join([head(5, 2, 1), right.subarray(1)]),
  );
  refuse("spoiled signature", "One bit of the card's signature is turned.", "bad-signature", spoiled(right));
  refuse(
    "no context",
    "Signed without the line in front.",
    "bad-signature",
    card(alice, plain, { context: "" }),
  );
  refuse(
    "signed by another device",
    "The signature is not by the device on the card.",
    "bad-signature",
    card(alice, plain, { deviceKey: eve.deviceKey }),
  );
  refuse(
    "device key of another type",
    "Its first byte is not 5.",
    "bad-signature",
    withChange({ device: join([Uint8Array.of(6), alice.devicePublicKey.subarray(1)]) }),
  );
  refuse(
    "spoiled signed prekey",
    "One bit of its signature is turned.",
    "bad-signature",
    withChange({ signed: { ...signed, signature: spoiled(signed.signature) } }),
  );
  refuse(
    "spoiled Kyber prekey",
    "One bit of its signature is turned.",
    "bad-signature",
    withChange({ kyber: { ...kyber, signature: spoiled(kyber.signature) } }),
  );
  refuse(
    "spoiled one-time Kyber prekey",
    "One bit of its signature is turned.",
    "bad-signature",
    withChange({ once: { ...once, kyberSignature: spoiled(once.kyberSignature) } }),
  );
  refuse(
    "another's prekey",
    "Signed by another device.",
    "bad-signature",
    withChange({ signed: (await fieldsOf(eve)).signed }),
  );
  refuse(
    "certificate of another device",
    "Of the same identity.",
    "bad-signature",
    withChange({ certificate: await certificate(laptop) }),
  );
  refuse(
    "certificate for another X-Wing key",
    "A device key sealed to a key that the identity knows nothing of.",
    "wrong-key",
    withChange({ xwing: eve.xwing }),
  );
  refuse(
    "certificate without the identity",
    "Signed by an identity that it does not name.",
    "wrong-key",
    withChange({ certificate: await certificate(alice, certificateBody(alice), { signer: eve.signer }) }),
  );
  refuse(
    "list of another identity",
    "In order, but not of who certified the device.",
    "wrong-key",
    withChange({ list: await listOfEve() }),
  );
  refuse(
    "list with a spoiled signature",
    "One bit of its signature is turned.",
    "bad-signature",
    withChange({ list: spoiled(listed) }),
  );
  refuse(
    "over",
    "One millisecond more than the hour that is allowed.",
    "ended",
    withChange({ ends: NOW }),
    NOW + 3_600_001,
  );
  write("card-good.json", "Cards that open, and what to.", "Cards", good);
  write("card-bad.json", "Cards that must be refused, and with which code.", "Cards", bad);
}

function listOfEve(): Promise<Uint8Array> {
  const identity = sha256(eve.signer.publicKey.blob);
  return list(listBody([alice], { identity }), { signer: eve.signer });
}
