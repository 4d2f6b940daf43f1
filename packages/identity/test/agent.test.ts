import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  fileSigner,
  fingerprint,
  KeyError,
  parsePrivateKey,
  publicKeyFromLine,
  sshAgent,
  verifySignature,
  WireReader,
} from "@asfaleia/identity";
import { drawEd25519, utf8 } from "./keys.ts";
import { KEY_KINDS, missing, run, SshOracle } from "./oracle.ts";

const data = utf8("what is signed");
const agentError = (message: RegExp) => (error: unknown) =>
  error instanceof KeyError && error.code === "agent" && message.test(error.message);

describe("a real ssh-agent", { skip: missing("ssh-agent", "ssh-add", "ssh-keygen") }, () => {
  const names = KEY_KINDS.map(({ name }) => name);
  let oracle: SshOracle;
  let socket: string;
  before(async () => {
    oracle = new SshOracle();
    for (const kind of KEY_KINDS) oracle.generate(kind.name, kind);
    socket = await oracle.agent(...names);
  });
  after(() => oracle[Symbol.dispose]());

  const publicKey = (name: string) => publicKeyFromLine(oracle.readText(`${name}.pub`)).key;

  it("lists its keys as ssh-add -l does", async () => {
    const listed = await sshAgent(socket).list();
    const told = run("ssh-add", ["-l"], { env: { SSH_AUTH_SOCK: socket } })
      .trimEnd()
      .split("\n");
    assert.deepEqual(
      listed.map(({ key, comment }) => `${key.bits} ${fingerprint(key)} ${comment}`),
      told.map((line) => line.replace(/ \([^(]*\)$/, "")),
    );
    assert.equal(listed.length, names.length);
  });

  for (const name of names) {
    it(`signs with ${name}`, async () => {
      const key = publicKey(name);
      const signature = await sshAgent(socket).signer(key).sign(data);
      assert.equal(verifySignature(key, signature, data), true);
      const algorithm = new WireReader(signature).text();
      assert.equal(algorithm, key.type === "ssh-rsa" ? "rsa-sha2-512" : key.type);
      if (!name.startsWith("p")) {
        assert.deepEqual(signature, await fileSigner(parsePrivateKey(oracle.read(name))).sign(data));
      }
    });
  }

  it("signs many things at a time and long ones", async () => {
    const signer = sshAgent(socket).signer(publicKey("ed25519"));
    const texts = Array.from({ length: 30 }, (_, index) => new Uint8Array(index * 3000).fill(index));
    const signatures = await Promise.all(texts.map((text) => signer.sign(text)));
    for (const [index, text] of texts.entries()) {
      assert.equal(verifySignature(signer.publicKey, signatures[index]!, text), true);
    }
  });

  it("refuses a key that it does not hold", async () => {
    const signer = sshAgent(socket).signer(drawEd25519().publicKey);
    await assert.rejects(signer.sign(data), agentError(/did not sign/));
  });

  it("leaves out certificates", async () => {
    oracle.generate("ca", { name: "ca", type: "ed25519" });
    oracle.generate("certified", { name: "certified", type: "ed25519" });
    oracle.keygen(["-q", "-s", "ca", "-I", "id", "-n", "alice", "certified.pub"]);
    const other = await oracle.agent("certified"); // ssh-add loads certified-cert.pub with it
    assert.equal(
      run("ssh-add", ["-l"], { env: { SSH_AUTH_SOCK: other } })
        .trimEnd()
        .split("\n").length,
      2,
    );
    const listed = await sshAgent(other).list();
    assert.deepEqual(
      listed.map(({ key }) => fingerprint(key)),
      [fingerprint(publicKey("certified"))],
    );
  });

  it("can be empty", async () => {
    assert.deepEqual(await sshAgent(await oracle.agent()).list(), []);
  });

  it("that is not there is told without its path", async () => {
    const nowhere = sshAgent(oracle.path("nowhere.sock"));
    await assert.rejects(nowhere.list(), (error) => {
      assert.ok(agentError(/cannot be reached/)(error));
      assert.doesNotMatch(String(error), /nowhere/);
      return true;
    });
  });
});
