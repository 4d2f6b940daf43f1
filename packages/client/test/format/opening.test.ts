/** docs/messaging.md, "Envelopes": everything before the first answer has one size, and all that it must hold fits. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openCard } from "../../src/format/card.ts";
import { type Content, encodePlaintext, FIRST_TEXT_BYTES } from "../../src/format/content.ts";
import { capacityOf, ENVELOPE_SIZES } from "../../src/format/envelope.ts";
import { sha256 } from "../../src/format/hash.ts";
import { kept, newParty, open } from "../session/party.ts";
import { cardOf, drawSigner, install, listOf, MAILBOX, NOW, ONION } from "./people.ts";

const OPENING_BYTES = ENVELOPE_SIZES[1];
/** What libsignal's first message adds, its Kyber ciphertext included. */
const MAX_OVERHEAD_BYTES = 2400;

const id = new Uint8Array(16).fill(0xff);
const header = { v: 1, isKnown: true, id, n: Number.MAX_SAFE_INTEGER, at: NOW, until: NOW } as const;

let plaintext: Uint8Array;

before(async () => {
  const device = install(drawSigner("rsa4096"));
  const list = await listOf(1_000_000, device, install(device.signer), install(device.signer));
  const card = await cardOf(device, {
    list,
    mailboxes: [{ relay: ONION, mailbox: MAILBOX }],
    name: "\u{1f431}".repeat(64),
  });
  assert.equal(openCard(card, NOW).list?.devices.length, 3);
  const hash = sha256(device.signer.publicKey.blob);
  const body = { to: id, text: "\u00e9".repeat(FIRST_TEXT_BYTES / 2) };
  const content: Content = { ...header, kind: "reply", body };
  plaintext = encodePlaintext({
    content,
    hello: { card, to: hash, from: hash, say: id, invite: new Uint8Array(32) },
  });
});

test("RSA-4096, three devices, an onion, a long name and 4,096 bytes of text fit an opening", () => {
  assert.equal(capacityOf(OPENING_BYTES, "opening"), 16_384 - 1 - 1120 - 16 - 1 - 33 - 4);
  const room = capacityOf(OPENING_BYTES, "opening") - plaintext.length - MAX_OVERHEAD_BYTES;
  assert.ok(room >= 0, `${-room} bytes too many`);
});

test("libsignal adds no more to a first message than is allowed for", async () => {
  const [alice, bob] = [newParty(), newParty()];
  await open(alice, bob, bob.oneTimeBundle(0x7fff_fff0));
  // Until the first answer every message carries the opening; the later ones are no longer.
  for (let i = 0; i < 3; i++) {
    const { ciphertext, isOpening } = await kept(alice, (stage) => stage.encrypt(bob.id, plaintext, NOW));
    assert.ok(isOpening);
    const overhead = ciphertext.length - plaintext.length;
    assert.ok(overhead <= MAX_OVERHEAD_BYTES, `${overhead} bytes`);
    assert.ok(ciphertext.length <= capacityOf(OPENING_BYTES, "opening"));
  }
});
