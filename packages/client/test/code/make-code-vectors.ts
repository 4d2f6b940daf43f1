/**
 * Makes docs/vectors/code.json and code-packets.json, always the same.
 *
 *     node --conditions=asfaleia-source packages/client/test/code/make-code-vectors.ts
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fingerprint } from "@asfaleia/identity";
import { type Packet, sealCard, writePacket } from "../../src/code/packet.ts";
import { agreementOf, cardKey, rendezvousSeed } from "../../src/code/secrets.ts";
import { finish, scalarFrom, start } from "../../src/code/spake2.ts";
import { mailboxSigner } from "../../src/engine/mailboxkey.ts";

const FOLDER = new URL("../../../../docs/vectors/", import.meta.url);
const RELAY = "SHA256:6M3272AVVLZJLTRF/XZNJP5Vryfn/ZC1kKWczSJRzew";
const CODE = { number: "48213", words: ["crossover", "clockwork"] } as const;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const drawn = (what: string): Uint8Array => createHash("sha512").update(what).digest();

const seed = rendezvousSeed(RELAY, CODE.number);
const agreement = agreementOf(RELAY, CODE);
const mailbox = new Uint8Array(drawn("mailbox").subarray(0, 32));
const [x, y] = [scalarFrom(drawn("inviter").subarray(0, 40)), scalarFrom(drawn("guest").subarray(0, 40))];
const inviter = start("A", agreement, x);
const guest = start("B", agreement, y);
const atInviter = finish(inviter, agreement, guest.share, mailbox)!;
const atGuest = finish(guest, agreement, inviter.share, mailbox)!;
const keyOf = (side: "inviter" | "guest"): { key: string; nonce: string } => {
  const { key, nonce } = cardKey(atGuest.key, side);
  return { key: hex(key), nonce: hex(nonce) };
};

write("code.json", {
  about:
    "A spoken code and all that is made from it: the mailbox of its number, the scalars, the names and shares of SPAKE2, the key and the confirmations, and what seals the cards.",
  clause: "Spoken codes",
  scenarios: [
    {
      name: "a code from its words to its cards",
      relay: RELAY,
      code: [CODE.number, ...CODE.words].join("-"),
      seed: hex(seed),
      rendezvous: fingerprint(mailboxSigner(seed).publicKey),
      w: scalar(agreement.w),
      A: Buffer.from(agreement.idA).toString(),
      B: Buffer.from(agreement.idB).toString(),
      mailbox: hex(mailbox),
      x: scalar(x),
      y: scalar(y),
      pA: hex(inviter.share),
      pB: hex(guest.share),
      Ke: hex(atInviter.key),
      confirmationA: hex(atInviter.confirmation),
      confirmationB: hex(atGuest.confirmation),
      guestCard: keyOf("guest"),
      inviterCard: keyOf("inviter"),
    },
  ],
});

const good: readonly (readonly [string, Packet])[] = [
  ["the guest says hello", { kind: "hello", mailbox, share: guest.share }],
  ["the inviter answers", { kind: "answer", share: inviter.share }],
  ["the guest proves the words", { kind: "proof", confirmation: atGuest.confirmation }],
  ["the inviter confirms", { kind: "confirm", confirmation: atInviter.confirmation }],
];
const card = new Uint8Array(
  Buffer.from(
    JSON.parse(readFileSync(new URL("card-good.json", FOLDER), "utf8")).scenarios[0].card,
    "base64",
  ),
);
const sealed = sealCard(card, cardKey(atGuest.key, "guest"));
const hello = trimmed(writePacket(good[0]![1]));
const bad: readonly (readonly [string, { head: string; bytes?: number; tail?: string }])[] = [
  ["nothing", { head: "", bytes: 0 }],
  ["one byte short", { head: hello, bytes: 16_383 }],
  ["one byte long", { head: hello, bytes: 16_385 }],
  ["no code packet: the first byte of an envelope", { head: `01${hello.slice(2)}` }],
  ["an unknown version", { head: `6302${hello.slice(4)}` }],
  ["kind 0", { head: `630100${hello.slice(6)}` }],
  ["kind 6", { head: `630106${hello.slice(6)}` }],
  ["a byte behind the body", { head: `${hello}01` }],
  ["a byte at the end of the padding", { head: hello, tail: "01" }],
  ["all zeros", { head: "" }],
];

write("code-packets.json", {
  about:
    "Packets of a spoken code: the bytes of head, then zeros up to 16,384 bytes (or as many as bytes says), tail over the last of them. Or a whole packet in base64, whose card opens with key and nonce.",
  clause: "Spoken codes",
  scenarios: [
    ...good.map(([name, packet]) => ({
      name,
      head: trimmed(writePacket(packet)),
      reads: Object.fromEntries(
        Object.entries(packet).map(([field, value]) => [
          field,
          value instanceof Uint8Array ? hex(value) : value,
        ]),
      ),
    })),
    {
      name: "the guest's card",
      packet: Buffer.from(writePacket(sealed)).toString("base64"),
      ...keyOf("guest"),
      card: Buffer.from(card).toString("base64"),
    },
    ...bad.map(([name, bytes]) => ({ name, ...bytes, refused: true })),
  ],
});

function scalar(value: bigint): string {
  return value.toString(16).padStart(64, "0");
}

function trimmed(packet: Uint8Array): string {
  return hex(packet).replace(/(?:00)+$/, "");
}

function write(name: string, content: unknown): void {
  writeFileSync(new URL(name, FOLDER), `${JSON.stringify(content, undefined, 1)}\n`);
}
