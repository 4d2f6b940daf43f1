import assert from "node:assert/strict";
import { type createPrivateKey, generateKeyPairSync } from "node:crypto";
import { after, before, describe, it } from "node:test";
import {
  fileSigner,
  KeyError,
  type KeyErrorCode,
  MAX_BCRYPT_ROUNDS,
  MAX_PRIVATE_KEY_FILE_BYTES,
  parsePrivateKey,
  publicKeyFromLine,
  sameKey,
  verifySignature,
  WireReader,
  WireWriter,
} from "@asfaleia/identity";
import fc from "fast-check";
import { drawAuthenticator, drawEcdsa, drawEd25519, drawRsa, utf8 } from "./keys.ts";
import { KEY_KINDS, type KeyKind, missing, run, SshOracle } from "./oracle.ts";

const data = utf8("what is signed");
const PASSPHRASE = "корабль 7";
const ED25519 = KEY_KINDS[0]!;
/** bcrypt in JavaScript takes 17 ms a round. */
const QUICK = ["-a", "1"];

const fails =
  (code: KeyErrorCode, message = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof KeyError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };

/** The binary inside an OpenSSH private key file. */
function dearmor(file: Uint8Array): Uint8Array {
  const lines = new TextDecoder().decode(file).trimEnd().split("\n").slice(1, -1);
  return new Uint8Array(Buffer.from(lines.join(""), "base64"));
}

function armor(binary: Uint8Array): Uint8Array {
  const lines =
    Buffer.from(binary)
      .toString("base64")
      .match(/.{1,70}/g) ?? [];
  return utf8(
    ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n"),
  );
}

describe("private key files of ssh-keygen and openssl", { skip: missing("ssh-keygen", "openssl") }, () => {
  let oracle: SshOracle;
  before(() => {
    oracle = new SshOracle();
    for (const kind of KEY_KINDS) oracle.generate(kind.name, kind);
  });
  after(() => oracle[Symbol.dispose]());

  /** Asserts that the file holds the key of `name`.pub and signs for it. */
  async function opens(file: Uint8Array, name: string, passphrase?: string): Promise<void> {
    const { key, comment } = publicKeyFromLine(oracle.readText(`${name}.pub`));
    const opened = parsePrivateKey(file, passphrase === undefined ? undefined : utf8(passphrase));
    assert.ok(sameKey(opened.publicKey, key));
    const isOpenssh = new TextDecoder().decode(file).includes("OPENSSH");
    assert.equal(opened.comment, isOpenssh ? comment : "");
    assert.equal(verifySignature(key, await fileSigner(opened).sign(data), data), true);
  }

  /** A copy of the private key file that ssh-keygen -p has written anew. */
  function rewritten(name: string, options: readonly string[]): Uint8Array {
    oracle.write("copy", oracle.read(name));
    oracle.keygen(["-q", "-p", "-P", "", "-f", "copy", ...options]);
    return oracle.read("copy");
  }

  for (const { name } of KEY_KINDS) {
    it(`open for ${name} as OpenSSH, with and without a passphrase`, async () => {
      await opens(oracle.read(name), name);
      await opens(oracle.read(name), name, "not needed");
      const sealed = rewritten(name, ["-N", PASSPHRASE, ...QUICK]);
      await opens(sealed, name, PASSPHRASE);
      assert.throws(() => parsePrivateKey(sealed), fails("needs-passphrase"));
      assert.throws(() => parsePrivateKey(sealed, utf8("wrong")), fails("wrong-passphrase"));
      assert.throws(() => parsePrivateKey(sealed, utf8("")), fails("wrong-passphrase"));
    });

    it(`open for ${name} as PEM, with and without a passphrase`, async () => {
      const files = name === "ed25519" ? opensslFiles() : keygenFiles(name);
      for (const { plain, sealed } of files) {
        await opens(plain, name);
        await opens(sealed, name, PASSPHRASE);
        assert.throws(() => parsePrivateKey(sealed), fails("needs-passphrase"));
        assert.throws(() => parsePrivateKey(sealed, utf8("wrong")), fails("wrong-passphrase"));
      }
    });
  }

  function keygenFiles(name: string) {
    return ["PEM", "PKCS8"].map((format) => ({
      plain: rewritten(name, ["-m", format, "-N", ""]),
      sealed: rewritten(name, ["-m", format, "-N", PASSPHRASE]),
    }));
  }

  /** ssh-keygen 9.2 writes no ed25519 key as PEM: openssl is given the one it drew. */
  function opensslFiles() {
    const { keyObject } = parsePrivateKey(oracle.read("ed25519"));
    const input = keyObject.export({ format: "pem", type: "pkcs8" }).toString();
    const plain = utf8(run("openssl", ["pkey"], { input }));
    const sealed = utf8(run("openssl", ["pkcs8", "-topk8", "-passout", `pass:${PASSPHRASE}`], { input }));
    return [{ plain, sealed }];
  }

  for (const cipher of ["aes256-ctr", "aes192-ctr", "aes128-ctr", "aes256-cbc", "aes192-cbc", "aes128-cbc"]) {
    it(`open under ${cipher}`, async () => {
      await opens(rewritten("ed25519", ["-N", PASSPHRASE, "-Z", cipher, ...QUICK]), "ed25519", PASSPHRASE);
    });
  }

  for (const cipher of ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com"]) {
    it(`open under ${cipher}, which also notices a flipped bit`, async () => {
      const sealed = rewritten("ed25519", ["-N", PASSPHRASE, "-Z", cipher, ...QUICK]);
      await opens(sealed, "ed25519", PASSPHRASE);
      assert.throws(() => parsePrivateKey(sealed, utf8("wrong")), fails("wrong-passphrase"));
      const binary = dearmor(sealed);
      for (const at of [1, 17, 40]) {
        const flipped = Uint8Array.from(binary);
        flipped[binary.length - at]! ^= 1;
        assert.throws(() => parsePrivateKey(armor(flipped), utf8(PASSPHRASE)), fails("wrong-passphrase"));
      }
    });
  }

  for (const cipher of ["chacha20-poly1305@openssh.com", "3des-cbc"]) {
    it(`under ${cipher} say how to convert them`, () => {
      const sealed = rewritten("ed25519", ["-N", PASSPHRASE, "-Z", cipher, ...QUICK]);
      assert.throws(
        () => parsePrivateKey(sealed, utf8(PASSPHRASE)),
        fails("unsupported-key", /ssh-keygen -p -Z/),
      );
    });
  }

  it("open with as many rounds of bcrypt as ssh-keygen takes by itself", async () => {
    await opens(rewritten("ed25519", ["-N", PASSPHRASE]), "ed25519", PASSPHRASE);
  });

  it("open with blanks around and CR LF inside", async () => {
    const text = oracle.readText("p256");
    await opens(utf8(`\n ${text}\n\n`), "p256");
    await opens(utf8(text.replaceAll("\n", "\r\n")), "p256");
    await opens(utf8(text.trimEnd()), "p256");
  });

  it("stay as they were given, passphrase included", () => {
    const sealed = rewritten("ed25519", ["-N", PASSPHRASE, ...QUICK]);
    const passphrase = utf8(PASSPHRASE);
    const before = Uint8Array.from(sealed);
    parsePrivateKey(sealed, passphrase);
    assert.deepEqual(sealed, before);
    assert.deepEqual(passphrase, utf8(PASSPHRASE));
  });

  it("cut short anywhere are bad keys, outside and inside the base64", () => {
    const sealedKinds: [KeyKind, readonly string[]][] = [
      [ED25519, ["-N", PASSPHRASE, "-Z", "aes256-gcm@openssh.com", ...QUICK]],
      [ED25519, ["-N", PASSPHRASE, ...QUICK]],
    ];
    const files = [
      ...KEY_KINDS.map(({ name }) => oracle.read(name)),
      ...sealedKinds.map(([{ name }, options]) => rewritten(name, options)),
    ];
    for (const file of files) {
      const text = new TextDecoder().decode(file).trimEnd();
      for (let length = 0; length < text.length; length++) {
        assert.throws(() => parsePrivateKey(file.subarray(0, length), utf8(PASSPHRASE)), fails("bad-key"));
      }
      const binary = dearmor(file);
      for (let length = 0; length < binary.length; length++) {
        assert.throws(
          () => parsePrivateKey(armor(binary.subarray(0, length)), utf8(PASSPHRASE)),
          fails("bad-key"),
        );
      }
      const longer = armor(Buffer.concat([binary, Buffer.alloc(1)]));
      assert.throws(() => parsePrivateKey(longer, utf8(PASSPHRASE)), fails("bad-key"));
    }
    for (const { plain } of [...opensslFiles(), ...keygenFiles("p256")]) {
      const length = new TextDecoder().decode(plain).trimEnd().length;
      for (let at = 0; at < length; at++)
        assert.throws(() => parsePrivateKey(plain.subarray(0, at)), fails("bad-key"));
    }
  });

  it("changed anywhere still hold the same key or none", () => {
    const binaries = KEY_KINDS.map(({ name }) => ({
      binary: dearmor(oracle.read(name)),
      key: publicKeyFromLine(oracle.readText(`${name}.pub`)).key,
    }));
    const changes = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom(...binaries), changes, ({ binary, key }, bytes) => {
        const changed = Uint8Array.from(binary);
        for (const [at, value] of bytes) changed[at % changed.length] = value;
        try {
          assert.ok(sameKey(parsePrivateKey(armor(changed)).publicKey, key));
        } catch (error) {
          assert.ok(error instanceof KeyError, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("an OpenSSH private key", () => {
  const pair = drawEd25519();
  const seed = () => Buffer.from(pair.privateKey.export({ format: "jwk" }).d!, "base64url");
  const point = pair.publicKey.blob.slice(-32);

  interface Shape {
    magic: string;
    cipher: string;
    kdf: string;
    kdfOptions: Uint8Array;
    count: number;
    publicBlob: Uint8Array;
    checks: [number, number];
    type: string;
    point: Uint8Array;
    secret: Uint8Array;
    comment: string;
    padding: Uint8Array;
    tail: Uint8Array;
  }

  /** An unencrypted ed25519 file in which something may be wrong. */
  function shaped(change: Partial<Shape> = {}): Uint8Array {
    const shape: Shape = {
      magic: "openssh-key-v1\0",
      cipher: "none",
      kdf: "none",
      kdfOptions: new Uint8Array(),
      count: 1,
      publicBlob: pair.publicKey.blob,
      checks: [7, 7],
      type: "ssh-ed25519",
      point,
      secret: Buffer.concat([seed(), point]),
      comment: "comment",
      padding: Uint8Array.of(1, 2, 3, 4, 5, 6),
      tail: new Uint8Array(),
      ...change,
    };
    const section = new WireWriter().uint32(shape.checks[0]).uint32(shape.checks[1]).string(shape.type);
    section.string(shape.point).string(shape.secret).string(shape.comment).raw(shape.padding);
    const file = new WireWriter().raw(utf8(shape.magic)).string(shape.cipher).string(shape.kdf);
    file
      .string(shape.kdfOptions)
      .uint32(shape.count)
      .string(shape.publicBlob)
      .string(section.bytes())
      .raw(shape.tail);
    return armor(file.bytes());
  }

  const bcrypt = (salt: Uint8Array, rounds: number) => new WireWriter().string(salt).uint32(rounds).bytes();

  it("is read strictly to its last byte", () => {
    assert.equal(parsePrivateKey(shaped()).comment, "comment");
    const other = drawEd25519().publicKey;
    const bad: Partial<Shape>[] = [
      { magic: "openssh-key-v2\0" },
      { kdf: "bcrypt" },
      { kdfOptions: Uint8Array.of(0) },
      { publicBlob: other.blob },
      { publicBlob: pair.publicKey.blob.subarray(1) },
      { checks: [7, 8] },
      { type: "ssh-rsa" },
      { type: "ssh-ed25518" },
      { point: other.blob.slice(-32) },
      { point: new Uint8Array(32) },
      { point: other.blob.slice(-32), secret: Buffer.concat([seed(), other.blob.slice(-32)]) },
      { secret: seed() },
      { secret: Buffer.concat([seed(), other.blob.slice(-32)]) },
      { secret: Buffer.concat([new Uint8Array(32), point]) },
      { padding: Uint8Array.of(1, 2, 3, 4, 5, 5) },
      { padding: Uint8Array.of(0, 1, 2, 3, 4, 5) },
      { padding: Uint8Array.of(1, 2, 3, 4, 5) },
      { padding: new Uint8Array() },
      { padding: Uint8Array.from({ length: 14 }, (_, index) => index + 1) },
      { tail: Uint8Array.of(0) },
    ];
    for (const change of bad) {
      assert.throws(() => parsePrivateKey(shaped(change)), fails("bad-key"), JSON.stringify(change));
    }
  });

  it("is canonical base64", () => {
    const endings = new Set<string>();
    for (const comment of ["1", "9 letters", "seventeen letters"]) {
      const padding = Uint8Array.of(1, 2, 3, 4);
      const text = new TextDecoder().decode(shaped({ comment, padding }));
      const [, body = ""] = /-----\n([^-]*)\n-----END/.exec(text) ?? [];
      const replaced = (other: string) => utf8(text.replace(body, other));
      parsePrivateKey(replaced(body));
      endings.add(body.replace(/[^=]/g, "").trim());
      const stray = body.replace(/[A-Za-z0-9+/](?==*$)/, (last) =>
        String.fromCharCode(last.charCodeAt(0) + 1),
      );
      const bad = [
        `${body}=`,
        `${body}====`,
        body.replace(/^.../, "$&="),
        body.replace(/^/, "*"),
        `${body} `,
      ];
      if (body.endsWith("=")) {
        bad.push(body.slice(0, -1), `${body}A`, stray, body.replace(/^.../, "$&=").slice(0, -1));
      }
      for (const other of bad) assert.throws(() => parsePrivateKey(replaced(other)), fails("bad-key"), other);
    }
    assert.deepEqual([...endings].sort(), ["", "=", "=="]);
  });

  it("is one of one key, of a kind that a file can hold", () => {
    const sk = drawAuthenticator("sk-ssh-ed25519@openssh.com").publicKey.blob;
    assert.throws(() => parsePrivateKey(shaped({ count: 0 })), fails("unsupported-key"));
    assert.throws(() => parsePrivateKey(shaped({ count: 2 })), fails("unsupported-key"));
    assert.throws(() => parsePrivateKey(shaped({ publicBlob: sk })), fails("unsupported-key", /ssh-agent/));
    const dss = new WireWriter().string("ssh-dss").bytes();
    assert.throws(() => parsePrivateKey(shaped({ publicBlob: dss })), fails("unsupported-key"));
  });

  it("with too many rounds of bcrypt is refused at once", { timeout: 5_000 }, () => {
    const sealed = { cipher: "aes256-ctr", kdf: "bcrypt" };
    const salt = new Uint8Array(16);
    for (const rounds of [MAX_BCRYPT_ROUNDS + 1, 0xffffffff]) {
      const file = shaped({ ...sealed, kdfOptions: bcrypt(salt, rounds) });
      assert.throws(() => parsePrivateKey(file, utf8("x")), fails("unsupported-key", /ssh-keygen -p -a/));
    }
    const bad = [
      bcrypt(salt, 0),
      bcrypt(new Uint8Array(), 16),
      bcrypt(new Uint8Array(65), 16),
      new Uint8Array(),
    ];
    for (const kdfOptions of [...bad, Buffer.concat([bcrypt(salt, 16), Buffer.alloc(1)])]) {
      assert.throws(() => parsePrivateKey(shaped({ ...sealed, kdfOptions }), utf8("x")), fails("bad-key"));
    }
    const unknown = shaped({ ...sealed, kdf: "argon2", kdfOptions: bcrypt(salt, 1) });
    assert.throws(() => parsePrivateKey(unknown, utf8("x")), fails("unsupported-key"));
  });

  it("of RSA has numbers that belong together", () => {
    const { publicKey, privateKey } = drawRsa(1024);
    const jwk = privateKey.export({ format: "jwk" });
    const number = (name: "n" | "e" | "d" | "qi" | "p" | "q") =>
      new Uint8Array(Buffer.from(jwk[name]!, "base64url"));
    const names = ["n", "e", "d", "qi", "p", "q"] as const;

    function file(change: (name: string, value: Uint8Array) => Uint8Array): Uint8Array {
      const section = new WireWriter().uint32(1).uint32(1).string("ssh-rsa");
      for (const name of names) section.mpint(change(name, number(name)));
      section.string("");
      const { length } = section.bytes();
      for (let pad = 1; (length + pad - 1) % 8 !== 0; pad++) section.byte(pad);
      const whole = new WireWriter()
        .raw(utf8("openssh-key-v1\0"))
        .string("none")
        .string("none")
        .string("")
        .uint32(1);
      return armor(whole.string(publicKey.blob).string(section.bytes()).bytes());
    }
    assert.ok(sameKey(parsePrivateKey(file((_, value) => value)).publicKey, publicKey));
    for (const value of [new Uint8Array(), Uint8Array.of(1), Uint8Array.of(9)]) {
      for (const changed of names) {
        const bad = file((name, good) => (name === changed ? value : good));
        assert.throws(() => parsePrivateKey(bad), KeyError, changed);
      }
    }
    const trivial = new Map([
      ["p", Uint8Array.of(1)],
      ["q", number("n")],
    ]);
    assert.throws(() => parsePrivateKey(file((name, good) => trivial.get(name) ?? good)), fails("bad-key"));
  });

  it("of ECDSA has a scalar inside the group that fits the point", () => {
    const { publicKey, privateKey } = drawEcdsa("P-256");
    const reader = new WireReader(publicKey.blob);
    const [type, curve, ecPoint] = [reader.text(), reader.text(), reader.string()];
    const n = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");
    const good = Buffer.from(privateKey.export({ format: "jwk" }).d!, "base64url");

    function file(scalar: Uint8Array, inner = ecPoint): Uint8Array {
      const section = new WireWriter()
        .uint32(1)
        .uint32(1)
        .string(type)
        .string(curve)
        .string(inner)
        .mpint(scalar);
      section.string("");
      const { length } = section.bytes();
      for (let pad = 1; (length + pad - 1) % 8 !== 0; pad++) section.byte(pad);
      const whole = new WireWriter()
        .raw(utf8("openssh-key-v1\0"))
        .string("none")
        .string("none")
        .string("")
        .uint32(1);
      return armor(whole.string(publicKey.blob).string(section.bytes()).bytes());
    }
    assert.ok(sameKey(parsePrivateKey(file(good)).publicKey, publicKey));
    const wrong = [new Uint8Array(), Uint8Array.of(1), n, Buffer.concat([Buffer.of(1), good])];
    for (const scalar of wrong) assert.throws(() => parsePrivateKey(file(scalar)), fails("bad-key"));
    assert.throws(() => parsePrivateKey(file(good, ecPoint.subarray(-10))), fails("bad-key"));
  });
});

describe("what is no private key of ours", () => {
  const pem = (key: ReturnType<typeof createPrivateKey>) =>
    utf8(key.export({ format: "pem", type: "pkcs8" }).toString());

  it("is told apart, with a hint", () => {
    const { publicKey } = generateKeyPairSync("ed25519");
    const cases: [text: string, code: KeyErrorCode, hint: RegExp][] = [
      ["", "bad-key", /not a private key/],
      ["hello\n", "bad-key", /not a private key/],
      ["ssh-ed25519 AAAAC3Nz x\n", "bad-key", /public key/],
      [publicKey.export({ format: "pem", type: "spki" }).toString(), "bad-key", /public key/],
      ["PuTTY-User-Key-File-3: ssh-ed25519\n", "unsupported-key", /puttygen/],
      ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "unsupported-key", /not supported/],
      [
        "-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n",
        "unsupported-key",
        /not supported/,
      ],
      ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "bad-key", /damaged/],
      ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "bad-key", /cut short/],
      ["-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", "bad-key", /cut short|damaged/],
    ];
    for (const [text, code, hint] of cases)
      assert.throws(() => parsePrivateKey(utf8(text)), fails(code, hint), text);
    assert.throws(
      () => parsePrivateKey(new Uint8Array(MAX_PRIVATE_KEY_FILE_BYTES + 1)),
      fails("bad-key", /too long/),
    );
  });

  it("is of another type or curve, or too weak", () => {
    const others = [
      generateKeyPairSync("x25519"),
      generateKeyPairSync("ed448"),
      generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
      generateKeyPairSync("rsa-pss", { modulusLength: 1024 }),
    ];
    for (const { privateKey } of others) {
      assert.throws(() => parsePrivateKey(pem(privateKey)), fails("unsupported-key"));
    }
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 768 });
    assert.throws(() => parsePrivateKey(pem(privateKey)), fails("weak-key"));
  });

  it("throws nothing but KeyError, whatever the bytes", () => {
    const good = pem(drawEcdsa("P-256").privateKey);
    const mutated = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, value]) => {
      const copy = Uint8Array.from(good);
      copy[at] = value;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        for (const passphrase of [undefined, utf8("x"), new Uint8Array(5000)]) {
          try {
            parsePrivateKey(bytes, passphrase);
          } catch (error) {
            assert.ok(error instanceof KeyError, String(error));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
