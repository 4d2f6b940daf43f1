/**
 * The article that asfaleia comes from, packet by packet: a bare TCP socket, an RSA key in SPKI form, and openssl for all
 * cryptography. Nothing of asfaleia's own runs here but the relay.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { missing, run } from "../../packages/identity/test/oracle.ts";
import { Client, portIn } from "../../packages/relay/test/kit.ts";
import { Place } from "../cli/kit.ts";

const TOOLS = missing("openssl", "ssh-keygen");
const OAEP = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"].flatMap((option) => [
  "-pkeyopt",
  option,
]);

let place: Place;
/** Of a relay that takes keys from 1024 bits on, and of one as it is by default. */
let lenient: number;
let strict: number;

before(async () => {
  place = new Place();
  const relays = [place.relay(["--min-rsa-bits", "1024"]), place.relay()];
  [lenient = 0, strict = 0] = (await Promise.all(relays)).map(({ address }) => portIn(address));
});
after(() => place[Symbol.asyncDispose]());

/** An RSA key as openssl keeps it. */
class RsaKey {
  readonly file: string;
  /** Base64 of the SubjectPublicKeyInfo: what the article calls the public key. */
  readonly spki: string;

  /** @param file a private key in PEM */
  constructor(file: string) {
    this.file = file;
    run("openssl", ["pkey", "-in", file, "-pubout", "-out", `${file}.pub.pem`]);
    this.spki = readFileSync(`${file}.pub.pem`, "utf8")
      .split("\n")
      .filter((line) => !line.startsWith("-"))
      .join("");
  }

  static draw(name: string, bits: number): RsaKey {
    const file = place.path(name);
    run("openssl", ["genrsa", "-out", file, String(bits)]);
    return new RsaKey(file);
  }

  get fingerprint(): string {
    const line = run("ssh-keygen", ["-i", "-m", "PKCS8", "-f", `${this.file}.pub.pem`]);
    return run("ssh-keygen", ["-l", "-f", "-"], { input: line }).split(" ")[1] as string;
  }

  decrypt(base64: string): string {
    const input = place.write("sealed", Buffer.from(base64, "base64"));
    return run("openssl", ["pkeyutl", "-decrypt", "-inkey", this.file, ...OAEP, "-in", input]);
  }

  /** Anybody may, with the public half. @returns base64 */
  encrypt(text: string): string {
    const [input, output] = [place.write("open", text), place.path("sealed")];
    const key = ["-pubin", "-inkey", `${this.file}.pub.pem`];
    run("openssl", ["pkeyutl", "-encrypt", ...key, ...OAEP, "-in", input, "-out", output]);
    return readFileSync(output).toString("base64");
  }
}

/** The key of the article's size whose halves are in the vectors. */
function vectorKey(): RsaKey {
  const path = new URL("../../docs/vectors/keys.json", import.meta.url);
  type Vector = { name: string; private: string; spki: string };
  const { scenarios } = JSON.parse(readFileSync(path, "utf8")) as { scenarios: Vector[] };
  const vector = scenarios.find(({ name }) => name === "article-rsa-1024") as Vector;
  const file = place.write("vector", vector.private);
  // openssl does not read OpenSSH's format.
  run("ssh-keygen", ["-q", "-p", "-m", "PEM", "-P", "", "-N", "", "-f", file]);
  const key = new RsaKey(file);
  assert.equal(key.spki, vector.spki);
  return key;
}

/** AUTH, ANSWER, VERIFY. @param ending what stands before LF: "" or CR. @returns the token */
async function prove(client: Client, key: RsaKey, ending = ""): Promise<string> {
  const [id, handle, challenge = "", ...more] = (await client.ask(`0;${key.spki}${ending}`)).split(";");
  assert.deepEqual([id, more], ["1", []]);
  const text = key.decrypt(challenge);
  assert.match(text, /^asfaleia:[A-Za-z0-9+/]{22}:[A-Za-z0-9+/]{22}$/);
  const [reply, token = "", seconds] = (await client.ask(`2;${handle};${text}${ending}`)).split(";");
  assert.deepEqual([reply, seconds], ["101", "3600"]);
  return token;
}

test("the transcript: 0;<key> gets 1;<handle>;<base64>, where the operator allows 1024 bits", {
  skip: TOOLS,
}, async () => {
  const key = vectorKey();
  await using client = await Client.plain({ port: lenient });
  const answer = await client.ask(`0;${key.spki}`);
  // 128 bytes, one block of the key.
  assert.match(answer, /^1;[A-Za-z0-9_-]{22};[A-Za-z0-9+/]{171}=$/);
  assert.match(key.decrypt(answer.split(";")[2] as string), /^asfaleia:/);
});

test("1024 bits are weak-key elsewhere, and the connection goes on", { skip: TOOLS }, async () => {
  const [weak, good] = [vectorKey(), RsaKey.draw("good", 2048)];
  await using client = await Client.plain({ port: strict });
  for (const method of ["", ";decrypt", ";sign"]) {
    assert.match(await client.ask(`0;${weak.spki}${method}`), /^102;weak-key;[^;]*2048/);
  }
  await prove(client, good);
});

for (const { name, port, bits } of [
  { name: "1024 bits, with --min-rsa-bits 1024", port: () => lenient, bits: 1024 },
  { name: "2048 bits, with --min-rsa-bits 1024", port: () => lenient, bits: 2048 },
  { name: "2048 bits", port: () => strict, bits: 2048 },
]) {
  for (const [lines, ending] of [
    ["LF", ""],
    ["CR LF", "\r"],
  ] as const) {
    test(`the whole story: ${name}, lines end in ${lines}`, { skip: TOOLS }, async () => {
      const [alice, bob] = [RsaKey.draw("alice", bits), RsaKey.draw("bob", bits)];
      await using hers = await Client.plain({ port: port() });
      await using his = await Client.plain({ port: port() });

      const token = await prove(hers, alice, ending);
      const ids: string[] = [];
      for (const text of ["Hello Bob", "and again"]) {
        const [sent, id] = (await hers.ask(`3;${token};${bob.spki};${bob.encrypt(text)}${ending}`)).split(
          ";",
        );
        assert.equal(sent, "103");
        ids.push(id as string);
      }

      // Bob was not there; now he is.
      const own = await prove(his, bob, ending);
      assert.deepEqual(claimsOf(own).sub, bob.fingerprint);
      const lines = (await his.askRun(`4;${own}${ending}`)).map((line) => line.split(";"));
      assert.deepEqual(lines.pop(), ["105", "2"]);
      assert.deepEqual(
        lines.map(([id, mailbox, message, envelope]) => [
          id,
          mailbox,
          message,
          bob.decrypt(envelope as string),
        ]),
        [
          ["104", bob.fingerprint, ids[0], "Hello Bob"],
          ["104", bob.fingerprint, ids[1], "and again"],
        ],
      );
      // One CR belongs to the ending; a second one would belong to the token.
      assert.match(await his.ask(`4;${own}\r\r`), /^102;bad-token;/);
      // Delivered is gone, and nobody else has any of it.
      assert.deepEqual(await his.askRun(`4;${own}${ending}`), ["105;0"]);
      assert.deepEqual(await hers.askRun(`4;${token}${ending}`), ["105;0"]);
    });
  }
}

test("a wrong plain text, a used handle and another connection's handle prove nothing", {
  skip: TOOLS,
}, async () => {
  const key = RsaKey.draw("key", 2048);
  await using client = await Client.plain({ port: strict });
  await using other = await Client.plain({ port: strict });
  const fresh = async () => {
    const [, handle, challenge] = (await client.ask(`0;${key.spki}`)).split(";");
    return { handle, text: key.decrypt(challenge as string) };
  };
  const failed = "102;auth-failed;the proof does not hold: begin again with AUTH";

  const first = await fresh();
  const flipped = first.text.slice(0, -1) + (first.text.endsWith("A") ? "B" : "A");
  assert.equal(await client.ask(`2;${first.handle};${flipped}`), failed);
  assert.equal(await client.ask(`2;${first.handle};${first.text}`), failed);
  const second = await fresh();
  assert.equal(await other.ask(`2;${second.handle};${second.text}`), failed);
  assert.match(await client.ask(`2;${second.handle};${second.text}`), /^101;/);
  assert.equal(await client.ask(`2;${second.handle};${second.text}`), failed);
});

test("who has proved nothing gets nothing", { skip: TOOLS }, async () => {
  const key = RsaKey.draw("key", 2048);
  await using client = await Client.plain({ port: strict });
  const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from("{}").toString("base64url")}.`;
  for (const token of ["x", none]) {
    assert.match(await client.ask(`4;${token}`), /^102;bad-token;/);
    assert.match(await client.ask(`3;${token};${key.spki};aGk=`), /^102;bad-token;/);
  }
  assert.match(await client.ask("4"), /^102;wrong-usage;/);
  await prove(client, key);
});

function claimsOf(token: string): Record<string, unknown> {
  const [, claims = ""] = token.split(".");
  return JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>;
}
