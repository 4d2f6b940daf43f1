/** Everything that reads what strangers send, and what it may throw. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import {
  fileSigner,
  fingerprint,
  KeyError,
  type PrivateKey,
  parseAuthorizedKeys,
  parsePrivateKey,
  publicKeyFromBlob,
  publicKeyFromField,
  publicKeyFromLine,
  publicKeyFromText,
  sameKey,
  sshAgent,
  sshsigArmor,
  sshsigDearmor,
  sshsigSign,
  sshsigVerify,
  verifySignature,
  WireWriter,
} from "@asfaleia/identity";
import { LetterError, openLetter } from "@asfaleia/identity/letter";
import { ProtocolError } from "@asfaleia/protocol";
import { FakeAgent } from "../../../packages/identity/test/fakeagent.ts";
import { drawAuthenticator } from "../../../packages/identity/test/keys.ts";
import {
  decryptAgeFile,
  parseLetter,
  unarmorAgeFile,
  writeLetter,
} from "../../../packages/identity/test/letter-inside.ts";
import { FUZZ_TARGETS } from "../../../packages/protocol/test/fuzz.ts";
import { latin1, type Scenario, text, vectors } from "../../../packages/protocol/test/vectors.ts";

export interface Target {
  readonly name: string;
  /** Of all cases it gets this part of the parts of all targets: what is slow gets fewer. */
  readonly share: number;
  readonly samples: readonly Uint8Array[];
  /** Reads the bytes. @throws an error of one of the classes in `allowed`, and nothing else */
  run(bytes: Uint8Array): void | Promise<void>;
  /** What `run` may throw. */
  readonly allowed: readonly (new (
    ...args: never[]
  ) => Error)[];
}

/** So that every target takes about as long as another. */
const FAST = 100;
const MEDIUM = 50;
const SLOW = 15;
const SLOWEST = 4;

const NAMESPACE = "fuzz@asfaleia";
const MESSAGE = new TextEncoder().encode("what is signed");

interface KeyScenario extends Scenario {
  readonly openssh: string;
  readonly spki?: string;
  readonly private?: string;
}

interface LetterVector {
  readonly keys: readonly string[];
  readonly envelope: string;
}

/** All targets. Their samples are read from docs/vectors, and drawn where a key has to sign. */
export async function allTargets(): Promise<{ targets: readonly Target[]; dispose: () => Promise<void> }> {
  const { agent, targets } = await agentTargets();
  return {
    targets: [...protocolTargets(), ...(await keyTargets()), ...targets, ...(await letterTargets())],
    dispose: () => agent[Symbol.asyncDispose](),
  };
}

function protocolTargets(): Target[] {
  const lines = vectors<Scenario & { line: string }>("packets.json").map(({ line }) => latin1(line));
  const fields = lines.map((line) => line.slice(line.indexOf(0x3b) + 1));
  const addresses = vectors<Scenario & { text: string }>("addresses.json").map((each) => latin1(each.text));
  const base64 = [1, 2, 3, 16, 200].map((length) =>
    latin1(Buffer.alloc(length, "Fuzz\u00ff").toString("base64")),
  );
  const samplesOf = (name: string): Uint8Array[] => {
    if (name.startsWith("fields of ")) return fields;
    if (name.startsWith("base64")) return base64;
    return /address|host/.test(name) ? addresses : lines;
  };
  return FUZZ_TARGETS.map(({ name, run }) => ({
    name,
    share: FAST,
    samples: samplesOf(name),
    run,
    allowed: [ProtocolError],
  }));
}

async function keyTargets(): Promise<Target[]> {
  const scenarios = vectors<KeyScenario>("keys.json").filter(({ openssh }) => openssh !== undefined);
  const sk = (["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"] as const).map((type) =>
    drawAuthenticator(type),
  );
  const blobs = [
    ...scenarios.map(({ openssh }) => bytesOf(openssh)),
    ...sk.map(({ publicKey }) => publicKey.blob),
  ];
  const spkis = scenarios.flatMap(({ spki }) => (spki ? [bytesOf(spki)] : []));
  const lines = blobs.map((blob) => `${typeOf(blob)} ${base64(blob)} somebody@somewhere`);
  const options = [
    "",
    'from="10.0.0.0/8,!::1",no-pty ',
    'command="echo \\"a b\\"",restrict ',
    "cert-authority ",
  ];
  const files = scenarios.flatMap((each) => (each.private ? [latin1(each.private)] : []));
  const pem = files.map((file) => parsePrivateKey(file)).map(({ keyObject }) => keyObject);
  const pems = pem.flatMap((key) => [
    key.export({ format: "pem", type: "pkcs8" }),
    ...(key.asymmetricKeyType === "rsa" ? [key.export({ format: "pem", type: "pkcs1" })] : []),
    ...(key.asymmetricKeyType === "ec" ? [key.export({ format: "pem", type: "sec1" })] : []),
  ]);
  const privateFiles = [...files, ...pems.map((each) => latin1(each.toString()))];
  const insides = files.map((file) => bytesOf(text(file).replace(/-----[^\n]*-----|\n/g, "")));
  const signatures: Uint8Array[] = [];
  for (const file of files)
    signatures.push(await sshsigSign(fileSigner(parsePrivateKey(file)), NAMESPACE, MESSAGE));
  const touched = sk.map((each) => ({ key: each.publicKey, signature: each.signAs(MESSAGE, 1, 7) }));
  const target = (
    name: string,
    share: number,
    samples: readonly Uint8Array[],
    run: Target["run"],
  ): Target => ({
    name,
    share,
    samples,
    run,
    allowed: [KeyError],
  });
  return [
    target("public key, bytes", MEDIUM, [...blobs, ...spkis], (bytes) => {
      const key = publicKeyFromField(bytes);
      assert.ok(sameKey(publicKeyFromBlob(key.blob), key));
      assert.match(fingerprint(key), /^SHA256:/);
    }),
    target("public key, line", MEDIUM, lines.map(utf8), (bytes) => void publicKeyFromLine(text(bytes))),
    target("public key, line of changed bytes", MEDIUM, blobs, (bytes) => {
      publicKeyFromLine(`${typeOf(bytes)} ${base64(bytes)}`);
    }),
    target(
      "public key, any text",
      MEDIUM,
      [...lines.map(utf8), ...spkis.map((spki) => utf8(base64(spki)))],
      (bytes) => {
        publicKeyFromText(text(bytes));
      },
    ),
    target(
      "authorized_keys",
      MEDIUM,
      [
        ...options.flatMap((option) => lines.map((line) => utf8(option + line))),
        utf8(lines.join("\n# a comment\n\n")),
      ],
      (bytes) => void parseAuthorizedKeys(text(bytes)),
    ),
    target("private key file", SLOW, privateFiles, (bytes) => void parsePrivateKey(bytes)),
    target("private key file, inside", SLOW, insides, (bytes) => void parsePrivateKey(armored(bytes))),
    target("private key file, a passphrase given", SLOWEST, insides, (bytes) => {
      parsePrivateKey(armored(bytes), utf8("passphrase"));
    }),
    target("SSHSIG", SLOW, signatures, (bytes) => void sshsigVerify(bytes, NAMESPACE, MESSAGE)),
    target(
      "SSHSIG, armored",
      MEDIUM,
      signatures.map((each) => utf8(sshsigArmor(each))),
      (bytes) => {
        sshsigDearmor(text(bytes));
      },
    ),
    target(
      "signature of a security key",
      MEDIUM,
      touched.map(({ signature }) => signature),
      (bytes) => {
        for (const { key } of touched) verifySignature(key, bytes, MESSAGE);
      },
    ),
  ];
}

async function agentTargets(): Promise<{ agent: FakeAgent; targets: Target[] }> {
  let reply = new Uint8Array(0);
  const agent = await FakeAgent.start((_request, socket) => void socket.end(reply));
  const keys = vectors<KeyScenario>("keys.json").filter((each) => each.private !== undefined);
  const list = new WireWriter().byte(12).uint32(keys.length);
  for (const { openssh } of keys) list.string(bytesOf(openssh)).string("a comment");
  const own = parsePrivateKey(latin1(keys[0]?.private as string));
  const blob = await fileSigner(own).sign(MESSAGE);
  const signature = new WireWriter().byte(14).string(blob).bytes();
  const whole = (bytes: Uint8Array) => new WireWriter().string(bytes).bytes();
  const target = (name: string, sample: Uint8Array, ask: () => Promise<unknown>): Target[] =>
    [false, true].map((lengthToo) => ({
      name: lengthToo ? `${name}, length and all` : name,
      share: SLOW,
      samples: [lengthToo ? whole(sample) : sample],
      run: async (bytes) => {
        reply = Uint8Array.from(lengthToo ? bytes : whole(bytes));
        await ask();
      },
      allowed: [KeyError],
    }));
  return {
    agent,
    targets: [
      ...target("agent, list", list.bytes(), () => sshAgent(agent.path).list()),
      ...target("agent, signature", signature, () =>
        sshAgent(agent.path).signer(own.publicKey).sign(MESSAGE),
      ),
    ],
  };
}

async function letterTargets(): Promise<Target[]> {
  const folder = new URL("../../../docs/vectors/", import.meta.url);
  const all = readdirSync(folder)
    .filter((name) => name.startsWith("letter-"))
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as LetterVector);
  const keys: PrivateKey[] = [];
  for (const one of new Set(all.flatMap(({ keys }) => keys))) keys.push(parsePrivateKey(latin1(one)));
  // The largest ones would only make it slow.
  const envelopes = all.map(({ envelope }) => bytesOf(envelope)).filter(({ length }) => length <= 8192);
  const plaintexts: Uint8Array[] = [];
  for (const envelope of envelopes) {
    const opened = await decryptAgeFile(unarmorAgeFile(envelope) ?? envelope, keys).catch(() => null);
    if (opened) plaintexts.push(opened.plaintext);
  }
  assert.ok(plaintexts.length > 3, "there are no letters to begin with");
  return [
    {
      name: "letter, its text",
      share: MEDIUM,
      samples: plaintexts,
      allowed: [LetterError],
      run: (bytes) => {
        const letter = parseLetter(bytes);
        // Exactly one text stands for a letter.
        if (letter) assert.deepEqual(Buffer.from(writeLetter(letter)), Buffer.from(bytes));
      },
    },
    {
      name: "letter, sealed",
      share: SLOWEST,
      samples: envelopes,
      allowed: [LetterError],
      run: async (bytes) => void (await openLetter(bytes, keys)),
    },
  ];
}

function armored(bytes: Uint8Array): Uint8Array {
  const body = base64(bytes).replace(/.{70}/g, "$&\n");
  return utf8(`-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`);
}

function typeOf(blob: Uint8Array): string {
  const length = blob[3] ?? 0;
  return text(blob.subarray(4, 4 + length));
}

const utf8 = (each: string): Uint8Array => new TextEncoder().encode(each);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const bytesOf = (each: string): Uint8Array => new Uint8Array(Buffer.from(each, "base64"));
