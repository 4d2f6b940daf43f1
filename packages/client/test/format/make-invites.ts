/**
 * Makes docs/vectors/invite-{good,bad}.json, always the same:
 *
 *     npx node --conditions=asfaleia-source packages/client/test/format/make-invites.ts
 *
 * Links and documents are put together here byte by byte, with @hpke and WebCrypto for the cryptography; the writers under
 * test have no part in it.
 */
import { sshsigSign } from "@asfaleia/identity";
import { mailboxSigner } from "../../src/engine/mailboxkey.ts";
import type { FormatErrorCode } from "../../src/format/errors.ts";
import { cbor, Raw } from "./cbororacle.ts";
import { oraclePadded, oracleProof, oracleSealed } from "./inviteoracle.ts";
import { type Fields, sha256, utf8, write } from "./making.ts";
import { toHex } from "./vectors.ts";

const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const fill = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");

const SEED = fill(32, 0x5e);
const HASH = sha256(mailboxSigner(SEED).publicKey.blob);
const MAILBOX = `SHA256:${base64(HASH).replaceAll("=", "")}`;
const PREFIX = Uint8Array.from({ length: 16 }, (_, at) => at);
const SECRET = Uint8Array.from({ length: 16 }, (_, at) => 0xf0 + at);
/** 2026-11-22T20:00Z. */
const MINUTES = 29_923_440;
const TIME = new Uint8Array(4);
new DataView(TIME.buffer).setUint32(0, MINUTES);
const PAYLOAD = join(Uint8Array.of(1), PREFIX, HASH, SECRET, TIME);
const BOUND = join(Uint8Array.of(1), PREFIX, HASH, TIME);
const SALT = fill(32, 0x5a);
const AT = 1_795_000_000_000;
const DEVICE = join(Uint8Array.of(5), fill(32, 0x11));

const hash = base64url(PAYLOAD);
const link = `asfaleia://relay.example/i#${hash}`;
const address = "asfaleia://relay.example:3308";
const onion = `${"a".repeat(55)}d.onion`;
/** With it a link has 159 characters. */
const longest = `${"a".repeat(49)}.org`;

const card = utf8("any bytes: the card is looked at by whoever opens it");
const open = { v: 1, state: "open", at: AT, card };
const used = { v: 1, state: "used", at: AT };

async function signed(
  body: Fields,
  { namespace = "invite@asfaleia", seed = SEED }: { namespace?: string; seed?: Uint8Array } = {},
): Promise<Uint8Array> {
  const encoded = cbor(body);
  const signature = await sshsigSign(mailboxSigner(seed), namespace, encoded);
  return cbor({ body: encoded, signature: new Uint8Array(signature) });
}

interface Sealing {
  readonly secret?: Uint8Array;
  readonly bound?: Uint8Array;
  readonly version?: number;
  readonly plaintext?: Uint8Array;
}

async function sealed(inside: Uint8Array, sealing: Sealing = {}): Promise<string> {
  const { secret = SECRET, bound = BOUND, version = 1, plaintext = oraclePadded(inside) } = sealing;
  return base64(join(Uint8Array.of(version), SALT, await oracleSealed(secret, SALT, bound, plaintext)));
}

const says = { pinPrefix: toHex(PREFIX), mailbox: MAILBOX, secret: toHex(SECRET), ends: MINUTES * 60_000 };
const good = (name: string, about: string, text: string, relay: string): object => ({
  name,
  about,
  link: text,
  says: { relay, ...says },
});
async function opens(name: string, about: string, body: Fields, opened: object): Promise<object> {
  const document = await sealed(await signed(body));
  return { ...good(name, about, link, address), salt: toHex(SALT), document, opens: opened };
}

const goodOnes: object[] = [
  good("usual port", "Port 3308 is left out.", link, address),
  good(
    "another port",
    "Any other is told.",
    `asfaleia://relay.example:7/i#${hash}`,
    "asfaleia://relay.example:7",
  ),
  good("IPv6", "In brackets.", `asfaleia://[2001:db8::1]/i#${hash}`, "asfaleia://[2001:db8::1]:3308"),
  good("longest", "159 characters.", `asfaleia://${longest}/i#${hash}`, `asfaleia://${longest}:3308`),
  good("onion", "It may be longer.", `asfaleia://${onion}:65535/i#${hash}`, `asfaleia://${onion}:65535`),
  good(
    "socket",
    "A path, which may end like a link.",
    `asfaleia+unix:/run/i/i#${hash}`,
    "asfaleia+unix:/run/i",
  ),
  {
    ...good(
      "pasted",
      "White space is left out.",
      ` asfaleia://relay.example/i#\r\n${hash.slice(0, 40)}\n\t${hash.slice(40)}\n`,
      address,
    ),
    canonical: link,
  },
  {
    ...(await opens("card", "A document with a card; and the proof of a guest.", open, {
      state: "open",
      at: AT,
      card: toHex(card),
    })),
    proof: { deviceKey: toHex(DEVICE), proof: toHex(await oracleProof(SECRET, MAILBOX, DEVICE)) },
  },
  await opens("used", "A document that says so.", used, { state: "used", at: AT }),
  await opens("ended", "A document that says so.", { ...used, state: "ended" }, { state: "ended", at: AT }),
];

const bad: object[] = [];
/** @param error `null`: it is no link at all */
function noLink(name: string, about: string, text: string, error: FormatErrorCode | null): void {
  bad.push({ name, about, link: text, error });
}
/** @param error `null`: it does not open, as if it were not there */
function noDocument(name: string, about: string, document: string, error: FormatErrorCode | null): void {
  bad.push({ name, about, link, document, error });
}
/** Sealed as it should be, with something wrong inside. @param length what stands before it */
function noInside(
  name: string,
  about: string,
  inside: Uint8Array,
  error: FormatErrorCode,
  length = inside.length,
): void {
  bad.push({ name, about, link, salt: toHex(SALT), inside: toHex(inside), length, error });
}
const at = (place: string, payload: Uint8Array = PAYLOAD): string => `${place}/i#${base64url(payload)}`;
const relay = "asfaleia://relay.example";
noLink("an address", "A relay is none.", `asfaleia://relay.example#${MAILBOX}`, null);
noLink(
  "an address that ends like one",
  "What is behind # is a pin.",
  `asfaleia+unix:/run/i#${MAILBOX}`,
  null,
);
noLink("another scheme", "Not ours.", at("https://relay.example"), null);
noLink("words before it", "It begins with something else.", `join ${link}`, null);
noLink("empty", "Nothing.", "", null);
noLink("cut", "The last character is missing.", link.slice(0, -1), "malformed");
noLink("words behind it", "Something more.", `${link} please`, "malformed");
noLink("a byte more", "The payload has 70 bytes.", at(relay, join(PAYLOAD, Uint8Array.of(0))), "malformed");
noLink("another version", "2.", at(relay, join(Uint8Array.of(2), PAYLOAD.subarray(1))), "malformed");
noLink("padding", "base64url has none here.", `${link}=`, "malformed");
noLink(
  "plain base64",
  "`+` and `/` in the place of `-` and `_`.",
  `asfaleia://relay.example/i#${base64(PAYLOAD)}`,
  "malformed",
);
noLink("the usual port told", "It is left out.", at("asfaleia://relay.example:3308"), "malformed");
noLink("capitals", "Hosts are lower-case.", at("asfaleia://Relay.example"), "malformed");
noLink("no host", "A place is missing.", at("asfaleia://"), "malformed");
noLink("a slash more", "Behind the host.", at("asfaleia://relay.example/"), "malformed");
noLink("a relative path", "Paths are absolute.", at("asfaleia+unix:run/i"), "malformed");
noLink("160 characters", "One too many.", at(`asfaleia://a${longest}`), "too-large");
noLink("200 characters", "One too many for a path.", at(`asfaleia+unix:/${"a".repeat(90)}`), "too-large");

const last = oraclePadded(cbor({}));
last[last.length - 1] = 1;
const usedInside = await signed(used);
const openInside = await signed(open);
const longer = join(Buffer.from(await sealed(usedInside), "base64"), Uint8Array.of(0));
const bound = join(BOUND.subarray(0, -1), Uint8Array.of(0));
noDocument("document: a byte more", "16,385 bytes.", base64(longer), null);
noDocument("document: another version", "2.", await sealed(usedInside, { version: 2 }), null);
noDocument("another secret", "Of another link.", await sealed(openInside, { secret: fill(16, 1) }), null);
noDocument("bound to another link", "To one with another end.", await sealed(openInside, { bound }), null);
noDocument(
  "full padding",
  "Its last byte is not 0.",
  await sealed(cbor({}), { plaintext: last }),
  "malformed",
);

noInside("a length too large", "It points past the end.", cbor({}), "malformed", 16_332);
noInside("nothing inside", "The length is 0.", new Uint8Array(0), "bad-cbor");
const unsigned = cbor({ body: cbor(used), signature: fill(10, 1) });
noInside("trailing byte", "A byte behind the CBOR.", join(unsigned, Uint8Array.of(0)), "bad-cbor");
noInside("no signature", "It is missing.", cbor({ body: cbor(used) }), "malformed");
noInside("a spoiled signature", "It is none.", unsigned, "bad-signature");
const elsewhere = await signed(open, { namespace: "device@asfaleia" });
noInside("another namespace", "Signed for something else.", elsewhere, "bad-signature");
const byOther = await signed(open, { seed: fill(32, 7) });
noInside("another key", "Signed, but not by the mailbox.", byOther, "wrong-key");
for (const [name, about, body] of [
  ["an open one without a card", "It has nothing.", { ...used, state: "open" }],
  ["a used one with a card", "A field too many.", { ...used, card }],
  ["an unknown state", "None of three.", { ...used, state: "waiting" }],
  ["without a time", "`at` is missing.", { v: 1, state: "used" }],
  ["another version inside", "2.", { ...used, v: 2 }],
  ["an empty card", "No bytes.", { ...open, card: new Uint8Array(0) }],
] as const)
  noInside(name, about, await signed(body), "malformed");
const float = await signed({ ...used, at: new Raw(0xf9, 0x3c, 0x00) });
noInside("a float inside", "Not in the one encoding.", float, "bad-cbor");

const CLAUSE = "Invites";
write("invite-good.json", "Invite links, and the documents published for them.", CLAUSE, goodOnes);
write("invite-bad.json", "What is no invite link, and no document of one.", CLAUSE, bad);
