import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { makeDeviceList } from "../../src/format/devicelist.ts";
import { isEnded, judgeList } from "../../src/rules/devicelists.ts";
import { DAY_MS, drawSigner, NOW } from "../format/people.ts";

const HOUR_MS = 3_600_000;
const signer = drawSigner("p256");

async function list(counter: number, device: number) {
  const devices = [new Uint8Array(33).fill(device)];
  return { counter, bytes: await makeDeviceList({ signer, counter, devices, at: NOW, ends: NOW + DAY_MS }) };
}

test("the first list is news, a higher counter too, and a lower one never", async () => {
  const [five, six] = [await list(5, 1), await list(6, 1)];
  assert.equal(judgeList(undefined, five), "newer");
  assert.equal(judgeList(five, six), "newer");
  assert.equal(judgeList(six, five), "older");
});

test("one counter: the same, or two that contradict each other", async () => {
  const [one, signedAgain, another] = [await list(5, 1), await list(5, 1), await list(5, 2)];
  assert.equal(judgeList(one, one), "same");
  assert.notDeepEqual(one.bytes, signedAgain.bytes);
  assert.equal(judgeList(one, signedAgain), "same");
  assert.equal(judgeList(one, another), "conflict");
});

test("whoever takes only what is newer never goes back, whatever comes in which order", async () => {
  const lists = await Promise.all([1, 2, 3, 4].flatMap((counter) => [list(counter, 1), list(counter, 2)]));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...lists), { maxLength: 20 }), (offers) => {
      let known: (typeof lists)[number] | undefined;
      for (const offer of offers) {
        const before = known?.counter ?? 0;
        const verdict = judgeList(known, offer);
        if (verdict === "newer") known = offer;
        assert.equal(known?.counter, Math.max(before, offer.counter));
        assert.equal(verdict === "conflict", offer.counter === before && offer.bytes !== known?.bytes);
      }
    }),
  );
});

test("a list is over an hour after its end", () => {
  assert.ok(!isEnded({ ends: NOW }, NOW + HOUR_MS));
  assert.ok(isEnded({ ends: NOW }, NOW + HOUR_MS + 1));
});
