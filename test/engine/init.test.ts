/** Who cannot become a device, and what is left of the attempt. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { initProfile, openMemoryProfile } from "@asfaleia/client/messenger";
import { fileSigner, publicKeyFromSpki, type Signer } from "@asfaleia/identity";
import { parseAddress } from "@asfaleia/protocol";
import { newEd25519 } from "../kit/keys.ts";
import { environment, newPerson, newRelay } from "./kit.ts";

const RELAY = parseAddress("asfaleia://127.0.0.1:3308");

function newRsa(bits: number): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const key = publicKeyFromSpki(publicKey.export({ format: "der", type: "spki" }));
  return fileSigner({ publicKey: key, keyObject: privateKey, comment: "" });
}

test("a profile needs a relay, and has at most four", async () => {
  const profile = openMemoryProfile();
  const { signer } = newEd25519();
  await assert.rejects(initProfile({ profile, environment, signer, relays: [] }), { code: "not-allowed" });
  const relays = [1, 2, 3, 4, 5].map((port) => parseAddress(`asfaleia://127.0.0.1:${port}`));
  await assert.rejects(initProfile({ profile, environment, signer, relays }), { code: "not-allowed" });
  assert.equal(profile.own.get(), undefined);
  profile.close();
});

test("an RSA key of 4096 bits will do, one of 5120 does not fit a first message", async () => {
  const [one, other] = [openMemoryProfile(), openMemoryProfile()];
  await initProfile({ profile: one, environment, signer: newRsa(4096), relays: [RELAY] });
  assert.notEqual(one.own.get(), undefined);
  const options = { profile: other, environment, signer: newRsa(5120), relays: [RELAY] };
  await assert.rejects(initProfile(options), { code: "not-allowed" });
  assert.equal(other.own.get(), undefined);
  one.close();
  other.close();
});

test("a profile is made once, and a link must be the card of a listed device of the same key", async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const { profile, signer } = alice;
  await assert.rejects(initProfile({ profile, environment, signer, relays: [RELAY] }), {
    code: "not-allowed",
  });
  const stranger = openMemoryProfile();
  const link = alice.messenger.card();
  const options = { profile: stranger, environment, signer: newEd25519().signer, relays: [RELAY], link };
  await assert.rejects(initProfile(options), { code: "bad-card" });
  assert.equal(stranger.own.get(), undefined);
  stranger.close();
});
