/** The file of known relays: strict, only ever added to, and its owner's alone. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { KnownRelaysError, knownRelayTrust, parseKnownRelays, relayPlace } from "@asfaleia/client";
import { parseAddress } from "@asfaleia/protocol";
import fc from "fast-check";
import { failsWith } from "./rig.ts";

const A = `SHA256:${"a".repeat(42)}A`;
const B = `SHA256:${"b".repeat(42)}A`;
const address = parseAddress("asfaleia://relay.example");

async function newFile(t: TestContext, text?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "asfaleia-"));
  t.after(() => rm(folder, { recursive: true }));
  if (text !== undefined) await writeFile(join(folder, "known_relays"), text);
  return join(folder, "known_relays");
}

test("places are written as in an address", () => {
  const places: Record<string, string> = {
    "asfaleia://Relay.Example": "relay.example:3308",
    "asfaleia://127.0.0.1:99": "127.0.0.1:99",
    "asfaleia://[2001:db8::1]": "[2001:db8::1]:3308",
    [`asfaleia+unix:/run/a%20b.sock#${A}`]: "unix:/run/a%20b.sock",
  };
  for (const [text, place] of Object.entries(places)) assert.equal(relayPlace(parseAddress(text)), place);
});

test("entries, comments, empty lines, several keys", () => {
  const text = `# relays I met\n\nrelay.example:3308 ${A} at the congress\r\n\trelay.example:3308\t${B}\nunix:/r.sock ${A}`;
  assert.deepEqual(parseKnownRelays(text), [
    { place: "relay.example:3308", fingerprint: A },
    { place: "relay.example:3308", fingerprint: B },
    { place: "unix:/r.sock", fingerprint: A },
  ]);
  assert.deepEqual(parseKnownRelays(""), []);
});

const BAD_LINES = {
  "no fingerprint": "relay.example:3308",
  "a cut fingerprint": `relay.example:3308 ${A.slice(0, -1)}`,
  "a fingerprint with stray bits": `relay.example:3308 SHA256:${"a".repeat(43)}`,
  "no port": `relay.example ${A}`,
  "a port with a leading zero": `relay.example:03308 ${A}`,
  capitals: `Relay.example:3308 ${A}`,
  "bare IPv6": `2001:db8::1:3308 ${A}`,
  "a relative path": `unix:relay.sock ${A}`,
  "a pinned place": `relay.example:3308#${A} ${A}`,
  "a control character": `relay.example:3308 ${A} \x1b[2J`,
  "the fields swapped": `${A} relay.example:3308`,
};
for (const [name, line] of Object.entries(BAD_LINES)) {
  test(`${name} is an error of its line`, () => {
    assert.throws(
      () => parseKnownRelays(`# one\nrelay.example:3308 ${A}\n${line}\n`),
      (error) => error instanceof KnownRelaysError && error.line === 3 && !error.message.includes("example"),
    );
  });
}

test("any text is read or refused", () => {
  const parts = fc.constantFrom("relay.example:3308", A, " ", "\n", "#", "\t", "unix:/", "%");
  fc.assert(
    fc.property(fc.array(fc.oneof(parts, fc.string())), (some) => {
      try {
        parseKnownRelays(some.join(""));
      } catch (error) {
        assert.ok(error instanceof KnownRelaysError);
      }
    }),
  );
});

test("a new relay is written down once it is accepted, for its owner only", async (t) => {
  const file = join(await newFile(t), "..", "deep", "er", "known_relays");
  const trust = knownRelayTrust({ file, address, acceptNew: true });
  await trust(A);
  await trust(A);
  assert.equal(await readFile(file, "utf8"), `relay.example:3308 ${A}\n`);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await stat(dirname(file))).mode & 0o777, 0o700);
});

test("what stands there already is left as it is", async (t) => {
  const text = `# mine\nother.example:3308 ${B}   friend's`;
  const file = await newFile(t, text);
  await knownRelayTrust({ file, address, acceptNew: true })(A);
  assert.equal(await readFile(file, "utf8"), `${text}\nrelay.example:3308 ${A}\n`);
});

test("a known relay with another key is refused without asking", async (t) => {
  const text = `relay.example:3308 ${B}\n`;
  const file = await newFile(t, text);
  const ask = (): Promise<boolean> => assert.fail("asked");
  await failsWith("relay-key-changed", knownRelayTrust({ file, address, ask, acceptNew: true })(A));
  assert.equal(await readFile(file, "utf8"), text);
});

test("any of several keys of a relay will do", async (t) => {
  const file = await newFile(t, `relay.example:3308 ${B}\nrelay.example:3308 ${A}\n`);
  await knownRelayTrust({ file, address, acceptNew: false })(A);
});

test("a person is asked about a new relay, and may say no", async (t) => {
  const file = await newFile(t);
  const asked: string[] = [];
  const trust = (answer: boolean) => {
    const ask = async (fingerprint: string): Promise<boolean> => {
      asked.push(fingerprint);
      return answer;
    };
    return knownRelayTrust({ file, address, ask, acceptNew: false });
  };
  await failsWith("relay-untrusted", trust(false)(A));
  await assert.rejects(stat(file), { code: "ENOENT" });
  await trust(true)(A);
  await trust(false)(A);
  assert.deepEqual(asked, [A, A]);
  await failsWith("relay-untrusted", knownRelayTrust({ file: `${file}2`, address, acceptNew: false })(A));
});

test("a key that was written down while the person was asked counts", async (t) => {
  const file = await newFile(t);
  const ask = async (): Promise<boolean> => {
    await writeFile(file, `relay.example:3308 ${B}\n`);
    return true;
  };
  await failsWith("relay-key-changed", knownRelayTrust({ file, address, ask, acceptNew: false })(A));
});

test("processes that meet relays at the same time lose none", async (t) => {
  const file = await newFile(t);
  const places = Array.from({ length: 20 }, (_, i) => parseAddress(`asfaleia://r${i}.example`));
  await Promise.all(places.map((place) => knownRelayTrust({ file, address: place, acceptNew: true })(A)));
  assert.equal(parseKnownRelays(await readFile(file, "utf8")).length, 20);
});
