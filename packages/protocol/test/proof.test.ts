/** Whole proofs, of keys and of the relay, line by line; stock tools say which signatures hold. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  type Answer,
  AUTH_NAMESPACE,
  type Auth,
  challengeBinding,
  decodeBase64,
  isChallengeFor,
  MAX_PROOF_BYTES,
  ProtocolError,
  RELAY_NAMESPACE,
  type Relay,
  relayProofText,
  type Verify,
} from "@asfaleia/protocol";
import { parseAnyLine } from "./kinds.ts";
import { missing, type TestKey, Workbench } from "./oracle.ts";
import { hex, latin1, type Scenario, text, unhex, vectors } from "./vectors.ts";

interface AuthScenario extends Scenario {
  readonly key: string;
  readonly method: "sign" | "decrypt";
  readonly relay: string;
  readonly handle: string;
  readonly text: string;
  readonly lines: [string, string, string];
  readonly proof: string;
}

interface RelayScenario extends Scenario {
  readonly relay: string;
  readonly random: string;
  readonly channelBinding: string;
  readonly text: string;
  readonly lines: [string, string];
}

const keys = new Map(vectors<TestKey>("keys.json").map((key) => [key.name, key]));
const keyNamed = (name: string) => keys.get(name) as TestKey;
const fieldsOf = <T>(spoken: string) => parseAnyLine(latin1(spoken.slice(3))).fields as T;
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
const skip = missing("ssh-keygen") || missing("openssl");

for (const vector of vectors<AuthScenario>("auth.json").filter(({ refused }) => !refused)) {
  test(`a proof of a key: ${vector.name}`, { skip }, () => {
    using bench = new Workbench();
    const key = keyNamed(vector.key);
    const [auth, answer, verify] = vector.lines;
    const { key: claimed } = fieldsOf<Auth>(auth);
    assert.ok([key.openssh, key.spki].includes(Buffer.from(claimed).toString("base64")));
    const { handle, challenge } = fieldsOf<Answer>(answer);
    const proof = fieldsOf<Verify>(verify);
    assert.equal(proof.handle, handle);

    const clear = vector.method === "sign" ? challenge : decrypted(bench, key, challenge);
    assert.equal(text(clear), vector.text);
    assert.ok(isChallengeFor(clear, sha256(challengeBinding(vector.relay, handle))));
    if (vector.method === "decrypt") return assert.equal(text(proof.proof), vector.text);
    assert.ok(bench.verifies(key, AUTH_NAMESPACE, text(proof.proof), vector.text));
    assert.ok(decodeBase64(proof.proof, MAX_PROOF_BYTES).length > 0);
  });
}

function decrypted(bench: Workbench, key: TestKey, challenge: Uint8Array): Uint8Array {
  bench.write("key", key.private);
  assert.ok(bench.run("ssh-keygen", ["-p", "-q", "-N", "", "-m", "PEM", "-f", "key"]));
  const padding = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256"];
  const clear = bench.run("openssl", ["pkeyutl", "-decrypt", "-inkey", "key", ...padding], challenge);
  assert.ok(clear);
  return new Uint8Array(clear);
}

for (const vector of vectors<AuthScenario>("auth.json").filter(({ refused }) => refused)) {
  test(`a false proof: ${vector.name}`, { skip }, () => {
    using bench = new Workbench();
    try {
      // ssh-keygen is lenient with armour, a relay is not: the binary form must be strict base64 first.
      const binary = decodeBase64(latin1(vector.proof), MAX_PROOF_BYTES);
      const strict = Buffer.from(binary).toString("base64");
      assert.ok(!bench.verifies(keyNamed(vector.key), AUTH_NAMESPACE, strict, vector.text));
    } catch (error) {
      assert.ok(error instanceof ProtocolError);
    }
  });
}

for (const vector of vectors<RelayScenario>("relay-proof.json")) {
  test(`a relay's proof that ${vector.refused ? "fails" : "holds"}: ${vector.name}`, { skip }, () => {
    using bench = new Workbench();
    const { random } = fieldsOf<{ random: Uint8Array }>(vector.lines[0]);
    assert.equal(hex(random), vector.random);
    const relay = fieldsOf<Relay>(vector.lines[1]);
    const fingerprint = `SHA256:${sha256(relay.key).toString("base64").slice(0, 43)}`;
    assert.equal(fingerprint, vector.relay);
    assert.equal(text(relayProofText(relay, random, unhex(vector.channelBinding))), vector.text);
    const key = { type: "ssh-ed25519", openssh: Buffer.from(relay.key).toString("base64") };
    const signature = Buffer.from(relay.signature).toString("base64");
    assert.equal(bench.verifies(key, RELAY_NAMESPACE, signature, vector.text), !vector.refused);
  });
}

for (const key of keys.values()) {
  test(`key ${key.name}: its forms and its fingerprint are ssh-keygen's`, { skip }, () => {
    using bench = new Workbench();
    const line = `${key.type} ${key.openssh}\n`;
    bench.write("key.pub", line);
    const listed = bench.run("ssh-keygen", ["-l", "-f", "key.pub"])?.toString().split(" ");
    assert.equal(listed?.[1], key.fingerprint);
    if (key.bits) assert.equal(listed?.[0], String(key.bits));
    if (!key.spki) return;
    bench.write("spki.der", Buffer.from(key.spki, "base64"));
    const pem = bench.run("openssl", ["pkey", "-pubin", "-inform", "DER", "-in", "spki.der"]);
    assert.ok(pem);
    if (key.type === "ssh-ed25519") return;
    bench.write("key.pem", pem);
    const back = bench.run("ssh-keygen", ["-i", "-m", "PKCS8", "-f", "key.pem"]);
    assert.equal(back?.toString().split(" ")[1]?.trim(), key.openssh);
  });
}
