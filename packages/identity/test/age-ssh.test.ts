import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { armor, Encrypter, generateX25519Identity, identityToRecipient, Stanza } from "age-encryption";
import fc from "fast-check";
import { decryptAgeFile, encryptAgeFile, unarmorAgeFile } from "../src/age-file.ts";
import { hasAgeForm, sshIdentity, sshRecipient } from "../src/age-ssh.ts";
import { KeyError } from "../src/errors.ts";
import { type PrivateKey, parsePrivateKey } from "../src/privatekey.ts";
import { publicKeyFromBlob } from "../src/publickey.ts";
import { WireWriter } from "../src/wire.ts";
import { drawKey } from "./letter-keys.ts";
import { missing, run, SshOracle } from "./oracle.ts";

const kinds = [
  { name: "ed25519", type: "ed25519" },
  { name: "rsa-2048", type: "rsa", bits: 2048 },
  { name: "rsa-3072", type: "rsa", bits: 3072 },
] as const;
const oracle = new SshOracle();
const keys = new Map<string, PrivateKey>();
const key = (name: string) => keys.get(name)!;

before(() => {
  for (const kind of kinds) {
    oracle.generate(kind.name, kind);
    keys.set(kind.name, parsePrivateKey(oracle.read(kind.name)));
  }
});
after(() => oracle[Symbol.dispose]());

/** The one stanza that seals this file key for a key. */
async function stanzaFor(name: string, fileKey: Uint8Array): Promise<Stanza> {
  const [stanza] = await sshRecipient(key(name).publicKey)!.wrapFileKey(fileKey);
  return stanza!;
}

for (const { name } of kinds) {
  test(`age opens what is sealed for ${name}`, { skip: missing("age") }, async () => {
    const text = randomBytes(70_000);
    const file = oracle.write(`${name}.age`, (await encryptAgeFile(key(name).publicKey, text))!);
    run("age", ["-d", "-i", oracle.path(name), "-o", oracle.path(`${name}.out`), file]);
    assert.deepEqual(readFileSync(oracle.path(`${name}.out`)), text);
  });

  test(`what age seals for ${name} opens, armored or not`, { skip: missing("age") }, async () => {
    const text = randomBytes(70_000);
    const input = oracle.write(`${name}.txt`, text);
    for (const armored of [[], ["-a"]]) {
      const output = oracle.path(`${name}.out`);
      run("age", ["-R", oracle.path(`${name}.pub`), ...armored, "-o", output, input]);
      const file = oracle.read(`${name}.out`);
      const opened = await decryptAgeFile(unarmorAgeFile(file) ?? file, [...keys.values()]);
      assert.deepEqual(opened, { plaintext: new Uint8Array(text), key: key(name) });
    }
  });

  test(`a file for ${name} is null to other keys`, async () => {
    const file = (await encryptAgeFile(key(name).publicKey, randomBytes(10)))!;
    const others = kinds.filter((kind) => kind.name !== name).map((kind) => key(kind.name));
    assert.equal(await decryptAgeFile(file, others), null);
    assert.equal(await decryptAgeFile(file, []), null);
  });

  test(`a stanza with the tag of ${name} that does not open throws`, async () => {
    const fileKey = randomBytes(16);
    const { args, body } = await stanzaFor(name, fileKey);
    const identity = sshIdentity(key(name))!;
    assert.deepEqual(await identity.unwrapFileKey([new Stanza(args, body)]), fileKey);
    const flipped = body.map((byte, i) => (i === 5 ? byte ^ 1 : byte));
    const wrong = [
      new Stanza(args, flipped),
      new Stanza(args, body.subarray(1)),
      new Stanza(args, Buffer.concat([body, Buffer.of(0)])),
      new Stanza(args, new Uint8Array(0)),
      new Stanza([...args, "more"], body),
      new Stanza(args.slice(0, -1), body),
    ];
    for (const stanza of wrong) assert.throws(() => identity.unwrapFileKey([stanza]));
    // Another key's stanza before it does not hide it, and a file key of another length is none.
    const tag = new Stanza([args[0]!, "AAAAAA", ...args.slice(2)], body);
    assert.equal(await identity.unwrapFileKey([tag]), null);
    assert.deepEqual(await identity.unwrapFileKey([tag, new Stanza(args, body)]), fileKey);
    const long = await stanzaFor(name, randomBytes(17));
    assert.throws(() => identity.unwrapFileKey([long]));
  });
}

test("the point of an ssh-ed25519 stanza is 32 bytes in canonical base64", async () => {
  const { args, body } = await stanzaFor("ed25519", randomBytes(16));
  const identity = sshIdentity(key("ed25519"))!;
  const [type, tag, share] = args as [string, string, string];
  const raw = Buffer.from(share, "base64");
  const lowOrder = Buffer.alloc(32).toString("base64").replace("=", "");
  const shares = [
    `${share}=`,
    share.slice(1),
    "",
    raw.subarray(1).toString("base64"),
    `${share.slice(0, -1)}B`,
    lowOrder,
  ];
  for (const wrong of shares) {
    assert.throws(() => identity.unwrapFileKey([new Stanza([type, tag, wrong], body)]), wrong);
  }
});

test("the body of an ssh-rsa stanza is as long as the modulus, also where it begins with a zero", async () => {
  const fileKey = randomBytes(16);
  let stanza: Stanza;
  do stanza = await stanzaFor("rsa-2048", fileKey);
  while (stanza.body[0] !== 0);
  const identity = sshIdentity(key("rsa-2048"))!;
  assert.deepEqual(await identity.unwrapFileKey([stanza]), fileKey);
  assert.throws(() => identity.unwrapFileKey([new Stanza(stanza.args, stanza.body.subarray(1))]));
});

test("keys that only sign, and short RSA keys, have no age form", { skip: missing("age") }, async () => {
  for (const kind of ["p256", "rsa-1024"] as const) {
    const weak = drawKey(kind);
    assert.equal(hasAgeForm(weak.publicKey), false);
    assert.equal(await encryptAgeFile(weak.publicKey, new Uint8Array(1)), null);
    assert.equal(sshIdentity(weak), null);
  }
  oracle.generate("rsa-1024", { name: "rsa-1024", type: "rsa", bits: 1024 });
  assert.throws(() =>
    run("age", ["-R", oracle.path("rsa-1024.pub"), "-o", oracle.path("x")], { input: "x" }),
  );
});

test("an ed25519 key that is no point of the curve is refused", () => {
  const point = new Uint8Array(32);
  point[0] = 2;
  const key = publicKeyFromBlob(new WireWriter().string("ssh-ed25519").string(point).bytes());
  assert.throws(
    () => sshRecipient(key),
    (error) => error instanceof KeyError && error.code === "bad-key",
  );
});

test("a file under a passphrase is null at no cost", { timeout: 5000 }, async () => {
  // 2^30 rounds of scrypt would take hours.
  const header = `age-encryption.org/v1\n-> scrypt ${"A".repeat(22)} 30\n${"A".repeat(43)}\n--- ${"A".repeat(43)}\n`;
  assert.equal(await decryptAgeFile(Buffer.from(`${header}${"x".repeat(50)}`), [...keys.values()]), null);
});

test("a passphrase beside an SSH key is refused", async () => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(sshRecipient(key("ed25519").publicKey)!);
  encrypter.addRecipient({
    wrapFileKey: () => [new Stanza(["scrypt", "A".repeat(22), "10"], new Uint8Array(32))],
  });
  await assert.rejects(decryptAgeFile(await encrypter.encrypt("x"), [key("ed25519")]));
});

test("other recipients beside ours do no harm", async () => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
  encrypter.addRecipient(sshRecipient(key("rsa-2048").publicKey)!);
  encrypter.addRecipient(sshRecipient(key("ed25519").publicKey)!);
  const opened = await decryptAgeFile(await encrypter.encrypt("x"), [key("ed25519")]);
  assert.deepEqual(opened, { plaintext: new Uint8Array(Buffer.from("x")), key: key("ed25519") });
});

test("armor is undone, and only armor", () => {
  const file = randomBytes(100);
  assert.deepEqual(unarmorAgeFile(Buffer.from(` \n${armor.encode(file)}\n`)), new Uint8Array(file));
  assert.equal(unarmorAgeFile(Buffer.from("age-encryption.org/v1\n")), null);
  assert.throws(() => unarmorAgeFile(Buffer.from("-----BEGIN AGE ENCRYPTED FILE-----\nAAAA")));
});

test("any plaintext survives", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...kinds), async (text, { name }) => {
      const file = await encryptAgeFile(key(name).publicKey, text);
      assert.deepEqual((await decryptAgeFile(file!, [...keys.values()]))?.plaintext, text);
    }),
  );
});
