/** What every Signer must do, whatever holds the private key. */
import assert from "node:assert/strict";
import { it } from "node:test";
import {
  type Signer,
  sameKey,
  sshsigSign,
  sshsigVerify,
  verifySignature,
  WireReader,
} from "@asfaleia/identity";

/** The one algorithm that each type of key signs with. */
function algorithmOf({ publicKey: { type } }: Signer): string {
  return type === "ssh-rsa" ? "rsa-sha2-512" : type;
}

/**
 * @param open gives the signer
 * @param stock verifies an SSHSIG with somebody else's program
 */
export function signerConforms(
  open: () => Signer,
  stock: (signer: Signer, namespace: string, message: Uint8Array, signature: Uint8Array) => void,
): void {
  const message = new TextEncoder().encode("what is signed");

  it("signs nothing, little and much, and each signature is its own", async () => {
    const signer = open();
    const texts = [new Uint8Array(0), message, new Uint8Array(200_000).fill(7)];
    for (const text of texts) {
      const signature = await signer.sign(text);
      assert.equal(new WireReader(signature).text(), algorithmOf(signer));
      for (const other of texts) {
        assert.equal(verifySignature(signer.publicKey, signature, other), other === text);
      }
    }
  });

  it("signs several things at a time", async () => {
    const signer = open();
    const texts = Array.from({ length: 10 }, (_, i) => new Uint8Array(100).fill(i));
    const signatures = await Promise.all(texts.map((text) => signer.sign(text)));
    signatures.forEach((signature, i) => {
      assert.ok(verifySignature(signer.publicKey, signature, texts[i] as Uint8Array));
    });
  });

  it("makes OpenSSH signatures that we and OpenSSH accept, in their namespace only", async () => {
    const signer = open();
    const signature = await sshsigSign(signer, "test@asfaleia", message);
    assert.ok(sameKey(sshsigVerify(signature, "test@asfaleia", message), signer.publicKey));
    assert.throws(() => sshsigVerify(signature, "other@asfaleia", message), { code: "bad-signature" });
    stock(signer, "test@asfaleia", message, signature);
  });
}
