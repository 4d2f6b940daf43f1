/** The suite of signers, on a key file and on a real ssh-agent, for every type of key that ssh-keygen makes. */
import { after, before, describe } from "node:test";
import {
  fileSigner,
  parsePrivateKey,
  publicKeyFromLine,
  publicKeyLine,
  type Signer,
  sshAgent,
  sshsigArmor,
} from "@asfaleia/identity";
import { KEY_KINDS, missing, run, SshOracle } from "../packages/identity/test/oracle.ts";
import { signerConforms } from "./signer.ts";

describe("signers", { skip: missing("ssh-agent", "ssh-add", "ssh-keygen") }, () => {
  let oracle: SshOracle;
  let socket: string;
  before(async () => {
    oracle = new SshOracle();
    for (const kind of KEY_KINDS) oracle.generate(kind.name, kind);
    socket = await oracle.agent(...KEY_KINDS.map(({ name }) => name));
  });
  after(() => oracle[Symbol.dispose]());

  function stock(signer: Signer, namespace: string, message: Uint8Array, signature: Uint8Array): void {
    const allowed = oracle.write("allowed", `somebody ${publicKeyLine(signer.publicKey)}\n`);
    const armored = oracle.write("signature", sshsigArmor(signature));
    const args = ["-Y", "verify", "-n", namespace, "-I", "somebody", "-f", allowed, "-s", armored];
    run("ssh-keygen", args, { input: Buffer.from(message) });
  }

  for (const { name } of KEY_KINDS) {
    const publicKey = () => publicKeyFromLine(oracle.readText(`${name}.pub`)).key;
    describe(`${name}, from a file`, () => {
      signerConforms(() => fileSigner(parsePrivateKey(oracle.read(name))), stock);
    });
    describe(`${name}, in an agent`, () => {
      signerConforms(() => sshAgent(socket).signer(publicKey()), stock);
    });
  }
});
