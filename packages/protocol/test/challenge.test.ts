/** The challenge text: docs/protocol.md, "Proving a key". */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { CHALLENGE_BYTES, challengeBinding, challengeText, isChallengeFor } from "@asfaleia/protocol";
import fc from "fast-check";
import { bytes, fingerprint, handle } from "./arbitraries.ts";
import { hex, latin1, type Scenario, text, unhex, vectors } from "./vectors.ts";

interface ChallengeScenario extends Scenario {
  readonly relay: string;
  readonly handle: string;
  readonly random: string;
  readonly binding: string;
  readonly sha256: string;
  readonly text: string;
}

const hashOf = (relay: string, named: string) =>
  createHash("sha256").update(challengeBinding(relay, named)).digest();

for (const vector of vectors<ChallengeScenario>("challenge.json")) {
  test(`challenge ${vector.refused ? "refused" : "answered"}: ${vector.name}`, () => {
    const hash = hashOf(vector.relay, vector.handle);
    assert.equal(isChallengeFor(latin1(vector.text), hash), !vector.refused);
    if (vector.refused) return;
    assert.equal(text(challengeBinding(vector.relay, vector.handle)), vector.binding);
    assert.equal(hex(hash), vector.sha256);
    assert.equal(text(challengeText(hash, unhex(vector.random))), vector.text);
    assert.equal(vector.text.length, CHALLENGE_BYTES);
  });
}

test("a client answers its own challenges, and those of no other relay or handle", () => {
  const pair = fc.tuple(fingerprint, handle);
  fc.assert(
    fc.property(pair, pair, bytes(16), (mine, other, random) => {
      const challenge = challengeText(hashOf(...mine), random);
      assert.ok(isChallengeFor(challenge, hashOf(...mine)));
      assert.equal(isChallengeFor(challenge, hashOf(...other)), mine.join() === other.join());
    }),
  );
});

test("a challenge with one byte changed in its bound part, or one that is no base64, is not answered", () => {
  const hash = hashOf("SHA256:x", "y");
  const good = challengeText(hash, new Uint8Array(16));
  for (let at = 0; at < good.length; at++) {
    const bad = good.slice();
    bad[at] = 0x2d;
    assert.ok(!isChallengeFor(bad, hash), `at ${at}`);
  }
});
