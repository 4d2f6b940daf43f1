import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { describe, it } from "node:test";
import {
  type PublicKey,
  publicKeyFromBlob,
  type Signer,
  verifySignature,
  WireReader,
  WireWriter,
} from "@asfaleia/identity";
import fc from "fast-check";
import {
  authenticatorSigner,
  drawAuthenticator,
  drawEcdsa,
  drawEd25519,
  drawRsa,
  pairSigner,
  utf8,
} from "./keys.ts";

const data = utf8("what is signed");
const rsa = drawRsa();
const p256 = drawEcdsa("P-256");
const ed = drawEd25519();
const skEd = drawAuthenticator("sk-ssh-ed25519@openssh.com");
const skEc = drawAuthenticator("sk-ecdsa-sha2-nistp256@openssh.com", "ssh:elsewhere");
const signers: Signer[] = [
  ...[ed, rsa, p256, drawEcdsa("P-384"), drawEcdsa("P-521")].map(pairSigner),
  authenticatorSigner(skEd),
  authenticatorSigner(skEc),
];

const blobOf = (algorithm: string, signature: Uint8Array) =>
  new WireWriter().string(algorithm).string(signature).bytes();

function partsOf(blob: Uint8Array): [algorithm: string, signature: Uint8Array] {
  const reader = new WireReader(blob);
  return [reader.text(), reader.string()];
}

/** The same signature, its r and s put through `change`. */
function withPair(blob: Uint8Array, change: (r: Uint8Array, s: Uint8Array) => WireWriter): Uint8Array {
  const [algorithm, signature] = partsOf(blob);
  const reader = new WireReader(signature);
  return blobOf(algorithm, change(reader.mpint(), reader.mpint()).bytes());
}

describe("signatures of every type", () => {
  for (const signer of signers) {
    const key = signer.publicKey;
    it(`${key.type} ${key.bits} verify, and only with their key, text and every byte`, async () => {
      const blob = await signer.sign(data);
      assert.equal(verifySignature(key, blob, data), true);
      assert.equal(verifySignature(key, blob, utf8("what is Signed")), false);
      assert.equal(verifySignature(key, Buffer.concat([blob, Buffer.alloc(1)]), data), false);
      for (const other of signers) {
        if (other !== signer) assert.equal(verifySignature(other.publicKey, blob, data), false);
      }
      for (let at = 0; at < blob.length; at++) {
        assert.equal(verifySignature(key, blob.subarray(0, at), data), false);
        const flipped = Uint8Array.from(blob);
        flipped[at]! ^= 1 << (at % 8);
        assert.equal(verifySignature(key, flipped, data), false, `byte ${at}`);
      }
    });
  }

  it("under another key of the same type do not verify", async () => {
    const blob = await pairSigner(ed).sign(data);
    assert.equal(verifySignature(drawEd25519().publicKey, blob, data), false);
  });

  it("are not looked at when they are too long", () => {
    assert.equal(verifySignature(ed.publicKey, new Uint8Array(100_000), data), false);
  });
});

describe("rsa signatures", () => {
  const raw = (hash: string) => sign(hash, data, rsa.privateKey);

  it("may be rsa-sha2-256 and rsa-sha2-512 (RFC 8332), never ssh-rsa", () => {
    assert.equal(verifySignature(rsa.publicKey, blobOf("rsa-sha2-256", raw("sha256")), data), true);
    assert.equal(verifySignature(rsa.publicKey, blobOf("rsa-sha2-512", raw("sha512")), data), true);
    assert.equal(verifySignature(rsa.publicKey, blobOf("ssh-rsa", raw("sha1")), data), false);
    assert.equal(verifySignature(rsa.publicKey, blobOf("rsa-sha2-256", raw("sha512")), data), false);
    assert.equal(verifySignature(rsa.publicKey, blobOf("rsa-sha2-256", raw("sha1")), data), false);
    assert.equal(verifySignature(rsa.publicKey, blobOf("constructor", raw("sha512")), data), false);
  });

  it("are as long as the modulus", () => {
    for (const signature of [Buffer.concat([Buffer.alloc(1), raw("sha512")]), raw("sha512").subarray(1)]) {
      assert.equal(verifySignature(rsa.publicKey, blobOf("rsa-sha2-512", signature), data), false);
    }
  });
});

describe("ed25519 signatures", () => {
  it("have s below the group order (RFC 8032 §5.1.7)", async () => {
    const L = 2n ** 252n + 27742317777372353535851937790883648493n;
    const [algorithm, signature] = partsOf(await pairSigner(ed).sign(data));
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString("hex")}`) + L;
    const high = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse();
    const forged = Buffer.concat([signature.subarray(0, 32), high]);
    assert.equal(verifySignature(ed.publicKey, blobOf(algorithm, forged), data), false);
  });

  it("under a key that is no point are false, not an error", () => {
    let refused = 0;
    for (let y = 2; y < 40; y++) {
      const point = new Uint8Array(32).fill(y);
      point[31] = 0x3f;
      const key = publicKeyFromBlob(new WireWriter().string("ssh-ed25519").string(point).bytes());
      const blob = blobOf("ssh-ed25519", new Uint8Array(64).fill(y % 8));
      if (!verifySignature(key, blob, data)) refused++;
    }
    assert.equal(refused, 38);
  });
});

describe("ecdsa signatures", () => {
  const n = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");

  it("hold r and s as minimal mpints inside the group, and nothing else", async () => {
    const blob = await pairSigner(p256).sign(data);
    const key = p256.publicKey;
    const zero = new Uint8Array();
    const padded = (x: Uint8Array) => Buffer.concat([Buffer.alloc(1 + Number(x[0]! >= 0x80)), x]);
    assert.equal(
      verifySignature(
        key,
        withPair(blob, (r, s) => new WireWriter().mpint(r).mpint(s)),
        data,
      ),
      true,
    );
    const bad: [string, (r: Uint8Array, s: Uint8Array) => WireWriter][] = [
      ["swapped", (r, s) => new WireWriter().mpint(s).mpint(r)],
      ["no s", (r) => new WireWriter().mpint(r)],
      ["trailing", (r, s) => new WireWriter().mpint(r).mpint(s).byte(0)],
      ["not minimal", (r, s) => new WireWriter().string(padded(r)).mpint(s)],
      ["r = 0", (_, s) => new WireWriter().mpint(zero).mpint(s)],
      ["s = 0", (r) => new WireWriter().mpint(r).mpint(zero)],
      ["both 0", () => new WireWriter().mpint(zero).mpint(zero)],
      ["r = n", (_, s) => new WireWriter().mpint(n).mpint(s)],
      ["s = n", (r) => new WireWriter().mpint(r).mpint(n)],
      ["too long", (r, s) => new WireWriter().mpint(Buffer.concat([Buffer.alloc(1, 1), r])).mpint(s)],
    ];
    for (const [name, change] of bad)
      assert.equal(verifySignature(key, withPair(blob, change), data), false, name);
  });

  it("verify also where r or s is short", async () => {
    for (let short = 0, tries = 0; short < 3; tries++) {
      assert.ok(tries < 5000);
      const blob = await pairSigner(p256).sign(data);
      assert.equal(verifySignature(p256.publicKey, blob, data), true);
      withPair(blob, (r, s) => {
        if (r.length < 32 || s.length < 32) short++;
        return new WireWriter();
      });
    }
  });
});

describe("security key signatures", () => {
  for (const device of [skEd, skEc]) {
    const { publicKey, signAs } = device;

    it(`${publicKey.type} cover flags and counter`, () => {
      for (const [flags, counter] of [
        [0x01, 0],
        [0x05, 1],
        [0x01, 0xffffffff],
      ] as const) {
        const blob = signAs(data, flags, counter);
        assert.equal(verifySignature(publicKey, blob, data), true);
        const other = Uint8Array.from(blob);
        other[other.length - 5]! ^= 0x04;
        assert.equal(verifySignature(publicKey, other, data), false);
      }
    });

    it(`${publicKey.type} need a touch unless told otherwise`, () => {
      const untouched = signAs(data, 0x04, 7);
      assert.equal(verifySignature(publicKey, untouched, data), false);
      assert.equal(verifySignature(publicKey, untouched, data, {}), false);
      assert.equal(verifySignature(publicKey, untouched, data, { requireTouch: false }), true);
    });

    it(`${publicKey.type} are bound to the application`, () => {
      const blob = publicKey.blob.slice();
      blob[blob.length - 1]! ^= 1;
      assert.equal(verifySignature(publicKeyFromBlob(blob), signAs(data, 1, 1), data), false);
    });
  }

  it("are not taken without flags and counter, nor under a plain key with them", async () => {
    const blob = skEd.signAs(data, 1, 1);
    assert.equal(verifySignature(skEd.publicKey, blob.subarray(0, -5), data), false);
    const plain = await pairSigner(ed).sign(data);
    const five = Uint8Array.of(1, 0, 0, 0, 1);
    assert.equal(verifySignature(ed.publicKey, Buffer.concat([plain, five]), data), false);
  });
});

describe("verifySignature", () => {
  it("says false to arbitrary and mutated bytes, and throws nothing", async () => {
    const good: [PublicKey, Uint8Array][] = [];
    for (const signer of signers) good.push([signer.publicKey, await signer.sign(data)]);
    const mutated = fc
      .tuple(fc.constantFrom(...good), fc.nat(600), fc.nat(255))
      .map(([[key, blob], at, value]): [PublicKey, Uint8Array] => {
        const copy = Uint8Array.from(blob);
        const byte = at % copy.length;
        copy[byte] = copy[byte] === value ? value ^ 0xff : value;
        return [key, copy];
      });
    const arbitrary = fc.tuple(
      fc.constantFrom(...good.map(([key]) => key)),
      fc.uint8Array({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(fc.oneof(mutated, arbitrary), ([key, blob]) => {
        assert.equal(verifySignature(key, blob, data), false);
      }),
      { numRuns: 1000 },
    );
  });
});
