/** The keys of a device: their sizes, whose signatures they carry, and what comes back out of a record. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DEVICE_KEY_BYTES,
  DEVICE_SIGNATURE_BYTES,
  verifyDeviceSignature,
} from "../../src/session/devicekey.ts";
import { SessionError } from "../../src/session/errors.ts";
import {
  devicePublicKey,
  KYBER_KEY_BYTES,
  kyberPrekeyFromRecord,
  newDevice,
  newKyberPrekey,
  newOneTimePrekey,
  newSignedPrekey,
  oneTimePrekeyFromRecord,
  signedPrekeyFromRecord,
} from "../../src/session/keys.ts";
import { NOW } from "./party.ts";

const device = newDevice();

test("a device has a key pair and a registration id of 14 bits", () => {
  assert.equal(device.deviceKey.length, 32);
  assert.equal(device.publicKey.length, DEVICE_KEY_BYTES);
  assert.deepEqual(devicePublicKey(device.deviceKey), device.publicKey);
  for (let i = 0; i < 200; i++) {
    const { registration } = newDevice();
    assert.ok(registration >= 1 && registration < 16_384);
  }
});

const SIGNED = {
  signed: { make: newSignedPrekey, read: signedPrekeyFromRecord, bytes: DEVICE_KEY_BYTES },
  Kyber: { make: newKyberPrekey, read: kyberPrekeyFromRecord, bytes: KYBER_KEY_BYTES },
};
for (const [name, { make, read, bytes }] of Object.entries(SIGNED)) {
  test(`a ${name} prekey is signed by its device, and comes back from its record`, () => {
    for (const id of [1, 0xffff_ffff]) {
      const { record, ...prekey } = make(id, device.deviceKey, NOW);
      assert.equal(prekey.id, id);
      assert.equal(prekey.key.length, bytes);
      assert.equal(prekey.signature.length, DEVICE_SIGNATURE_BYTES);
      assert.ok(verifyDeviceSignature(device.publicKey, prekey.key, prekey.signature));
      assert.ok(!verifyDeviceSignature(newDevice().publicKey, prekey.key, prekey.signature));
      assert.deepEqual(read(record), prekey);
    }
    assert.notDeepEqual(make(1, device.deviceKey, NOW).key, make(1, device.deviceKey, NOW).key);
  });
}

test("a one-time prekey comes back from its record", () => {
  const { record, ...prekey } = newOneTimePrekey(7);
  assert.equal(prekey.id, 7);
  assert.equal(prekey.key.length, DEVICE_KEY_BYTES);
  assert.deepEqual(oneTimePrekeyFromRecord(record), prekey);
});

test("what is no record is an error that says nothing of what it is", () => {
  const junk = Buffer.from("ff00ff00", "hex");
  for (const read of [signedPrekeyFromRecord, kyberPrekeyFromRecord, oneTimePrekeyFromRecord]) {
    assert.throws(
      () => read(junk),
      (error) => error instanceof SessionError && error.code === "broken",
    );
  }
});

test("signatures are refused over anything else", () => {
  const { key, signature } = newSignedPrekey(1, device.deviceKey, NOW);
  assert.ok(!verifyDeviceSignature(device.publicKey, key.subarray(1), signature));
  assert.ok(!verifyDeviceSignature(device.publicKey, key, signature.subarray(1)));
  assert.ok(!verifyDeviceSignature(new Uint8Array(DEVICE_KEY_BYTES), key, signature));
  assert.ok(!verifyDeviceSignature(new Uint8Array(3), key, signature));
});
