import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, describe, it } from "node:test";
import {
  fingerprint,
  KeyError,
  type KeyErrorCode,
  keyObject,
  MAX_PUBLIC_KEY_BYTES,
  type PublicKey,
  publicKeyFromBlob,
  publicKeyFromField,
  publicKeyFromLine,
  publicKeyFromSpki,
  publicKeyFromText,
  publicKeySpki,
  sameKey,
  WireReader,
  WireWriter,
} from "@asfaleia/identity";
import fc from "fast-check";
import { drawAuthenticator, drawEcdsa, drawEd25519, drawRsa, pointOf } from "./keys.ts";
import { KEY_KINDS, missing, run, SshOracle } from "./oracle.ts";

const fails = (code: KeyErrorCode) => (error: unknown) => error instanceof KeyError && error.code === code;
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const edBlob = (point: Uint8Array) => new WireWriter().string("ssh-ed25519").string(point).bytes();
const rsaBlob = (e: Uint8Array, n: Uint8Array) =>
  new WireWriter().string("ssh-rsa").mpint(e).mpint(n).bytes();

const rsa = drawRsa().publicKey;
const keys: PublicKey[] = [
  drawEd25519().publicKey,
  rsa,
  drawEcdsa("P-256").publicKey,
  drawEcdsa("P-384").publicKey,
  drawEcdsa("P-521").publicKey,
  drawAuthenticator("sk-ssh-ed25519@openssh.com").publicKey,
  drawAuthenticator("sk-ecdsa-sha2-nistp256@openssh.com", "ssh:tests").publicKey,
];
const plain = keys.filter((key) => key.application === undefined);

describe("public keys, by ssh-keygen and openssl", { skip: missing("ssh-keygen", "openssl") }, () => {
  let oracle: SshOracle;
  before(() => {
    oracle = new SshOracle();
    for (const kind of KEY_KINDS) oracle.generate(kind.name, kind);
  });
  after(() => oracle[Symbol.dispose]());

  for (const { name } of KEY_KINDS) {
    it(`reads ${name} as a line, as PKCS#8 and through openssl, always to the same key`, () => {
      const { key } = publicKeyFromLine(oracle.readText(`${name}.pub`));
      // ssh-keygen 9.2 converts no ed25519 key, so there openssl alone has to agree.
      const pem =
        name === "ed25519"
          ? keyObject(key).export({ format: "pem", type: "spki" }).toString()
          : oracle.keygen(["-e", "-m", "PKCS8", "-f", `${name}.pub`]);
      assert.ok(sameKey(publicKeyFromText(pem).key, key));
      const spki = run("openssl", ["pkey", "-pubin", "-pubout"], { input: pem });
      assert.ok(sameKey(publicKeyFromText(spki).key, key));
      const base64 = Buffer.from(publicKeySpki(key)).toString("base64");
      assert.equal(spki.split("\n").slice(1, -2).join(""), base64);
      assert.ok(sameKey(publicKeyFromText(base64).key, key));
    });
  }

  it("hands a key to ssh-keygen that it reads as the same", () => {
    for (const key of plain.filter(({ type }) => type !== "ssh-ed25519")) {
      const pem = keyObject(key).export({ format: "pem", type: "spki" }).toString();
      oracle.write("spki.pem", pem);
      const line = oracle.keygen(["-i", "-m", "PKCS8", "-f", "spki.pem"]);
      assert.ok(sameKey(publicKeyFromLine(line).key, key), key.type);
    }
  });
});

describe("public keys", () => {
  it("come out of a field in either form", () => {
    for (const key of keys) {
      assert.deepEqual(publicKeyFromField(key.blob), key);
      assert.equal(keyObject(key).type, "public");
    }
    for (const key of plain) assert.deepEqual(publicKeyFromField(publicKeySpki(key)), key);
    assert.throws(() => publicKeyFromField(new Uint8Array()), fails("bad-key"));
    assert.throws(() => publicKeyFromField(hex("0100")), fails("bad-key"));
  });

  it("carry a blob of their own, which is no Buffer", () => {
    const source = Buffer.from(keys[0]!.blob);
    const key = publicKeyFromBlob(source);
    source.fill(0);
    assert.deepEqual(key, keys[0]);
    assert.equal(Buffer.isBuffer(key.blob), false);
    assert.equal(key.blob.buffer.byteLength, key.blob.length);
  });

  it("tell their size and application", () => {
    assert.deepEqual(
      keys.map((key) => [key.bits, key.application]),
      [
        [256, undefined],
        [2048, undefined],
        [256, undefined],
        [384, undefined],
        [521, undefined],
        [256, "ssh:"],
        [256, "ssh:tests"],
      ],
    );
  });

  it("are not looked at when they are too long", () => {
    for (const first of [0x00, 0x30]) {
      const long = new Uint8Array(MAX_PUBLIC_KEY_BYTES + 1);
      long[0] = first;
      assert.throws(() => publicKeyFromField(long), /too long/);
    }
  });

  it("are told apart", () => {
    const prints = new Set(keys.map(fingerprint));
    assert.equal(prints.size, keys.length);
    assert.equal(sameKey(keys[0]!, keys[1]!), false);
  });

  it("end with the last byte and not before", () => {
    for (const key of keys) {
      for (const form of key.application === undefined ? [key.blob, publicKeySpki(key)] : [key.blob]) {
        assert.throws(() => publicKeyFromField(Buffer.concat([form, hex("00")])), fails("bad-key"));
        for (let length = 0; length < form.length; length++) {
          assert.throws(() => publicKeyFromField(form.subarray(0, length)), KeyError);
        }
      }
    }
  });

  it("refuse types that cannot be an account", () => {
    for (const type of ["ssh-dss", "ssh-ed448", "ssh-ed25519-cert-v01@openssh.com", "toString", ""]) {
      const blob = new WireWriter().string(type).string(new Uint8Array(32)).bytes();
      assert.throws(() => publicKeyFromBlob(blob), fails("unsupported-key"), type);
    }
    const others = [
      generateKeyPairSync("x25519"),
      generateKeyPairSync("ed448"),
      generateKeyPairSync("rsa-pss", { modulusLength: 1024 }),
      generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
    ];
    for (const { publicKey } of others) {
      const spki = publicKey.export({ format: "der", type: "spki" });
      assert.throws(() => publicKeyFromSpki(spki), fails("unsupported-key"));
    }
  });
});

describe("ed25519 keys", () => {
  it("have 32 bytes", () => {
    for (const length of [0, 31, 33, 64]) {
      assert.throws(() => publicKeyFromBlob(edBlob(new Uint8Array(length).fill(7))), fails("bad-key"));
    }
  });

  it("are refused where anyone could sign for them (small order), with either sign", () => {
    const orders = [
      `00${"00".repeat(31)}`,
      `01${"00".repeat(31)}`,
      `ec${"ff".repeat(30)}7f`,
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ].map(hex);
    for (const point of orders) {
      assert.throws(() => publicKeyFromBlob(edBlob(point)), fails("weak-key"));
      point[31]! |= 0x80;
      assert.throws(() => publicKeyFromBlob(edBlob(point)), fails("weak-key"));
    }
  });

  it("have one encoding: y is below 2^255 - 19", () => {
    for (const first of ["ed", "ee", "f0", "ff"]) {
      for (const last of ["7f", "ff"]) {
        assert.throws(() => publicKeyFromBlob(edBlob(hex(first + "ff".repeat(30) + last))), fails("bad-key"));
      }
    }
    publicKeyFromBlob(edBlob(hex(`eb${"ff".repeat(30)}7f`)));
  });
});

describe("rsa keys", () => {
  const e = hex("010001");
  const odd = (bits: number) => {
    const n = new Uint8Array(Math.ceil(bits / 8)).fill(0xff);
    n[0] = 0xff >> (n.length * 8 - bits);
    return n;
  };

  it("have 1024 to 8192 bits", () => {
    assert.equal(publicKeyFromBlob(rsaBlob(e, odd(1024))).bits, 1024);
    assert.equal(publicKeyFromBlob(rsaBlob(e, odd(2047))).bits, 2047);
    assert.equal(publicKeyFromBlob(rsaBlob(e, odd(8192))).bits, 8192);
    assert.throws(() => publicKeyFromBlob(rsaBlob(e, odd(1023))), fails("weak-key"));
    assert.throws(() => publicKeyFromBlob(rsaBlob(e, new Uint8Array())), fails("weak-key"));
    assert.throws(() => publicKeyFromBlob(rsaBlob(e, odd(8193))), fails("unsupported-key"));
  });

  it("have an odd exponent above 1 and below 2^32", () => {
    publicKeyFromBlob(rsaBlob(hex("03"), odd(2048)));
    publicKeyFromBlob(rsaBlob(hex("ffffffff"), odd(2048)));
    for (const bad of ["", "01", "02", "010000"]) {
      assert.throws(() => publicKeyFromBlob(rsaBlob(hex(bad), odd(2048))), fails("bad-key"), bad);
    }
    assert.throws(() => publicKeyFromBlob(rsaBlob(hex("0100000001"), odd(2048))), fails("unsupported-key"));
  });

  it("have an odd modulus", () => {
    const even = odd(2048);
    even[255] = 0xfe;
    assert.throws(() => publicKeyFromBlob(rsaBlob(e, even)), fails("bad-key"));
  });

  it("are refused in DER that is not canonical", () => {
    const spki = publicKeySpki(rsa);
    assert.ok(sameKey(publicKeyFromSpki(spki), rsa));
    const text = Buffer.from(spki).toString("hex");
    // the NULL parameter left out, given a length byte too many, and a number with a needless zero
    const without = text.replace("0500", "").replace("30820122300d", "30820120300b");
    const longer = text.replace("30820122300d", "3082012330810d");
    const indefinite = text.replace("30820122300d", "3080300d");
    const exponent = text.replace(/0203010001$/, "020400010001").replace("30820122", "30820123");
    for (const bad of [without, longer, indefinite, exponent]) {
      assert.throws(() => publicKeyFromSpki(hex(bad)), KeyError);
      assert.notEqual(bad, text);
    }
  });
});

describe("ecdsa keys", () => {
  for (const curve of ["P-256", "P-384", "P-521"] as const) {
    it(`${curve} must be an uncompressed point on the curve its type names`, () => {
      const { publicKey } = drawEcdsa(curve);
      const reader = new WireReader(publicKey.blob);
      const [type, name, point] = [reader.text(), reader.text(), reader.string()];
      const blob = (p: Uint8Array, n = name, t = type) =>
        new WireWriter().string(t).string(n).string(p).bytes();
      assert.deepEqual(publicKeyFromBlob(blob(point)), publicKey);

      const off = Uint8Array.from(point);
      off[off.length - 1]! ^= 1;
      const half = (point.length - 1) / 2;
      const compressed = Uint8Array.of(2 + (point.at(-1)! & 1), ...point.subarray(1, half + 1));
      const hybrid = Uint8Array.from(point);
      hybrid[0] = 6 + (point.at(-1)! & 1);
      const infinity = Uint8Array.of(0);
      for (const bad of [off, compressed, hybrid, infinity, new Uint8Array(), new Uint8Array(point.length)]) {
        assert.throws(() => publicKeyFromBlob(blob(bad)), fails("bad-key"));
      }
      const other = name === "nistp256" ? "nistp384" : "nistp256";
      assert.throws(() => publicKeyFromBlob(blob(point, other)), fails("bad-key"));
      assert.throws(() => publicKeyFromBlob(blob(point, other, `ecdsa-sha2-${other}`)), fails("bad-key"));
    });
  }

  it("has coordinates below the prime", () => {
    const point = hex(`04${"ff".repeat(64)}`);
    const blob = new WireWriter().string("ecdsa-sha2-nistp256").string("nistp256").string(point).bytes();
    assert.throws(() => publicKeyFromBlob(blob), fails("bad-key"));
  });
});

describe("security keys", () => {
  it("have a text of at most 1024 bytes as application", () => {
    const point = pointOf(keys[0]!);
    const blob = (application: string | Uint8Array) =>
      new WireWriter().string("sk-ssh-ed25519@openssh.com").string(point).string(application).bytes();
    assert.equal(publicKeyFromBlob(blob("x".repeat(1024))).application?.length, 1024);
    for (const bad of ["x".repeat(1025), "a\0b", hex("ff")]) {
      assert.throws(() => publicKeyFromBlob(blob(bad)), fails("bad-key"));
    }
  });
});

describe("public key parsers", () => {
  const forms = [...keys.map((key) => key.blob), ...plain.map(publicKeySpki)];
  const mutated = fc
    .tuple(
      fc.constantFrom(...forms),
      fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    )
    .map(([form, changes]) => {
      const copy = Uint8Array.from(form);
      for (const [at, value] of changes) copy[at % copy.length] = value;
      return copy;
    });

  it("take arbitrary and mutated bytes only in their one encoding, and throw nothing but KeyError", () => {
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        for (const parse of [publicKeyFromField, publicKeyFromBlob, publicKeyFromSpki]) {
          let key: PublicKey;
          try {
            key = parse(bytes);
          } catch (error) {
            assert.ok(error instanceof KeyError, String(error));
            continue;
          }
          assert.deepEqual(bytes[0] === 0x30 ? publicKeySpki(key) : key.blob, bytes);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
