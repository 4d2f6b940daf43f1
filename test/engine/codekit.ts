/** Somebody at a relay who knows the number of a spoken code, and perhaps not its words. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import { type Link, openLink } from "@asfaleia/client";
import {
  MessengerError,
  type MessengerErrorCode,
  parseCode,
  type SpokenCode,
} from "@asfaleia/client/messenger";
import { fingerprint } from "@asfaleia/identity";
import { parseAddress } from "@asfaleia/protocol";
import type { Relay } from "@asfaleia/relay";
import {
  agreementOf,
  finish,
  type Packet,
  readPacket,
  rendezvousSeed,
  SECOND_WORDS,
  scalarFrom,
  start,
  writePacket,
} from "../../packages/client/test/code/internals.ts";
import { mailboxSigner } from "../../packages/client/test/internals.ts";

export function codeOf(text: string): SpokenCode {
  const code = parseCode(text);
  assert.ok(code !== undefined, `${text} is no code`);
  return code;
}

/** The same number, with another second word. */
export function wrongWords(text: string): SpokenCode {
  const { number, words } = codeOf(text);
  const [first, second] = words;
  return { number, words: [first, SECOND_WORDS[(SECOND_WORDS.indexOf(second) + 1) % 256]!] };
}

export async function fails(promise: Promise<unknown>, code: MessengerErrorCode): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof MessengerError, String(error));
    assert.equal(error.code, code);
    return true;
  });
}

/** Fingerprint of its key. */
export function relayKey(relay: Relay): string {
  const { fingerprint: key } = parseAddress(relay.addresses[0]!);
  assert.ok(key !== undefined);
  return key;
}

export type Box = Awaited<ReturnType<typeof box>>;

/** A mailbox that is read at once. @param seed left out: one drawn for it */
export async function box(t: TestContext, relay: Relay, seed: Uint8Array = randomBytes(32)) {
  const link = await openLink(parseAddress(relay.addresses[0]!));
  t.after(() => link.close());
  const token = await link.authenticate(mailboxSigner(seed));
  const { messages } = await link.subscribe(token, 8);
  const all = messages[Symbol.asyncIterator]();
  return {
    link,
    token,
    fingerprint: token.mailbox,
    bytes: new Uint8Array(Buffer.from(token.mailbox.slice(7), "base64")),
    async next(): Promise<Packet> {
      const { value } = await all.next();
      const packet = readPacket(value.envelope);
      assert.ok(packet !== undefined, "no packet");
      return packet;
    },
  };
}

/** Takes over the mailbox of a number. */
export async function atRendezvous(t: TestContext, relay: Relay, number: string): Promise<Box> {
  return box(t, relay, rendezvousSeed(relayKey(relay), number));
}

export async function mark(at: Box): Promise<void> {
  await at.link.publish(at.token, "code", 600, randomBytes(16));
}

/** Sends to the mailbox of a number, or to any. */
export async function sender(t: TestContext, relay: Relay, to: { readonly number: string } | string) {
  const link: Link = await openLink(parseAddress(relay.addresses[0]!));
  t.after(() => link.close());
  const token = await link.authenticate(mailboxSigner(randomBytes(32)));
  const mailbox =
    typeof to === "string"
      ? to
      : fingerprint(mailboxSigner(rendezvousSeed(relayKey(relay), to.number)).publicKey);
  return {
    raw: (bytes: Uint8Array) => link.send(token, mailbox, bytes),
    say: (packet: Packet) => link.send(token, mailbox, writePacket(packet)),
    lookup: () => link.lookup(token, mailbox),
  };
}

/** A guest played by hand, up to its proof. */
export async function playGuest(t: TestContext, relay: Relay, code: SpokenCode) {
  const own = await box(t, relay);
  const to = await sender(t, relay, code);
  const agreement = agreementOf(relayKey(relay), code);
  const begun = start("B", agreement, scalarFrom(randomBytes(40)));
  await to.say({ kind: "hello", mailbox: own.bytes, share: begun.share });
  return {
    own,
    to,
    /** Waits for the answer. */
    async ended() {
      const answer = await own.next();
      assert.equal(answer.kind, "answer");
      return finish(begun, agreement, (answer as { share: Uint8Array }).share, own.bytes)!;
    },
  };
}
