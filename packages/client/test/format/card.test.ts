/** docs/messaging.md, "Cards". */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "@asfaleia/identity";
import { DOCUMENT_BYTES } from "@asfaleia/protocol";
import fc from "fast-check";
import { type CardFields, MAX_CARD_BYTES, makeCard, openCard } from "../../src/format/card.ts";
import { deviceId } from "../../src/format/deviceid.ts";
import { cardOf, fieldsOf, install, listOf, MAILBOX, NOW, ONION, onceOf } from "./people.ts";
import { refuses, turned, unlessRefused } from "./refuses.ts";

const device = install();
const fields = await fieldsOf(device);
const [mailbox] = fields.mailboxes as [CardFields["mailboxes"][number]];

test("a card opens to what was written on it", async () => {
  const list = await listOf(1, device, install(device.signer));
  const full: CardFields = { ...fields, once: onceOf(device), list, name: "Alice" };
  const card = makeCard(full, device.deviceKey);
  const {
    deviceId: id,
    identity,
    fingerprint: of,
    isListed,
    bytes,
    list: opened,
    ...rest
  } = openCard(card, NOW);
  assert.deepEqual({ ...rest, list }, full);
  assert.equal(id, deviceId(device.devicePublicKey));
  assert.deepEqual(identity.blob, device.signer.publicKey.blob);
  assert.equal(of, fingerprint(identity));
  assert.equal(isListed, true);
  assert.deepEqual(opened?.bytes, list);
  assert.deepEqual(bytes, card);
});

test("what may be left out is left out", async () => {
  const card = openCard(makeCard(fields, device.deviceKey));
  assert.equal(card.isListed, false);
  for (const key of ["once", "list", "name"]) assert.ok(!Object.hasOwn(card, key));
});

test("a list without the device is told", async () => {
  const card = await cardOf(device, { list: await listOf(2, install(device.signer)) });
  assert.equal(openCard(card).isListed, false);
});

test("a card may be published", () => assert.ok(MAX_CARD_BYTES <= DOCUMENT_BYTES));

test("the end date counts where the time is known", async () => {
  const card = await cardOf(device, { ends: NOW - 3_600_001 });
  await refuses(() => openCard(card, NOW), "ended");
  assert.equal(openCard(card).ends, NOW - 3_600_001);
});

test("addresses are in the one form", async () => {
  const good = [
    ONION,
    "asfaleia+unix:/run/relay",
    "asfaleia://[::1]:1",
    `asfaleia://127.0.0.1:3308#${MAILBOX}`,
  ];
  for (const relay of good) makeCard({ ...fields, mailboxes: [{ ...mailbox, relay }] }, device.deviceKey);
  const bad = [
    "",
    "relay",
    "asfaleia://relay",
    "asfaleia://RELAY:3308",
    "asfaleia://relay:03308",
    "asfaleia://relay:3308/",
    "asfaleia://relay:3308 ",
  ];
  for (const relay of bad) {
    await refuses(
      () => makeCard({ ...fields, mailboxes: [{ ...mailbox, relay }] }, device.deviceKey),
      "malformed",
    );
  }
});

test("names are what can be shown on one line", async () => {
  for (const name of ["A", "\u{1f431}".repeat(64), "\u{1f469}\u200d\u{1f4bb}", "\u05d0"]) {
    makeCard({ ...fields, name }, device.deviceKey);
  }
  for (const name of ["", "a".repeat(65), "a\tb", "a\u2028b", "a\u2066b", "\ud800"]) {
    await refuses(() => makeCard({ ...fields, name }, device.deviceKey), "malformed");
  }
});

test("nothing private gets onto a card by accident", async () => {
  const signed = { ...fields.signed, record: new Uint8Array(64) };
  await refuses(() => makeCard({ ...fields, signed }, device.deviceKey), "malformed");
  await refuses(
    () => makeCard({ ...fields, deviceKey: device.deviceKey } as CardFields, device.deviceKey),
    "malformed",
  );
});

test("what is too large is not made", async () => {
  const long = { relay: `asfaleia+unix:/${"a".repeat(90)}`, mailbox: MAILBOX };
  makeCard({ ...fields, mailboxes: [long, long, long, long] }, device.deviceKey);
  await refuses(() => openCard(new Uint8Array(MAX_CARD_BYTES + 1)), "too-large");
  await refuses(() => openCard(new Uint8Array(MAX_CARD_BYTES)), "bad-cbor");
});

test("no card survives a turned bit", async () => {
  const card = makeCard({ ...fields, list: await listOf(1, device) }, device.deviceKey);
  fc.assert(
    fc.property(fc.nat({ max: card.length * 8 - 1 }), (bit) => {
      assert.equal(
        unlessRefused(() => openCard(turned(card, bit))),
        undefined,
      );
    }),
    { numRuns: 500 },
  );
});

test("no bytes make it throw anything else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(
        unlessRefused(() => openCard(bytes)),
        undefined,
      );
    }),
  );
});
