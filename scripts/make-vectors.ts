/**
 * Makes the vectors that need keys and signatures anew: docs/vectors/{keys,challenge,auth,relay-proof}.json.
 *
 *     node scripts/make-vectors.ts [--new-keys]
 *
 * It uses ssh-keygen, openssl and node:crypto, and nothing of asfaleia's own code: what comes out is what stock tools
 * say. The keys are kept unless told otherwise; ECDSA signatures and RSA ciphertexts differ at each run.
 */
import { execFileSync } from "node:child_process";
import { createHash, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Key {
  readonly name: string;
  readonly type: string;
  readonly bits?: number;
  readonly about: string;
  /** The middle word of its .pub line. */
  readonly openssh: string;
  /** Base64 of DER SubjectPublicKeyInfo; security keys have none. */
  readonly spki?: string;
  readonly fingerprint: string;
  /** A private key for tests only, PEM. */
  readonly private?: string;
}

const VECTORS = new URL("../docs/vectors/", import.meta.url);
const TEST_KEY = "A test key: its private half is published here, so it proves nothing.";
const folder = mkdtempSync(join(tmpdir(), "asfaleia-vectors-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest();
const run = (tool: string, args: string[], input = "") =>
  execFileSync(tool, args, { cwd: folder, input, stdio: ["pipe", "pipe", "pipe"] });

function save(name: string, about: string, clause: string, scenarios: readonly object[]): void {
  writeFileSync(new URL(name, VECTORS), `${JSON.stringify({ about, clause, scenarios }, null, 1)}\n`);
}

/** SSH wire format: each string behind its length (RFC 4251 section 5). */
function strings(...parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, Buffer.from(part)];
    }),
  );
}

function fileKey(name: string, about: string, kind: readonly string[]): Key {
  run("ssh-keygen", ["-q", "-N", "", "-C", `${name} (test key)`, "-f", name, ...kind]);
  const [type, openssh] = readFileSync(join(folder, `${name}.pub`), "utf8").split(" ") as [string, string];
  const blob = Buffer.from(openssh, "base64");
  const spki = type === "ssh-ed25519" ? ed25519Spki(blob) : spkiBySshKeygen(name);
  const bits = type === "ssh-rsa" ? { bits: Number(kind.at(-1)) } : {};
  const pem = readFileSync(join(folder, name), "utf8");
  return { name, type, ...bits, about, openssh, spki, fingerprint: fingerprintOf(blob), private: pem };
}

function spkiBySshKeygen(name: string): string {
  const pem = run("ssh-keygen", ["-e", "-m", "PKCS8", "-f", `${name}.pub`]);
  return createPublicKey(pem).export({ type: "spki", format: "der" }).toString("base64");
}

/** ssh-keygen exports no ed25519 as SPKI. The prefix is RFC 8410's. */
function ed25519Spki(blob: Buffer): string {
  return Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), blob.subarray(-32)]).toString(
    "base64",
  );
}

function securityKey(name: string, type: string, about: string): Key {
  const isEd25519 = type.includes("ed25519");
  const pair = isEd25519
    ? generateKeyPairSync("ed25519")
    : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = pair.publicKey.export({ type: "spki", format: "der" });
  const blob = isEd25519
    ? strings(type, spki.subarray(-32), "ssh:")
    : strings(type, "nistp256", spki.subarray(-65), "ssh:");
  const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return {
    name,
    type,
    about,
    openssh: blob.toString("base64"),
    fingerprint: fingerprintOf(blob),
    private: pem,
  };
}

function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${sha256(blob).toString("base64").slice(0, 43)}`;
}

function drawKeys(): Key[] {
  const security =
    "A security key in software, as an authenticator would hold it (its private half signs what PROTOCOL.u2f says).";
  return [
    fileKey("alice-ed25519", TEST_KEY, ["-t", "ed25519"]),
    fileKey("mallory-ed25519", `${TEST_KEY} Signs what must be refused.`, ["-t", "ed25519"]),
    fileKey("relay-ed25519", `${TEST_KEY} The relay's.`, ["-t", "ed25519"]),
    fileKey("bob-rsa-2048", TEST_KEY, ["-t", "rsa", "-b", "2048"]),
    fileKey(
      "article-rsa-1024",
      `${TEST_KEY} Of the size of the article's example: weak, refused by default.`,
      [...["-t", "rsa", "-b", "1024"]],
    ),
    fileKey("carol-p256", TEST_KEY, ["-t", "ecdsa", "-b", "256"]),
    fileKey("carol-p384", TEST_KEY, ["-t", "ecdsa", "-b", "384"]),
    fileKey("carol-p521", TEST_KEY, ["-t", "ecdsa", "-b", "521"]),
    securityKey("dave-sk-ed25519", "sk-ssh-ed25519@openssh.com", security),
    securityKey("dave-sk-p256", "sk-ecdsa-sha2-nistp256@openssh.com", security),
  ];
}

if (process.argv.includes("--new-keys")) {
  save(
    "keys.json",
    "Public keys in both forms that a field may have, and their fingerprints. The private halves are for tests only.",
    "Keys",
    drawKeys(),
  );
}
const keys = (JSON.parse(readFileSync(new URL("keys.json", VECTORS), "utf8")) as { scenarios: Key[] })
  .scenarios;
for (const key of keys) {
  if (key.private) writeFileSync(join(folder, key.name), key.private, { mode: 0o600 });
  writeFileSync(join(folder, `${key.name}.pub`), `${key.type} ${key.openssh}\n`);
}
const keyNamed = (name: string): Key => keys.find((key) => key.name === name) as Key;
const RELAY = keyNamed("relay-ed25519");

/** The SSHSIG of a text in its binary form, base64. */
function sshsig(name: string, namespace: string, text: string): string {
  return name.includes("-sk-")
    ? sshsigBySecurityKey(name, namespace, text)
    : dearmor(armored(name, namespace, text));
}

function armored(name: string, namespace: string, text: string): string {
  return run("ssh-keygen", ["-q", "-Y", "sign", "-n", namespace, "-f", name], text).toString();
}

function dearmor(armor: string): string {
  return armor.replace(/-----[^-]*-----|\s/g, "");
}

/** PROTOCOL.sshsig, over what PROTOCOL.u2f says that an authenticator signs: touched, counter 7. */
function sshsigBySecurityKey(name: string, namespace: string, text: string): string {
  const key = keyNamed(name);
  const message = Buffer.concat([
    Buffer.from("SSHSIG"),
    strings(namespace, "", "sha512", createHash("sha512").update(text).digest()),
  ]);
  const flagsAndCounter = Buffer.from([1, 0, 0, 0, 7]);
  const signed = Buffer.concat([sha256("ssh:"), flagsAndCounter, sha256(message)]);
  const raw = key.type.includes("ed25519")
    ? sign(null, signed, key.private as string)
    : mpints(sign("sha256", signed, { key: key.private as string, dsaEncoding: "ieee-p1363" }));
  const signature = Buffer.concat([strings(key.type, raw), flagsAndCounter]);
  return Buffer.concat([
    Buffer.from("SSHSIG\0\0\0\x01", "latin1"),
    strings(Buffer.from(key.openssh, "base64"), namespace, "", "sha512", signature),
  ]).toString("base64");
}

function mpints(p1363: Buffer): Buffer {
  const half = p1363.length / 2;
  const mpint = (raw: Buffer) => {
    let from = 0;
    while (raw[from] === 0) from++;
    const bare = raw.subarray(from);
    return (bare[0] as number) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bare]) : bare;
  };
  return strings(mpint(p1363.subarray(0, half)), mpint(p1363.subarray(half)));
}

/** RSA-OAEP with SHA-256, by openssl. */
function encrypted(name: string, text: string): string {
  const spki = Buffer.from(keyNamed(name).spki as string, "base64");
  writeFileSync(join(folder, "spki.der"), spki);
  const padding = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"].flatMap((option) => [
    "-pkeyopt",
    option,
  ]);
  const args = ["pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "spki.der", ...padding];
  return run("openssl", args, text).toString("base64");
}

function challengeOf(relayFingerprint: string, handle: string, random: Buffer) {
  const binding = `auth@asfaleia\n${relayFingerprint}\n${handle}`;
  const hash = sha256(binding);
  const text = `asfaleia:${hash.toString("base64").slice(0, 22)}:${random.toString("base64").slice(0, 22)}`;
  return { binding, sha256: hash.toString("hex"), text };
}

const HANDLE = "q5mTzN2k8Qe0Yv-7uLrJ_w";
const RANDOM = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
const asClient = { relay: RELAY.fingerprint, handle: HANDLE };
const theText = challengeOf(RELAY.fingerprint, HANDLE, RANDOM).text;

function challenge(name: string, handle: string, random: Buffer, relay = RELAY.fingerprint) {
  return { name, relay, handle, random: random.toString("hex"), ...challengeOf(relay, handle, random) };
}

save(
  "challenge.json",
  "How the challenge text comes about, and texts that a client must not answer.",
  "Proving a key",
  [
    challenge("a challenge", HANDLE, RANDOM),
    challenge("random bytes all zero", HANDLE, Buffer.alloc(16)),
    challenge("random bytes all ones", HANDLE, Buffer.alloc(16, 255)),
    challenge("another handle", "AAAAAAAAAAAAAAAAAAAAAA", RANDOM),
    challenge("another relay", HANDLE, RANDOM, keyNamed("mallory-ed25519").fingerprint),
    ...Object.entries({
      "passed on from another relay": challengeOf(keyNamed("mallory-ed25519").fingerprint, HANDLE, RANDOM)
        .text,
      "of another handle": challengeOf(RELAY.fingerprint, "AAAAAAAAAAAAAAAAAAAAAA", RANDOM).text,
      "a character short": theText.slice(0, -1),
      "a character more": `${theText}A`,
      "an LF more": `${theText}\n`,
      "another word in front": `Asfaleia${theText.slice(8)}`,
      "random part in base64url": `${theText.slice(0, 32)}-${theText.slice(33)}`,
      "random part with stray bits": `${theText.slice(0, -1)}B`,
      empty: "",
    }).map(([name, text]) => ({ name, ...asClient, text, refused: true })),
  ],
);

/** One proof of one key, every line of it. */
function auth(
  name: string,
  about: string,
  keyName: string,
  method: "sign" | "decrypt",
  named: boolean,
  spki: boolean,
) {
  const key = keyNamed(keyName);
  const challenge = method === "sign" ? Buffer.from(theText).toString("base64") : encrypted(keyName, theText);
  const proof = method === "sign" ? sshsig(keyName, "auth@asfaleia", theText) : theText;
  return {
    name,
    about,
    key: keyName,
    method,
    ...asClient,
    random: RANDOM.toString("hex"),
    text: theText,
    lines: [
      `C: 0;${spki ? key.spki : key.openssh}${named ? `;${method}` : ""}`,
      `R: 1;${HANDLE};${challenge}`,
      `C: 2;${HANDLE};${proof}`,
    ],
  };
}

function falseProof(name: string, proof: string) {
  return { name, key: "alice-ed25519", method: "sign", ...asClient, text: theText, refused: true, proof };
}

const goodProof = sshsig("alice-ed25519", "auth@asfaleia", theText);
const cut = Buffer.from(goodProof, "base64");
save(
  "auth.json",
  "Whole proofs of keys, line by line, and proofs that a relay must refuse.",
  "Proving a key",
  [
    auth("ed25519", "The ordinary way.", "alice-ed25519", "sign", true, false),
    auth("ed25519, no method named", "Means sign.", "alice-ed25519", "sign", false, false),
    auth("ed25519 in SPKI form", "The same mailbox.", "alice-ed25519", "sign", false, true),
    auth("RSA by signature", "rsa-sha2-512.", "bob-rsa-2048", "sign", true, false),
    auth("RSA by decryption", "RSA-OAEP with SHA-256.", "bob-rsa-2048", "decrypt", true, false),
    auth(
      "the article's",
      "RSA with 1024 bits in SPKI form, no method: needs --min-rsa-bits 1024.",
      "article-rsa-1024",
      "decrypt",
      false,
      true,
    ),
    auth("ECDSA P-256", "", "carol-p256", "sign", false, false),
    auth("ECDSA P-384", "", "carol-p384", "sign", false, false),
    auth("ECDSA P-521", "", "carol-p521", "sign", false, false),
    auth("security key, ed25519", "Touched, counter 7.", "dave-sk-ed25519", "sign", false, false),
    auth("security key, P-256", "Touched, counter 7.", "dave-sk-p256", "sign", false, false),
    falseProof("signed by another key", sshsig("mallory-ed25519", "auth@asfaleia", theText)),
    falseProof("another namespace", sshsig("alice-ed25519", "file", theText)),
    falseProof("the namespace of relays", sshsig("alice-ed25519", "relay@asfaleia", theText)),
    falseProof("over another text", sshsig("alice-ed25519", "auth@asfaleia", `${theText}\n`)),
    falseProof(
      "over the base64 of the text",
      sshsig("alice-ed25519", "auth@asfaleia", Buffer.from(theText).toString("base64")),
    ),
    falseProof("armored", Buffer.from(armored("alice-ed25519", "auth@asfaleia", theText)).toString("base64")),
    falseProof("a byte short", cut.subarray(0, -1).toString("base64")),
    falseProof("a byte more", Buffer.concat([cut, Buffer.alloc(1)]).toString("base64")),
    falseProof("not base64", goodProof.replace(/=*$/, "!")),
    falseProof("the text itself", theText),
  ],
);

const HELLO = Buffer.from("a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf", "hex");
const BINDING = sha256("a channel binding");
const INFO = ["asfaleia/1", RELAY.openssh, RANDOM.toString("base64"), "262144", "604800"];

function proofText(info: readonly string[], hello: Buffer, binding: Buffer): string {
  return ["relay@asfaleia/1", ...info, hello.toString("base64"), binding.toString("base64")].join("\n");
}

interface RelayProof {
  readonly binding?: Buffer;
  /** What was signed, where it is not what was said. */
  readonly signed?: string;
  readonly signer?: string;
  readonly namespace?: string;
}

function relayProof(name: string, { binding = Buffer.alloc(0), ...other }: RelayProof = {}) {
  const text = proofText(INFO, HELLO, binding);
  const { signed = text, signer = RELAY.name, namespace = "relay@asfaleia" } = other;
  return {
    name,
    relay: RELAY.fingerprint,
    random: HELLO.toString("hex"),
    channelBinding: binding.toString("hex"),
    text,
    lines: [
      `C: 9;${HELLO.toString("base64")}`,
      `R: 100;${INFO.join(";")};${sshsig(signer, namespace, signed)}`,
    ],
    ...(Object.keys(other).length > 0 ? { refused: true } : {}),
  };
}

const smaller = INFO.with(3, "131072");
save(
  "relay-proof.json",
  "What a relay signs for HELLO, and RELAY lines that a client must refuse.",
  "The relay proves itself",
  [
    relayProof("plain line"),
    relayProof("TLS, with channel binding", { binding: BINDING }),
    relayProof("signed for a plain line, received over TLS", {
      binding: BINDING,
      signed: proofText(INFO, HELLO, Buffer.alloc(0)),
    }),
    relayProof("signed for another connection", {
      binding: BINDING,
      signed: proofText(INFO, HELLO, sha256("another")),
    }),
    relayProof("signed for another HELLO", { signed: proofText(INFO, Buffer.alloc(32), Buffer.alloc(0)) }),
    relayProof("another size of envelopes was signed", {
      signed: proofText(smaller, HELLO, Buffer.alloc(0)),
    }),
    relayProof("an LF behind the text", { signed: `${proofText(INFO, HELLO, Buffer.alloc(0))}\n` }),
    relayProof("signed by another key", { signer: "mallory-ed25519" }),
    relayProof("signed in another namespace", { namespace: "auth@asfaleia" }),
  ],
);
