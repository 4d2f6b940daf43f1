/** What fast-check draws for the language of relays. For the tests of other packages too. */
import { createHash } from "node:crypto";
import {
  CHALLENGE_BYTES,
  ERROR_CODES,
  HELLO_BYTES,
  ID_BYTES,
  MAX_ERROR_TEXT_CHARS,
  MAX_KEY_BYTES,
  MAX_WINDOW,
} from "@asfaleia/protocol";
import fc from "fast-check";
import type { Fields } from "./kinds.ts";
import { latin1 } from "./vectors.ts";

/** Plain Uint8Arrays from `least` to `most` bytes long. */
export function bytes(least: number, most = least): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: least, maxLength: most });
}

/** A text of these characters. */
export function textOf(characters: string, least: number, most = least): fc.Arbitrary<string> {
  return fc.string({
    unit: fc.constantFrom(...characters),
    minLength: least,
    maxLength: most,
  });
}

const PRINTABLE = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i)).replace(";", "");
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const UINT32 = 0xffff_ffff;

/** `SHA256:` and the hash of something. */
export const fingerprint = bytes(4).map(
  (seed) => `SHA256:${createHash("sha256").update(seed).digest("base64").slice(0, 43)}`,
);
export const messageId = bytes(ID_BYTES);
export const handle = textOf(BASE64URL, 22);
export const token = textOf(`${BASE64URL}.`, 1, 400).map(latin1);
export const slot = textOf("abcdefghijklmnopqrstuvwxyz0123456789-", 1, 32);
/** The bytes of a public key field: not a key, but of its size. */
export const keyBytes = bytes(1, MAX_KEY_BYTES);
export const envelope = bytes(1, 5000);
export const keyOrFingerprint = fc.oneof(
  fingerprint,
  keyBytes.map((key) => Buffer.from(key).toString("base64")),
);

const seconds = fc.integer({ min: 1, max: UINT32 });
const count = fc.integer({ min: 0, max: UINT32 });
const proof = fc.oneof(
  textOf(`${PRINTABLE};`, 1, 200).map(latin1),
  bytes(1, 400).map((raw) => latin1(Buffer.from(raw).toString("base64"))),
);
const published = fc.oneof(
  fc.record({ seconds, document: bytes(1, 3000) }),
  fc.constant({ seconds: 0, document: new Uint8Array() }),
);

/** The fields of every packet, by its name. */
export const PACKETS: Readonly<Record<string, fc.Arbitrary<Fields>>> = {
  AUTH: fc.record(
    { key: keyBytes, method: fc.constantFrom("sign", "decrypt") },
    { requiredKeys: ["key"], noNullPrototype: true },
  ) as fc.Arbitrary<Fields>,
  ANSWER: fc.record({ handle, challenge: fc.oneof(bytes(CHALLENGE_BYTES), bytes(1, 1024)) }),
  VERIFY: fc.record({ handle, proof }),
  SEND: fc.record({ token, receiver: keyOrFingerprint, envelope }),
  GET: fc.record({ token }),
  SUBSCRIBE: fc.record({ token, window: fc.integer({ min: 0, max: MAX_WINDOW }) }),
  ACK: fc.record({ token, ids: fc.array(messageId, { minLength: 1, maxLength: 60 }) }),
  PUBLISH: fc.tuple(fc.record({ token, slot }), published).map(([who, what]) => ({ ...who, ...what })),
  LOOKUP: fc.record({ token, of: keyOrFingerprint }),
  HELLO: fc.record({ random: bytes(HELLO_BYTES) }),
  RELAY: fc.record({
    key: keyBytes,
    bootId: messageId,
    envelopeBytes: fc.integer({ min: 1, max: 16 * 1024 * 1024 }),
    ttlSeconds: seconds,
    signature: bytes(1, 4096),
  }),
  TOKEN: fc.record({ token, seconds }),
  ERROR: fc.record({
    code: fc.constantFrom(...ERROR_CODES),
    text: textOf(PRINTABLE, 0, MAX_ERROR_TEXT_CHARS),
  }),
  SENT: fc.record({ id: messageId }),
  MESSAGE: fc.record({ mailbox: fingerprint, id: messageId, envelope }),
  END: fc.record({ count }),
  DOCUMENT: fc.record({ slot, document: bytes(1, 3000) }),
};

/** Bytes, and where they are cut. */
export function cut(input: fc.Arbitrary<Uint8Array>): fc.Arbitrary<readonly Uint8Array[]> {
  return fc.tuple(input, fc.array(fc.nat(), { maxLength: 20 })).map(([whole, places]) => {
    const ends = [...places.map((place) => place % (whole.length + 1)), whole.length].sort((a, b) => a - b);
    return ends.map((end, at) => whole.slice(ends[at - 1] ?? 0, end));
  });
}

/** Bytes in which line endings are frequent. */
export function lineBytes(maxLength: number): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(0x0a, 0x0d, 0x3b) },
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 255 }) },
  );
  return fc.array(byte, { maxLength }).map((all) => Uint8Array.from(all));
}

const label = textOf("abcdefghijklmnopqrstuvwxyz0123456789", 1, 20);
const name = fc
  .tuple(fc.array(label, { maxLength: 3 }), textOf("abcdefghijklmnopqrstuvwxyz", 1, 10))
  .map(([labels, last]) => [...labels, last].join("."));
const pin = fc.option(fingerprint, { nil: undefined });

/** Addresses, whatever their transport. */
export const address = fc.oneof(
  fc.record({
    transport: fc.constant("tcp" as const),
    host: fc.oneof(
      name,
      fc.ipV4(),
      fc.ipV6().map((ip) => ip.toLowerCase()),
    ),
    port: fc.integer({ min: 1, max: 65535 }),
    fingerprint: pin,
  }),
  fc.record({
    transport: fc.constant("unix" as const),
    path: fc
      .string({ unit: "binary", maxLength: 25 })
      .map((rest) => `/${rest.replace(/[\u0000-\u001f\u007f]/g, "")}`),
    fingerprint: pin,
  }),
);
