/** Packets of spoken codes, and what they are made from: vectors, OpenSSL, and noise. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fingerprint } from "@asfaleia/identity";
import fc from "fast-check";
import {
  openSealedCard,
  PACKET_BYTES,
  type Packet,
  readPacket,
  sealCard,
  writePacket,
} from "../../src/code/packet.ts";
import { agreementOf, cardKey, rendezvousSeed } from "../../src/code/secrets.ts";
import { finish, start } from "../../src/code/spake2.ts";
import { parseCode } from "../../src/code/spokencode.ts";
import { mailboxSigner } from "../../src/engine/mailboxkey.ts";
import { MAX_CARD_BYTES } from "../../src/format/card.ts";

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

interface Scenario {
  readonly name: string;
  readonly head?: string;
  readonly tail?: string;
  readonly bytes?: number;
  readonly reads?: Readonly<Record<string, string>>;
  readonly packet?: string;
  readonly key?: string;
  readonly nonce?: string;
  readonly card?: string;
  readonly refused?: boolean;
}

function vectors<T>(name: string): T[] {
  const url = new URL(`../../../../docs/vectors/${name}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")).scenarios;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

function openssl(length: number, kdf: string, options: Readonly<Record<string, string>>): string {
  const all = Object.entries(options).flatMap(([name, value]) => ["-kdfopt", `${name}:${value}`]);
  const text = execFileSync("openssl", ["kdf", "-keylen", String(length), ...all, kdf], {
    encoding: "utf8",
  });
  return text.trim().replaceAll(":", "").toLowerCase();
}

const [vector] = vectors<Record<string, string> & { guestCard: object; inviterCard: object }>("code.json");
const code = parseCode(vector!.code!)!;
const relay = vector!.relay!;

test("the vector of a code is what the code makes", () => {
  const seed = rendezvousSeed(relay, code.number);
  assert.equal(hex(seed), vector!.seed);
  assert.equal(fingerprint(mailboxSigner(seed).publicKey), vector!.rendezvous);
  const agreement = agreementOf(relay, code);
  assert.equal(agreement.w, BigInt(`0x${vector!.w}`));
  assert.equal(Buffer.from(agreement.idA).toString(), vector!.A);
  assert.equal(Buffer.from(agreement.idB).toString(), vector!.B);
  const inviter = start("A", agreement, BigInt(`0x${vector!.x}`));
  const guest = start("B", agreement, BigInt(`0x${vector!.y}`));
  assert.deepEqual([hex(inviter.share), hex(guest.share)], [vector!.pA, vector!.pB]);
  const mailbox = bytesOf(vector!.mailbox!);
  const ended = finish(inviter, agreement, guest.share, mailbox)!;
  assert.equal(hex(ended.key), vector!.Ke);
  assert.equal(hex(ended.confirmation), vector!.confirmationA);
  assert.ok(ended.confirms(bytesOf(vector!.confirmationB!)));
  // The mailbox for the answers is part of what is confirmed.
  const elsewhere = finish(
    inviter,
    agreement,
    guest.share,
    mailbox.map((byte) => byte ^ 1),
  )!;
  assert.ok(!elsewhere.confirms(bytesOf(vector!.confirmationB!)));
  for (const side of ["guest", "inviter"] as const) {
    const { key, nonce } = cardKey(ended.key, side);
    assert.deepEqual({ key: hex(key), nonce: hex(nonce) }, vector![`${side}Card`]);
  }
});

test("OpenSSL makes the same of it", () => {
  const seed = openssl(32, "HKDF", {
    digest: "SHA256",
    key: code.number,
    salt: relay,
    info: "asfaleia/1 code mailbox",
  });
  assert.equal(seed, vector!.seed);
  const wide = openssl(40, "SCRYPT", {
    pass: code.words.join("-"),
    salt: `asfaleia/1 code words ${relay} ${code.number}`,
    n: "16384",
    r: "8",
    p: "1",
  });
  const w = (BigInt(`0x${wide}`) % (ORDER - 1n)) + 1n;
  assert.equal(w.toString(16).padStart(64, "0"), vector!.w);
  for (const side of ["guest", "inviter"] as const) {
    const key = openssl(44, "HKDF", {
      digest: "SHA256",
      hexkey: vector!.Ke!,
      info: `asfaleia/1 code card of the ${side}`,
    });
    assert.deepEqual({ key: key.slice(0, 64), nonce: key.slice(64) }, vector![`${side}Card`]);
  }
});

test("another relay, number or word makes another mailbox, and another password", () => {
  const other = { number: "48214", words: code.words };
  const otherRelay = relay.replace("6M", "7M");
  const seeds = [
    rendezvousSeed(relay, code.number),
    rendezvousSeed(relay, other.number),
    rendezvousSeed(otherRelay, code.number),
  ];
  assert.equal(new Set(seeds.map(hex)).size, 3);
  const words = { number: code.number, words: ["crossover", "cleanup"] as const };
  const all = [
    agreementOf(relay, code),
    agreementOf(relay, other),
    agreementOf(otherRelay, code),
    agreementOf(relay, words),
  ];
  assert.equal(new Set(all.map(({ w }) => w)).size, 4);
  assert.equal(new Set(all.map(({ idA }) => hex(idA))).size, 3);
});

function packetOf({ head = "", tail = "", bytes = PACKET_BYTES, packet }: Scenario): Uint8Array {
  if (packet !== undefined) return new Uint8Array(Buffer.from(packet, "base64"));
  const all = new Uint8Array(bytes);
  all.set(bytesOf(head).subarray(0, bytes));
  all.set(bytesOf(tail), bytes - tail.length / 2);
  return all;
}

const scenarios = vectors<Scenario>("code-packets.json");
test("the vectors of packets are all there", () => {
  assert.equal(scenarios.filter(({ refused }) => refused === true).length, 10);
  assert.equal(scenarios.filter(({ refused }) => refused !== true).length, 5);
});

for (const scenario of scenarios) {
  test(`${scenario.refused === true ? "no packet" : "packet"}: ${scenario.name}`, () => {
    const bytes = packetOf(scenario);
    const packet = readPacket(bytes);
    if (scenario.refused === true) return assert.equal(packet, undefined);
    assert.ok(packet !== undefined);
    assert.equal(hex(writePacket(packet)), hex(bytes));
    if (packet.kind !== "card") {
      const words = Object.entries(packet).map(([field, value]) => [
        field,
        value instanceof Uint8Array ? hex(value) : value,
      ]);
      return assert.deepEqual(Object.fromEntries(words), scenario.reads);
    }
    const key = { key: bytesOf(scenario.key!), nonce: bytesOf(scenario.nonce!) };
    assert.equal(Buffer.from(openSealedCard(packet.box, key)!).toString("base64"), scenario.card);
    assert.equal(hex(writePacket(sealCard(openSealedCard(packet.box, key)!, key))), hex(bytes));
  });
}

const fixed = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const anyPacket: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ kind: fc.constant("hello" as const), mailbox: fixed(32), share: fixed(65) }),
  fc.record({ kind: fc.constant("answer" as const), share: fixed(65) }),
  fc.record({ kind: fc.constantFrom("proof" as const, "confirm" as const), confirmation: fixed(32) }),
  fixed(64).map((some) => ({ kind: "card" as const, box: box(some) })),
);

function box(some: Uint8Array): Uint8Array {
  return new Uint8Array(PACKET_BYTES - 3).map((_, at) => some[at % some.length]!);
}

test("a packet is read as it was written, and not with any byte changed to what it is not", () => {
  fc.assert(
    fc.property(anyPacket, fc.nat(PACKET_BYTES - 1), fc.integer({ min: 1, max: 255 }), (packet, at, mask) => {
      const bytes = writePacket(packet);
      assert.equal(bytes.length, PACKET_BYTES);
      assert.deepEqual(readPacket(bytes), { ...packet });
      bytes[at]! ^= mask;
      const changed = readPacket(bytes);
      if (changed !== undefined) assert.equal(hex(writePacket(changed)), hex(bytes));
      assert.equal(readPacket(bytes.subarray(1)), undefined);
    }),
    { numRuns: 50 },
  );
});

test("whatever bytes come, they are a packet in its one form or none", () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.nat(7), fixed(120)).map(([kind, some]) => {
      const bytes = new Uint8Array(PACKET_BYTES);
      bytes.set([0x63, 1, kind, ...some.subarray(0, 97)]);
      return bytes;
    }),
  );
  fc.assert(
    fc.property(noise, (bytes) => {
      const packet = readPacket(bytes);
      if (packet !== undefined) assert.equal(hex(writePacket(packet)), hex(bytes));
    }),
  );
});

const KEY = { key: new Uint8Array(32).fill(1), nonce: new Uint8Array(12).fill(2) };

test("a card of any size comes out as it went in, in one size, and under its own key only", () => {
  const card = fc.uint8Array({ minLength: 1, maxLength: MAX_CARD_BYTES });
  fc.assert(
    fc.property(card, fc.nat(PACKET_BYTES - 4), (bytes, at) => {
      const packet = sealCard(bytes, KEY);
      assert.ok(packet.kind === "card");
      assert.equal(writePacket(packet).length, PACKET_BYTES);
      assert.equal(hex(openSealedCard(packet.box, KEY)!), hex(bytes));
      assert.equal(openSealedCard(packet.box, { ...KEY, key: new Uint8Array(32) }), undefined);
      assert.equal(openSealedCard(packet.box, { ...KEY, nonce: new Uint8Array(12) }), undefined);
      const changed = new Uint8Array(packet.box);
      changed[at]! ^= 0x40;
      assert.equal(openSealedCard(changed, KEY), undefined);
      assert.equal(openSealedCard(packet.box.subarray(1), KEY), undefined);
    }),
    { numRuns: 30 },
  );
  for (const length of [0, MAX_CARD_BYTES + 1])
    assert.throws(() => sealCard(new Uint8Array(length), KEY), RangeError);
});

test("inside its seal a card has a length that it may have, and zeros behind it", () => {
  const sealed = (plaintext: Uint8Array): Uint8Array => {
    const cipher = createCipheriv("chacha20-poly1305", KEY.key, KEY.nonce, { authTagLength: 16 });
    cipher.setAAD(Uint8Array.of(0x63, 1), { plaintextLength: plaintext.length });
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  };
  const inside = (length: number, at?: number): Uint8Array => {
    const plaintext = new Uint8Array(PACKET_BYTES - 3 - 16);
    new DataView(plaintext.buffer).setUint32(0, length);
    if (at !== undefined) plaintext[at] = 1;
    return sealed(plaintext);
  };
  assert.equal(openSealedCard(inside(5), KEY)?.length, 5);
  assert.equal(openSealedCard(inside(MAX_CARD_BYTES), KEY)?.length, MAX_CARD_BYTES);
  for (const length of [0, MAX_CARD_BYTES + 1, 0xffff_ffff])
    assert.equal(openSealedCard(inside(length), KEY), undefined);
  assert.equal(openSealedCard(inside(5, 4 + 5), KEY), undefined);
  assert.equal(openSealedCard(inside(5, PACKET_BYTES - 3 - 16 - 1), KEY), undefined);
});

test("a field of a wrong length is not written", () => {
  const wrong: Packet[] = [
    { kind: "hello", mailbox: new Uint8Array(31), share: new Uint8Array(66) },
    { kind: "answer", share: new Uint8Array(33) },
    { kind: "proof", confirmation: new Uint8Array(31) },
    { kind: "card", box: new Uint8Array(100) },
  ];
  for (const packet of wrong) assert.throws(() => writePacket(packet), RangeError);
});
