/** docs/vectors/{certificate,devicelist,card,content}-{good,bad}.json: what must open and how, and what must not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { publicKeyFromBlob } from "@asfaleia/identity";
import { openCard } from "../../src/format/card.ts";
import { openCertificate } from "../../src/format/certificate.ts";
import { decodePlaintext, encodePlaintext } from "../../src/format/content.ts";
import { openDeviceList } from "../../src/format/devicelist.ts";
import {
  type BadCard,
  type BadCertificate,
  type BadContent,
  type BadList,
  type GoodCard,
  type GoodCertificate,
  type GoodContent,
  type GoodList,
  inWords,
  toBase64,
} from "./formatvectors.ts";
import { refuses } from "./refuses.ts";
import { fromBase64, fromHex, readVectors, toHex } from "./vectors.ts";

function open({ certificate, devicePublicKey, xwing, identity }: GoodCertificate | BadCertificate) {
  return openCertificate(fromBase64(certificate), {
    devicePublicKey: fromBase64(devicePublicKey),
    xwing: fromBase64(xwing),
    ...(identity === undefined ? {} : { identity: publicKeyFromBlob(fromBase64(identity)) }),
  });
}

function all<Scenario extends { readonly name: string }>(file: string, least: number): readonly Scenario[] {
  const scenarios = readVectors<Scenario>(file);
  assert.ok(scenarios.length >= least);
  assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length);
  return scenarios;
}

for (const vector of all<GoodCertificate>("certificate-good.json", 2)) {
  test(`certificate: ${vector.name}`, () => {
    const { identity, at } = open(vector);
    assert.deepEqual({ identity: toBase64(identity.blob), at }, vector.opens);
  });
}

for (const vector of all<BadCertificate>("certificate-bad.json", 20)) {
  test(`no certificate: ${vector.name}`, () => refuses(() => open(vector), vector.error));
}

for (const { name, list, opens, names } of all<GoodList>("devicelist-good.json", 2)) {
  test(`device list: ${name}`, () => {
    const { identity, counter, devices, ends, at, ...opened } = openDeviceList(fromBase64(list));
    const words = { identity: toBase64(identity.blob), counter, devices: devices.map(toBase64), ends, at };
    assert.deepEqual(words, opens);
    assert.equal(toBase64(opened.bytes), list);
    for (const key of names) assert.ok(opened.names(fromBase64(key)));
    assert.ok(!opened.names(new Uint8Array(33).fill(5)));
  });
}

for (const { name, list, error } of all<BadList>("devicelist-bad.json", 18)) {
  test(`no device list: ${name}`, () => refuses(() => openDeviceList(fromBase64(list)), error));
}

for (const { name, card, now, opens } of all<GoodCard>("card-good.json", 4)) {
  test(`card: ${name}`, () => {
    const { identity: _identity, bytes, list, ...rest } = openCard(fromBase64(card), now);
    const words = {
      ...(inWords(rest) as object),
      ...(list === undefined ? {} : { list: toBase64(list.bytes) }),
    };
    assert.deepEqual(words, opens);
    assert.equal(toBase64(bytes), card);
  });
}

for (const { name, card, now, error } of all<BadCard>("card-bad.json", 38)) {
  test(`no card: ${name}`, () => refuses(() => openCard(fromBase64(card), now), error));
}

for (const { name, plaintext, opens } of all<GoodContent>("content-good.json", 30)) {
  test(`content: ${name}`, () => {
    const opened = decodePlaintext(fromHex(plaintext));
    assert.deepEqual(inWords(opened), opens);
    assert.equal(toHex(encodePlaintext(opened)), plaintext);
  });
}

for (const { name, plaintext, error } of all<BadContent>("content-bad.json", 42)) {
  test(`no content: ${name}`, () => refuses(() => decodePlaintext(fromHex(plaintext)), error));
}
