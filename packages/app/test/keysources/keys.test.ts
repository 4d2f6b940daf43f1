/** What a page of keys holds, held against ssh-keygen where that knows. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { fingerprint, publicKeyFromSpki, publicKeyLine, WireWriter } from "@asfaleia/identity";
import fc from "fast-check";
import { missing, run, SshOracle } from "../../../identity/test/oracle.ts";
import { KeySourceError, type KeySourceErrorCode } from "../../src/keysources/errors.ts";
import { readKeys, type UnusableKey } from "../../src/keysources/keys.ts";

function newLine(comment = ""): string {
  const { publicKey } = generateKeyPairSync("ed25519");
  return publicKeyLine(publicKeyFromSpki(publicKey.export({ format: "der", type: "spki" })), comment);
}

function rsaLine(bits: number): string {
  const modulus = new Uint8Array(bits / 8).fill(0xff);
  const blob = new WireWriter()
    .string("ssh-rsa")
    .mpint(Uint8Array.of(1, 0, 1))
    .mpint(modulus)
    .bytes();
  return `ssh-rsa ${Buffer.from(blob).toString("base64")} short`;
}

function lineOf(type: string, ...parts: (string | Uint8Array)[]): string {
  const writer = new WireWriter().string(type);
  for (const part of parts) writer.string(part);
  return `${type} ${Buffer.from(writer.bytes()).toString("base64")}`;
}

function only(page: string): UnusableKey {
  const { usable, unusable } = readKeys(page);
  assert.deepEqual(usable, []);
  assert.equal(unusable.length, 1);
  return unusable[0]!;
}

function failsWith(code: KeySourceErrorCode, page: string): void {
  assert.throws(
    () => readKeys(page),
    (error) => error instanceof KeySourceError && error.code === code,
  );
}

test("keys come in their order, each once; empty lines and comments are passed over", () => {
  const [first, second] = [newLine("one"), newLine()];
  const { usable, unusable } = readKeys(`# keys\r\n${first}\r\n\n  ${second}\n${first} again\n`);
  assert.deepEqual(unusable, []);
  assert.deepEqual(
    usable.map(({ key, comment }) => publicKeyLine(key, comment)),
    [first, second],
  );
  assert.deepEqual(readKeys(""), { usable: [], unusable: [] });
  assert.deepEqual(readKeys("\n \n"), { usable: [], unusable: [] });
});

test("every type that ssh-keygen makes, with its fingerprint", { skip: missing("ssh-keygen") }, () => {
  using oracle = new SshOracle();
  const kinds = [
    { name: "ed", type: "ed25519" },
    { name: "p256", type: "ecdsa", bits: 256 },
    { name: "p384", type: "ecdsa", bits: 384 },
    { name: "p521", type: "ecdsa", bits: 521 },
    { name: "rsa", type: "rsa", bits: 2048 },
  ] as const;
  for (const kind of kinds) oracle.generate(kind.name, kind);
  const { usable } = readKeys(kinds.map(({ name }) => oracle.readText(`${name}.pub`)).join(""));
  const shown = kinds.map(({ name }) => run("ssh-keygen", ["-lf", oracle.path(`${name}.pub`)]).split(" ")[1]);
  assert.deepEqual(
    usable.map(({ key }) => fingerprint(key)),
    shown,
  );
});

test("a short RSA key is told with its size and the fingerprint of ssh-keygen", {
  skip: missing("ssh-keygen"),
}, () => {
  using oracle = new SshOracle();
  for (const bits of [768, 1024, 1536, 2040]) {
    const line = rsaLine(bits);
    const { reason, bits: told, why, fingerprint: id, type } = only(line);
    assert.deepEqual([type, reason, told], ["ssh-rsa", "short-rsa", bits]);
    assert.match(why, /below 2048 bits .* ssh-keygen -t ed25519/);
    // ssh-keygen itself takes none below 1024.
    if (bits < 1024) continue;
    assert.equal(id, run("ssh-keygen", ["-lf", oracle.write("short.pub", `${line}\n`)]).split(" ")[1]);
  }
  assert.equal(readKeys(rsaLine(2048)).usable.length, 1);
  assert.equal(only(rsaLine(8200)).reason, "odd-rsa");
});

test("what else cannot be used is told with its type, its fingerprint, and why", () => {
  const word = new Uint8Array(20).fill(9);
  const dsa = only(lineOf("ssh-dss", word, word, word, word));
  assert.equal(dsa.reason, "dsa");
  assert.match(dsa.fingerprint ?? "", /^SHA256:[A-Za-z0-9+/]{43}$/);
  assert.match(dsa.why, /^DSA keys are broken: .* 9\.8.* 10\.0/);
  assert.equal(only(lineOf("ssh-ed25519-cert-v01@openssh.com", word)).reason, "certificate");
  const future = only(lineOf("ssh-mldsa87@example.org", word));
  assert.deepEqual([future.reason, future.type], ["unknown-type", "ssh-mldsa87@example.org"]);
  assert.equal(only(lineOf("ssh-ed25519", new Uint8Array(32))).reason, "weak");
  assert.equal(only(lineOf("ssh-ed25519", new Uint8Array(31))).reason, "damaged");
});

test("damaged lines have no fingerprint, and options are damage", () => {
  const line = newLine();
  for (const damaged of [
    "ssh-ed25519",
    "ssh-ed25519 AAAA",
    line.replace("ssh-ed25519 ", "ssh-rsa "),
    line.slice(0, -1),
    `${line.slice(0, 40)}\0${line.slice(40)}`,
    `no-pty ${line}`,
    `command="rm -rf /" ${line}`,
    `cert-authority ${line}`,
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "\u001b]0;title\u0007 x",
    "ssh-\u001b[2J x",
    `${line} ${"x".repeat(9000)}`,
  ]) {
    const { reason, fingerprint: id, type } = only(damaged);
    if (!damaged.endsWith("x".repeat(9000))) assert.equal(id, undefined, damaged);
    assert.equal(reason, "damaged", damaged);
    assert.doesNotMatch(type ?? "", /[^A-Za-z0-9@.-]/);
  }
  assert.equal(only("\n\nnonsense").line, 3);
});

test("comments come as they are: NUL, control sequences and all", () => {
  const comment = "\u001b]0;x\u0007\u0000 \u202e evil";
  assert.equal(readKeys(`${newLine()} ${comment}`).usable[0]?.comment, comment);
});

test("500 keys are not believed of one person, 64 are", () => {
  const lines = Array.from({ length: 500 }, () => newLine());
  failsWith("too-many", lines.join("\n"));
  failsWith("too-many", lines.slice(0, 65).join("\n"));
  assert.equal(readKeys(lines.slice(0, 64).join("\n")).usable.length, 64);
  assert.equal(readKeys(Array.from({ length: 500 }, () => lines[0]).join("\n")).usable.length, 1);
});

test("a page of something else is no list of keys", () => {
  failsWith("not-keys", "<p>hello</p>\n".repeat(100));
  failsWith("too-many", `${newLine()}\n${"<p>hello</p>\n".repeat(100)}`);
  assert.deepEqual(readKeys("\n".repeat(256 * 1024)), { usable: [], unusable: [] });
});

test("any page is read or refused, and what is usable is worth it", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 100 }),
    fc.constantFrom(
      newLine("a"),
      newLine(),
      rsaLine(1024),
      "ssh-dss AAAAB3NzaC1kc3M=",
      " ",
      "\r",
      "\n",
      "\n",
      "\n",
    ),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => lineOf("ssh-ed25519", bytes)),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => lineOf("ecdsa-sha2-nistp256", "nistp256", bytes)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const { usable, unusable } = readKeys(pieces.join(""));
      assert.equal(new Set(usable.map(({ key }) => fingerprint(key))).size, usable.length);
      for (const { key } of usable) assert.ok(key.type !== "ssh-rsa" || key.bits >= 2048);
      for (const { why, type } of unusable) {
        assert.ok(why.length > 20);
        assert.doesNotMatch(type ?? "", /[^A-Za-z0-9@.-]/);
      }
    }),
    { numRuns: 500 },
  );
});
