import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import {
  fileSigner,
  KeyError,
  parsePrivateKey,
  publicKeyFromLine,
  publicKeyLine,
  type Signer,
  sameKey,
  sshAgent,
  sshsigArmor,
  sshsigDearmor,
  sshsigSign,
  sshsigVerify,
  WireWriter,
} from "@asfaleia/identity";
import fc from "fast-check";
import { authenticatorSigner, drawAuthenticator, drawEd25519, drawRsa, pairSigner, utf8 } from "./keys.ts";
import { KEY_KINDS, missing, SshOracle } from "./oracle.ts";

const NAMESPACE = "auth@asfaleia";
const message = utf8("asfaleia:0123456789012345678901:0123456789012345678901");
const badSignature = (error: unknown) => error instanceof KeyError && error.code === "bad-signature";

describe("SSHSIG and ssh-keygen -Y", { skip: missing("ssh-keygen", "ssh-agent") }, () => {
  let oracle: SshOracle;
  let socket: string;
  before(async () => {
    oracle = new SshOracle();
    for (const kind of KEY_KINDS) oracle.generate(kind.name, kind);
    socket = await oracle.agent(...KEY_KINDS.map(({ name }) => name));
  });
  after(() => oracle[Symbol.dispose]());

  /** What ssh-keygen says about a signature; throws when it refuses. */
  function opensshVerifies(blob: Uint8Array, signer: Signer): string {
    oracle.write("signature", sshsigArmor(blob));
    oracle.write("allowed", `alice ${publicKeyLine(signer.publicKey)}\n`);
    const args = ["-Y", "verify", "-f", "allowed", "-I", "alice", "-n", NAMESPACE, "-s", "signature"];
    return oracle.keygen(args, { input: message });
  }

  function opensshSigns(key: string, env: Record<string, string>, more: readonly string[] = []): Uint8Array {
    const armor = oracle.keygen(["-Y", "sign", ...more, "-f", key, "-n", NAMESPACE], { input: message, env });
    return sshsigDearmor(armor);
  }

  for (const { name } of KEY_KINDS) {
    it(`verifies what ssh-keygen signs with ${name}, from the file and from an agent alone`, () => {
      const { key } = publicKeyFromLine(oracle.readText(`${name}.pub`));
      for (const blob of [
        opensshSigns(name, {}),
        opensshSigns(name, {}, ["-O", "hashalg=sha256"]),
        opensshSigns(`${name}.pub`, { SSH_AUTH_SOCK: socket }, ["-U"]),
      ]) {
        assert.ok(sameKey(sshsigVerify(blob, NAMESPACE, message), key));
      }
    });

    it(`makes signatures with ${name} that ssh-keygen verifies, from the file and from an agent`, async () => {
      const inFile = fileSigner(parsePrivateKey(oracle.read(name)));
      const inAgent = sshAgent(socket).signer(inFile.publicKey);
      for (const signer of [inFile, inAgent]) {
        assert.match(opensshVerifies(await sshsigSign(signer, NAMESPACE, message), signer), /^Good /);
      }
    });
  }

  it("writes byte for byte what ssh-keygen writes", async () => {
    for (const name of ["ed25519", "rsa-2048"]) {
      const armor = oracle.keygen(["-Y", "sign", "-f", name, "-n", NAMESPACE], { input: message });
      const signer = fileSigner(parsePrivateKey(oracle.read(name)));
      assert.equal(sshsigArmor(await sshsigSign(signer, NAMESPACE, message)), armor);
    }
  });

  for (const type of ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"] as const) {
    it(`agrees with ssh-keygen about ${type}`, async () => {
      const signer = authenticatorSigner(drawAuthenticator(type));
      const blob = await sshsigSign(signer, NAMESPACE, message);
      assert.match(opensshVerifies(blob, signer), /^Good /);
      assert.ok(sameKey(sshsigVerify(blob, NAMESPACE, message), signer.publicKey));
      blob[blob.length - 1]! ^= 1;
      assert.throws(() => opensshVerifies(blob, signer));
      assert.throws(() => sshsigVerify(blob, NAMESPACE, message), badSignature);
    });
  }
});

describe("SSHSIG", () => {
  const pair = drawEd25519();
  const signer = pairSigner(pair);
  const key = pair.publicKey;

  /** An SSHSIG whose signature is true for `signed`, and whose outside is as given. */
  async function forge(change: Partial<Parts>): Promise<Uint8Array> {
    const parts = {
      magic: "SSHSIG",
      version: 1,
      key: key.blob,
      namespace: NAMESPACE,
      reserved: "",
      hash: "sha512",
      ...change,
    };
    const good = await sshsigSign(signer, NAMESPACE, message);
    const signature = change.signature ?? good.subarray(-83);
    return new WireWriter()
      .raw(utf8(parts.magic))
      .uint32(parts.version)
      .string(parts.key)
      .string(parts.namespace)
      .string(parts.reserved)
      .string(parts.hash)
      .string(signature)
      .bytes();
  }
  interface Parts {
    magic: string;
    version: number;
    key: Uint8Array;
    namespace: string;
    reserved: string;
    hash: string;
    signature: Uint8Array;
  }

  it("is bound to key, namespace and message", async () => {
    assert.ok(sameKey(sshsigVerify(await forge({}), NAMESPACE, message), key));
    const blob = await sshsigSign(signer, NAMESPACE, message);
    assert.throws(() => sshsigVerify(blob, "auth@asfaleiA", message), badSignature);
    assert.throws(() => sshsigVerify(blob, NAMESPACE, utf8("another")), badSignature);
  });

  it("is refused in any other shape", async () => {
    const changes: Partial<Parts>[] = [
      { magic: "SSHSIh" },
      { version: 0 },
      { version: 2 },
      { key: drawEd25519().publicKey.blob },
      { key: new Uint8Array() },
      { namespace: "" },
      { namespace: `${NAMESPACE}\0` },
      { reserved: "x" },
      { hash: "sha256" },
      { hash: "sha1" },
      { hash: "SHA512" },
      { signature: new Uint8Array() },
    ];
    for (const change of changes) {
      const blob = await forge(change);
      assert.throws(() => sshsigVerify(blob, NAMESPACE, message), badSignature, JSON.stringify(change));
    }
  });

  it("may be made with sha256 and sha512, not with sha1", async () => {
    const over = async (hash: string) => {
      const digest = createHash(hash).update(message).digest();
      const signed = new WireWriter()
        .raw(utf8("SSHSIG"))
        .string(NAMESPACE)
        .string("")
        .string(hash)
        .string(digest);
      return forge({ hash, signature: await signer.sign(signed.bytes()) });
    };
    for (const hash of ["sha256", "sha512"]) sshsigVerify(await over(hash), NAMESPACE, message);
    for (const hash of ["sha1", "sha384"]) {
      const blob = await over(hash);
      assert.throws(() => sshsigVerify(blob, NAMESPACE, message), badSignature);
    }
  });

  it("ends with its last byte and not before", async () => {
    const blob = await sshsigSign(signer, NAMESPACE, message);
    assert.throws(
      () => sshsigVerify(Buffer.concat([blob, Buffer.alloc(1)]), NAMESPACE, message),
      badSignature,
    );
    for (let at = 0; at < blob.length; at++) {
      assert.throws(() => sshsigVerify(blob.subarray(0, at), NAMESPACE, message), badSignature);
      const flipped = Uint8Array.from(blob);
      flipped[at]! ^= 1 << (at % 8);
      assert.throws(() => sshsigVerify(flipped, NAMESPACE, message), badSignature, `byte ${at}`);
    }
    assert.throws(() => sshsigVerify(new Uint8Array(1_000_000), NAMESPACE, message), badSignature);
  });

  it("by a security key needs its touch", async () => {
    const device = drawAuthenticator("sk-ssh-ed25519@openssh.com");
    const untouched = await sshsigSign(authenticatorSigner(device, 0x00), NAMESPACE, message);
    assert.throws(() => sshsigVerify(untouched, NAMESPACE, message), badSignature);
  });

  it("has a namespace", async () => {
    await assert.rejects(sshsigSign(signer, "", message), RangeError);
    await assert.rejects(sshsigSign(signer, "x".repeat(256), message), RangeError);
    assert.throws(() => sshsigVerify(new Uint8Array(), "", message), RangeError);
  });
});

describe("armoured SSHSIG", () => {
  const blob = new Uint8Array(200).map((_, index) => index);
  const armor = sshsigArmor(blob);
  const [begin, ...rest] = armor.trimEnd().split("\n");
  const end = rest.pop();

  it("comes back as it was, also with CR LF and without a last line end", () => {
    for (const text of [armor, armor.replaceAll("\n", "\r\n"), armor.trimEnd()]) {
      assert.deepEqual(sshsigDearmor(text), blob);
    }
    const rewrapped = [begin, ...rest.join("").match(/.{1,76}/g)!, end].join("\n");
    assert.deepEqual(sshsigDearmor(rewrapped), blob);
  });

  it("fits the largest signature", async () => {
    const largest = await sshsigSign(pairSigner(drawRsa(4096)), "x".repeat(255), message);
    assert.deepEqual(sshsigDearmor(sshsigArmor(largest)), largest);
  });

  it("is refused with anything around, between or missing", () => {
    const bad = [
      "",
      ` ${armor}`,
      `\n${armor}`,
      `${armor}\n`,
      `${armor}x`,
      armor + armor,
      armor.replace("BEGIN SSH", "BEGIN  SSH"),
      armor.replace(end!, ""),
      armor.replaceAll("SSH SIGNATURE", "PGP SIGNATURE"),
      [begin, end, ""].join("\n"),
      [begin, "", ...rest, end, ""].join("\n"),
      [begin, rest.join(""), end, ""].join("\n"),
      [begin, ...rest.map((line) => ` ${line}`), end, ""].join("\n"),
      armor.replace("A", "-"),
      armor.replace("=\n", "\n"),
      armor.replace("AAEC", "AA=C"),
    ];
    for (const text of bad) assert.throws(() => sshsigDearmor(text), badSignature, text);
    assert.throws(() => sshsigDearmor(`${begin}\n${"AAAA\n".repeat(100_000)}${end}`), badSignature);
  });

  it("throws nothing but bad-signature", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .tuple(fc.nat(armor.length), fc.string({ maxLength: 3 }))
        .map(([at, put]) => armor.slice(0, at) + put + armor.slice(at + 1)),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          sshsigDearmor(input);
        } catch (error) {
          assert.ok(badSignature(error), String(error));
        }
      }),
    );
  });
});
