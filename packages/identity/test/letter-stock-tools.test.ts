/** Letters need nothing of ours on the other side: age opens and makes them, ssh-keygen checks their signatures. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileSigner } from "../src/file.ts";
import { publicKeyLine } from "../src/keyline.ts";
import { LETTER_NAMESPACE, openLetter, sealLetter } from "../src/letter.ts";
import { parseLetter } from "../src/letter-format.ts";
import { type PrivateKey, parsePrivateKey } from "../src/privatekey.ts";
import { sshsigArmor } from "../src/sshsig.ts";
import { type KeyKind, missing, run, SshOracle } from "./oracle.ts";

const skip = missing("age", "ssh-keygen", "sed");
const kinds: KeyKind[] = [
  { name: "ed25519", type: "ed25519" },
  { name: "rsa", type: "rsa", bits: 3072 },
];
const senders: KeyKind[] = [...kinds, { name: "ecdsa", type: "ecdsa", bits: 384 }];
const oracle = new SshOracle();
const keys = new Map<string, PrivateKey>();

before(() => {
  for (const kind of senders) {
    oracle.generate(kind.name, kind);
    keys.set(kind.name, parsePrivateKey(oracle.read(kind.name)));
  }
});
after(() => oracle[Symbol.dispose]());

for (const receiver of kinds) {
  for (const sender of senders) {
    test(`age opens a letter for ${receiver.name}, and ssh-keygen finds ${sender.name}'s signature good`, {
      skip,
    }, async () => {
      const from = fileSigner(keys.get(sender.name)!);
      const body = Buffer.from("Hello Bob\n\nsignature: none\n\xff", "latin1");
      const to = keys.get(receiver.name)!.publicKey;
      const envelope = await sealLetter({
        to,
        from,
        type: "application/octet-stream",
        body,
        now: new Date(),
      });
      oracle.write("letter.age", envelope);
      run("age", [
        "-d",
        "-i",
        oracle.path(receiver.name),
        "-o",
        oracle.path("letter"),
        oracle.path("letter.age"),
      ]);

      const letter = parseLetter(oracle.read("letter"))!;
      assert.deepEqual(letter.body, new Uint8Array(body));
      // What docs tell a person to do: the letter without its signature's line is what was signed.
      run("sed", ["-i", "1,/^$/{/^signature: /d}", oracle.path("letter")], { env: { LC_ALL: "C" } });
      assert.deepEqual(oracle.read("letter"), letter.signedBytes);
      oracle.write("letter.sig", sshsigArmor(letter.signature!));
      oracle.write("allowed", `alice ${publicKeyLine(letter.from!)}\n`);
      const verify = ["-Y", "verify", "-f", "allowed", "-I", "alice", "-s", "letter.sig"];
      oracle.keygen([...verify, "-n", LETTER_NAMESPACE], { input: oracle.read("letter") });
      assert.throws(() => oracle.keygen([...verify, "-n", "file"], { input: oracle.read("letter") }));
      assert.throws(() => oracle.keygen([...verify, "-n", LETTER_NAMESPACE], { input: "another text" }));
    });
  }

  test(`what age seals for ${receiver.name}, armored or not, opens as a text from nobody`, {
    skip,
  }, async () => {
    const key = keys.get(receiver.name)!;
    oracle.write("text", "Hello Bob\n");
    for (const armored of [[], ["-a"]]) {
      run("age", [
        "-R",
        oracle.path(`${receiver.name}.pub`),
        ...armored,
        "-o",
        oracle.path("age"),
        oracle.path("text"),
      ]);
      const opened = await openLetter(oracle.read("age"), [...keys.values()]);
      const body = new Uint8Array(Buffer.from("Hello Bob\n"));
      assert.deepEqual(opened, { kind: "text", origin: "anonymous", to: key.publicKey, body });
    }
  });
}

test("a letter written by hand, signed with ssh-keygen and sealed with age is proven", { skip }, async () => {
  const [alice, bob] = [keys.get("ecdsa")!.publicKey, keys.get("ed25519")!];
  const fingerprint = oracle.keygen(["-l", "-f", "ed25519.pub"]).split(" ")[1];
  const header = `asfaleia-letter: 1
id: 4f0c4f0c4f0c4f0c4f0c4f0c4f0c4f0c
date: 2026-11-22T20:00:00Z
to: ${fingerprint}
type: text/plain; charset=utf-8
from: ${publicKeyLine(alice)}
pad: 0
`;
  oracle.write("by-hand", `${header}\nHello Bob\n`);
  oracle.keygen(["-Y", "sign", "-q", "-n", LETTER_NAMESPACE, "-f", "ecdsa", "by-hand"]);
  const signature = oracle.readText("by-hand.sig").split("\n").slice(1, -2).join("");
  oracle.write("by-hand", `${header}signature: ${signature}\n\nHello Bob\n`);
  run("age", ["-R", oracle.path("ed25519.pub"), "-o", oracle.path("age"), oracle.path("by-hand")]);
  const opened = await openLetter(oracle.read("age"), [bob]);
  assert.equal(opened.origin, "proven");
  assert.deepEqual(opened.origin === "proven" && opened.from, alice);
});
