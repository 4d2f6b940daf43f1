/** docs/messaging.md, "Devices". */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sameKey } from "@asfaleia/identity";
import fc from "fast-check";
import { MAX_CERTIFICATE_BYTES, makeCertificate, openCertificate } from "../../src/format/certificate.ts";
import { certify, drawSigner, type IdentityType, install, NOW } from "./people.ts";
import { refuses, turned, unlessRefused } from "./refuses.ts";

const TYPES: readonly IdentityType[] = ["ed25519", "p256", "rsa2048"];

for (const type of TYPES) {
  test(`a certificate by ${type} opens to who made it`, async () => {
    const device = install(drawSigner(type));
    const certificate = await certify(device);
    const opened = openCertificate(certificate, { ...device, identity: device.signer.publicKey });
    assert.ok(sameKey(opened.identity, device.signer.publicKey));
    assert.equal(opened.at, NOW);
    assert.ok(certificate.length <= MAX_CERTIFICATE_BYTES);
  });
}

test("it opens for no other device, X-Wing key or identity", async () => {
  const [device, other] = [install(), install()];
  const certificate = await certify(device);
  const { devicePublicKey, xwing } = device;
  await refuses(() => openCertificate(certificate, { ...device, xwing: other.xwing }), "wrong-key");
  await refuses(
    () => openCertificate(certificate, { xwing, devicePublicKey: other.devicePublicKey }),
    "bad-signature",
  );
  await refuses(
    () => openCertificate(certificate, { ...device, identity: other.signer.publicKey }),
    "wrong-key",
  );
  await refuses(
    () => openCertificate(certificate, { xwing, devicePublicKey: devicePublicKey.subarray(1) }),
    "bad-signature",
  );
});

test("a device key that is not the certified one's own is of no use", async () => {
  const [device, other] = [install(), install()];
  const certificate = await makeCertificate({ ...device, deviceKey: other.deviceKey, at: NOW });
  await refuses(() => openCertificate(certificate, device), "bad-signature");
});

test("no time, no certificate", async () => {
  for (const at of [-1, 1.5, Number.NaN, 2 ** 53]) {
    await refuses(() => makeCertificate({ ...install(), at }), "malformed");
  }
});

test("no certificate survives a turned bit", async () => {
  const device = install();
  const certificate = await certify(device);
  fc.assert(
    fc.property(fc.nat({ max: certificate.length * 8 - 1 }), (bit) => {
      assert.equal(
        unlessRefused(() => openCertificate(turned(certificate, bit), device)),
        undefined,
      );
    }),
    { numRuns: 500 },
  );
});
