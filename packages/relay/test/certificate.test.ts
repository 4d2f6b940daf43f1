import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { publicKeyFromSpki, sameKey } from "@asfaleia/identity";
import { missing, run, SshOracle } from "../../identity/test/oracle.ts";
import { selfSignedCertificate } from "../src/certificate.ts";
import { drawRelayKey, readRelayKey } from "../src/relaykey.ts";

describe("the relay's certificate", () => {
  it("is what openssl takes for a self-signed certificate of that key", { skip: missing("openssl") }, () => {
    using folder = new SshOracle();
    for (let i = 0; i < 8; i++) {
      const { keyObject } = drawRelayKey();
      const file = folder.write("cert.pem", selfSignedCertificate(keyObject));
      const text = run("openssl", ["x509", "-in", file, "-noout", "-text"]);
      assert.match(text, /Version: 3 \(0x2\)/);
      assert.match(text, /Issuer: CN = ?asfaleia relay\n/);
      assert.match(text, /Subject: CN = ?asfaleia relay\n/);
      assert.match(text, /Not Before: Jan +1 00:00:00 2020 GMT\s+Not After : Dec 31 23:59:59 9999 GMT/);
      assert.match(text, /Public Key Algorithm: ED25519/i);
      assert.equal(run("openssl", ["verify", "-check_ss_sig", "-CAfile", file, file]), `${file}: OK\n`);
      const pem = run("openssl", ["x509", "-in", file, "-noout", "-pubkey"]);
      assert.equal(pem, drawnPublicKey(keyObject));
      const serial = run("openssl", ["x509", "-in", file, "-noout", "-serial"]);
      assert.match(serial, /^serial=[4-7][0-9A-F]{31}\n$/, "a serial number is positive, 16 bytes long");
    }
  });

  it("is the same for the same key, byte for byte, and another for another", () => {
    const { keyObject, publicKey } = drawRelayKey();
    const certificate = selfSignedCertificate(keyObject);
    assert.equal(selfSignedCertificate(keyObject), certificate);
    assert.notEqual(selfSignedCertificate(drawRelayKey().keyObject), certificate);
    const parsed = new X509Certificate(certificate);
    assert.ok(parsed.verify(parsed.publicKey));
    const spki = parsed.publicKey.export({ format: "der", type: "spki" });
    assert.ok(sameKey(publicKeyFromSpki(spki), publicKey));
  });
});

describe("the relay's key", { skip: missing("ssh-keygen") }, () => {
  it("is read from what ssh-keygen makes", () => {
    using folder = new SshOracle();
    folder.generate("relay", { name: "ed25519", type: "ed25519" });
    const key = readRelayKey(folder.read("relay"));
    assert.equal(key.fingerprint, folder.keygen(["-l", "-f", "relay.pub"]).split(" ")[1]);
    assert.notDeepEqual(
      readRelayKey(folder.read("relay")).bootId,
      key.bootId,
      "each run has a boot id of its own",
    );
    assert.equal(
      selfSignedCertificate(key.keyObject),
      selfSignedCertificate(readRelayKey(folder.read("relay")).keyObject),
    );
  });

  it("is ssh-ed25519, without a passphrase", () => {
    using folder = new SshOracle();
    folder.generate("ecdsa", { name: "p256", type: "ecdsa", bits: 256 });
    folder.generate("locked", { name: "ed25519", type: "ed25519" }, "secret");
    assert.throws(() => readRelayKey(folder.read("ecdsa")), { code: "unsupported-key" });
    assert.throws(() => readRelayKey(folder.read("locked")), { code: "needs-passphrase" });
    assert.throws(() => readRelayKey(new Uint8Array(10)));
  });
});

function drawnPublicKey(keyObject: ReturnType<typeof drawRelayKey>["keyObject"]): string {
  return new X509Certificate(selfSignedCertificate(keyObject)).publicKey.export({
    format: "pem",
    type: "spki",
  }) as string;
}
