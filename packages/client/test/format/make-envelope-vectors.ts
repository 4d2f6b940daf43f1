/**
 * Makes docs/vectors/{xwing,envelope-good,envelope-bad}.json:
 *
 *     npx node --conditions=asfaleia-source packages/client/test/format/make-envelope-vectors.ts
 *
 * Everything is sealed by @hpke, not by our own code, from bytes that are always the same: so are the files.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { xwingKeyFromSeed } from "../../src/format/xwing.ts";
import { oracleDecapsulate, oracleEncapsulate, oracleSeal } from "./oracle.ts";
import {
  type BadEnvelope,
  type GoodEnvelope,
  toHex,
  VECTORS,
  type VectorFile,
  type XwingScenario,
} from "./vectors.ts";

const bytesFor = (text: string, length: number): Uint8Array =>
  new Uint8Array(createHash("shake256", { outputLength: length }).update(text).digest());
const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** The draft draws its own from SHAKE128 of nothing (appendix C): for each vector a seed, then an eseed. */
const DRAFT = createHash("shake128", { outputLength: 3 * 96 })
  .update("")
  .digest();
const SHARED_SECRETS = [
  "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384",
  "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150",
  "953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f",
];
const ZERO_POINT = new Uint8Array(32);

const SEED = bytesFor("receiver", 32);
const OTHER_SEED = bytesFor("somebody else", 32);
const DEVICE_KEY = concat(Uint8Array.of(5), bytesFor("device key", 32));
const SHORT_ID = bytesFor("short id", 16);
const VERSION = Uint8Array.of(1);
const INFO = Buffer.from("asfaleia/1 envelope");
const AROUND_BYTES = 1 + 1120 + 16;

await writeXwing();
await writeGood();
await writeBad();

function write<Scenario>(name: string, file: VectorFile<Scenario>): void {
  writeFileSync(new URL(name, VECTORS), `${JSON.stringify(file, null, 1)}\n`);
}

/** By our own code: what the draft's shared secrets are checked with, and all else hangs on. */
function publicKeyOf(seed: Uint8Array): Uint8Array {
  return xwingKeyFromSeed(seed).publicKey;
}

async function writeXwing(): Promise<void> {
  const scenarios: XwingScenario[] = [];
  for (const [i, expected] of SHARED_SECRETS.entries()) {
    const seed = DRAFT.subarray(96 * i, 96 * i + 32);
    const eseed = DRAFT.subarray(96 * i + 32, 96 * i + 96);
    const publicKey = publicKeyOf(seed);
    const { sharedSecret, ciphertext } = await oracleEncapsulate(publicKey, eseed);
    if (toHex(sharedSecret) !== expected) throw new Error("the oracle does not follow the draft");
    scenarios.push({
      name: `draft ${i + 1}`,
      about: "Appendix C of draft-connolly-cfrg-xwing-kem-10.",
      seed: toHex(seed),
      eseed: toHex(eseed),
      publicKey: toHex(publicKey),
      ciphertext: toHex(ciphertext),
      sharedSecret: toHex(sharedSecret),
    });
  }
  const publicKey = publicKeyOf(SEED);
  const { ciphertext } = await oracleEncapsulate(publicKey, bytesFor("implicit rejection", 64));
  const flipped = concat(ciphertext);
  flipped[0] = flipped[0]! ^ 1;
  const [seed, other] = [toHex(SEED), concat(publicKey)];
  // The first two coefficients of 12 bits are 4095, which is not below 3329.
  other.set([0xff, 0xff, 0xff]);
  scenarios.push(
    {
      name: "implicit rejection",
      about: "A flipped bit in the part of ML-KEM gives another secret and no error.",
      seed,
      publicKey: toHex(publicKey),
      ciphertext: toHex(flipped),
      sharedSecret: toHex(await oracleDecapsulate(SEED, flipped)),
    },
    {
      name: "ciphertext with a zero point",
      about: "X25519 gives zero.",
      seed,
      ciphertext: toHex(concat(ciphertext.subarray(0, 1088), ZERO_POINT)),
      refused: true,
    },
    {
      name: "short ciphertext",
      about: "The last byte is missing.",
      seed,
      ciphertext: toHex(ciphertext.subarray(0, 1119)),
      refused: true,
    },
    {
      name: "public key with a zero point",
      about: "X25519 gives zero.",
      publicKey: toHex(concat(publicKey.subarray(0, 1184), ZERO_POINT)),
      refused: true,
    },
    {
      name: "public key out of range",
      about: "A coefficient of the part of ML-KEM is not below 3329.",
      publicKey: toHex(other),
      refused: true,
    },
    {
      name: "short public key",
      about: "The last byte is missing.",
      publicKey: toHex(publicKey.subarray(0, 1215)),
      refused: true,
    },
  );
  write("xwing.json", {
    about:
      "X-Wing: seeds, public keys, ciphertexts and shared secrets; eseed stands in the place of random bytes.",
    clause: "Envelopes",
    scenarios,
  });
}

interface Seal {
  readonly seed: Uint8Array;
  readonly eseed: Uint8Array;
  readonly version: Uint8Array;
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
}

async function sealed(name: string, plaintext: Uint8Array, change: Partial<Seal> = {}): Promise<Uint8Array> {
  const eseed = bytesFor(name, 64);
  const how: Seal = { seed: SEED, eseed, version: VERSION, info: INFO, aad: VERSION, ...change };
  const { enc, ciphertext } = await oracleSeal(publicKeyOf(how.seed), how, plaintext, how.eseed);
  return concat(how.version, enc, ciphertext);
}

/** The plaintext of an envelope, written out by hand. `rest` is all that follows the length. */
function plaintextOf(
  size: number,
  kind: number,
  head: Uint8Array,
  length: number,
  rest: Uint8Array,
): Uint8Array {
  const fields = Buffer.alloc(4);
  fields.writeUInt32BE(length);
  const start = concat(Uint8Array.of(kind), head, fields, rest);
  return concat(start, new Uint8Array(size - AROUND_BYTES - start.length));
}

async function writeGood(): Promise<void> {
  const cases: readonly [string, string, number, number, GoodEnvelope["inner"]["kind"], number][] = [
    ["opening", "The first from somebody unknown.", 16_384, 0, "opening", 1894],
    ["first", "Opens a session anew, under a short id.", 4096, 1, "first", 1894],
    ["message", "An ordinary message.", 4096, 2, "message", 201],
    ["one byte", "The least that an envelope holds.", 4096, 2, "message", 1],
    ["full message", "No padding at all.", 4096, 2, "message", 2938],
    ["full opening", "No padding at all.", 4096, 0, "opening", 2921],
    ["roomy", "Larger than it needs to be.", 16_384, 2, "message", 16],
  ];
  const scenarios: GoodEnvelope[] = [];
  for (const [name, about, size, byte, kind, length] of cases) {
    const ciphertext = bytesFor(`ciphertext of ${name}`, length);
    const head = kind === "opening" ? DEVICE_KEY : SHORT_ID;
    const named = kind === "opening" ? { deviceKey: toHex(head) } : { shortId: toHex(head) };
    const envelope = await sealed(name, plaintextOf(size, byte, head, length, ciphertext));
    scenarios.push({
      name,
      about,
      seed: toHex(SEED),
      eseed: toHex(bytesFor(name, 64)),
      envelope: base64(envelope),
      inner: { kind, ...named, ciphertext: toHex(ciphertext) },
    });
  }
  write("envelope-good.json", {
    about: "Envelopes and what is in them. At this layer a ciphertext is any bytes.",
    clause: "Envelopes",
    scenarios,
  });
}

async function writeBad(): Promise<void> {
  const scenarios: BadEnvelope[] = [];
  const add = (layer: BadEnvelope["layer"], name: string, about: string, envelope: Uint8Array): void => {
    scenarios.push({ name, about, layer, seed: toHex(SEED), envelope: base64(envelope), refused: true });
  };
  const body = bytesFor("a message", 201);
  const message = (size = 4096) => plaintextOf(size, 2, SHORT_ID, body.length, body);
  const whole = await sealed("whole", message());
  const flippedAt = (at: number): Uint8Array => {
    const bytes = concat(whole);
    bytes[at] = bytes[at]! ^ 1;
    return bytes;
  };
  const inside = (name: string, kind: number, length: number, rest: Uint8Array) =>
    sealed(name, plaintextOf(4096, kind, SHORT_ID, length, rest));

  add("size", "empty", "No bytes.", new Uint8Array(0));
  add("size", "version only", "Nothing but the version.", VERSION);
  add("size", "cut short", "The last byte is missing.", whole.subarray(0, 4095));
  add("size", "trailing byte", "One byte too many.", concat(whole, Uint8Array.of(0)));
  add("size", "two in one", "Two envelopes, one after the other.", concat(whole, whole));
  add("size", "size of its own", "Well sealed, of a size in between.", await sealed("8192", message(8192)));

  const two = Uint8Array.of(2);
  add("version", "version 0", "Another first byte.", concat(Uint8Array.of(0), whole.subarray(1)));
  const second = await sealed("2", message(), { version: two, aad: two });
  add("version", "version 2", "Sealed for version 2.", second);

  add("seal", "another key", "For somebody else.", await sealed("other", message(), { seed: OTHER_SEED }));
  add("seal", "flipped bit in ML-KEM", "In the encapsulated key.", flippedAt(1));
  add("seal", "flipped bit in X25519", "In the encapsulated key.", flippedAt(1 + 1088));
  add(
    "seal",
    "zero point",
    "X25519 gives zero.",
    concat(whole.subarray(0, 1 + 1088), ZERO_POINT, whole.subarray(1121)),
  );
  add("seal", "flipped bit in the box", "In its first byte.", flippedAt(1121));
  add("seal", "flipped bit in the padding", "In the last byte before the tag.", flippedAt(4096 - 17));
  add("seal", "flipped bit in the tag", "In the last byte.", flippedAt(4095));
  const info = Buffer.from("asfaleia/2 envelope");
  add("seal", "other info", "Sealed for another purpose.", await sealed("info", message(), { info }));
  const aad = new Uint8Array(0);
  add("seal", "version not bound", "Without associated data.", await sealed("aad", message(), { aad }));
  add("seal", "zeros", "Nothing but zeros after the version.", concat(VERSION, new Uint8Array(4095)));

  const [room, spare] = [4096 - AROUND_BYTES - 1 - 16 - 4, Uint8Array.of(1)];
  add("inner", "unknown kind", "Kind 3.", await inside("kind 3", 3, body.length, body));
  add("inner", "unknown kind 255", "Kind 255.", await inside("kind 255", 255, body.length, body));
  add("inner", "no ciphertext", "Its length is 0.", await inside("none", 2, 0, aad));
  add("inner", "too long by one", "The length points past the end.", await inside("long", 2, room + 1, body));
  add("inner", "largest length", "2^32 - 1.", await inside("largest", 2, 0xffff_ffff, body));
  add(
    "inner",
    "first byte of the padding",
    "Not zero.",
    await inside("first of padding", 2, body.length, concat(body, spare)),
  );
  const toTheEnd = concat(body, new Uint8Array(room - body.length - 1), spare);
  add(
    "inner",
    "last byte of the padding",
    "Not zero.",
    await inside("last of padding", 2, body.length, toTheEnd),
  );
  write("envelope-bad.json", {
    about:
      "What is no envelope for this key; layer names what must refuse it, everything before being in order.",
    clause: "Envelopes",
    scenarios,
  });
}
