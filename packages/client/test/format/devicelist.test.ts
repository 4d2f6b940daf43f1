/** docs/messaging.md, "Device lists". */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sameKey } from "@asfaleia/identity";
import fc from "fast-check";
import { MAX_LISTED_DEVICES, makeDeviceList, openDeviceList, sameList } from "../../src/format/devicelist.ts";
import { sha256 } from "../../src/format/hash.ts";
import { DAY_MS, drawSigner, install, listOf, NOW } from "./people.ts";
import { refuses, turned, unlessRefused } from "./refuses.ts";

const signer = drawSigner();
const times = { at: NOW, ends: NOW + DAY_MS };
const keyOf = (seed: number): Uint8Array => new Uint8Array(33).fill(seed);

test("a list names its devices and no others, however they were given", async () => {
  const keys = fc.uniqueArray(fc.nat({ max: 200 }), { minLength: 1, maxLength: MAX_LISTED_DEVICES });
  await fc.assert(
    fc.asyncProperty(
      keys,
      fc.nat({ max: 16 }),
      fc.integer({ min: 1, max: 2 ** 53 - 1 }),
      async (seeds, cut, counter) => {
        const all = seeds.map(keyOf);
        const devices = all.slice(0, cut);
        // The whole once more as hashes: a device may be given twice, and stands once.
        const bytes = await makeDeviceList({
          signer,
          counter,
          devices,
          deviceHashes: all.map(sha256),
          ...times,
        });
        const list = openDeviceList(bytes);
        assert.ok(sameKey(list.identity, signer.publicKey));
        assert.deepEqual(list.devices, all.map(sha256).sort(Buffer.compare));
        assert.deepEqual([list.counter, list.at, list.ends], [counter, times.at, times.ends]);
        for (let seed = 0; seed <= 200; seed += 7)
          assert.equal(list.names(keyOf(seed)), seeds.includes(seed));
      },
    ),
    { numRuns: 50 },
  );
});

test("what is out of range is not signed", async () => {
  const devices = [keyOf(1)];
  const refused = [
    { counter: 0, devices, ...times },
    { counter: 1, devices: [], ...times },
    { counter: 1, devices: Array.from({ length: 17 }, (_, seed) => keyOf(seed)), ...times },
    { counter: 1, devices, at: NOW, ends: NOW },
    { counter: 1, devices, at: NOW, ends: NOW + 90 * DAY_MS + 1 },
    { counter: 1, devices, deviceHashes: [keyOf(1)], ...times },
  ];
  for (const options of refused) await refuses(() => makeDeviceList({ signer, ...options }), "malformed");
});

test("no list survives a turned bit", async () => {
  const bytes = await listOf(3, install(signer), install(signer));
  fc.assert(
    fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
      assert.equal(
        unlessRefused(() => openDeviceList(turned(bytes, bit))),
        undefined,
      );
    }),
    { numRuns: 500 },
  );
});

test("two signatures over one list are one list", async () => {
  const p256 = drawSigner("p256");
  const options = { signer: p256, counter: 1, devices: [keyOf(1)], ...times };
  const [once, again] = [await makeDeviceList(options), await makeDeviceList(options)];
  assert.notDeepEqual(once, again);
  assert.ok(sameList(once, again));
  assert.ok(!sameList(once, await makeDeviceList({ ...options, devices: [keyOf(2)] })));
});
