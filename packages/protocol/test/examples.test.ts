/** The examples in docs/protocol.md are real: they parse, and they are the vectors'. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { formatAddress, parseAddress } from "@asfaleia/protocol";
import { KINDS, parseAnyLine } from "./kinds.ts";
import { latin1, type Scenario, vectors } from "./vectors.ts";

const document = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
const spoken = [...document.matchAll(/^([CR]): (.*)$/gm)].map(([, by, line]) => ({
  by: by as string,
  line: line as string,
}));
const token = /^R: 101;([^<;]+);/m.exec(document)?.[1] as string;
const inFull = (line: string) => line.replaceAll("<token>", token);

for (const { by, line } of spoken) {
  test(`example ${by}: ${line.slice(0, 60)}`, () => {
    const { kind, fields } = parseAnyLine(latin1(inFull(line)));
    assert.equal(Buffer.from(kind.format(fields)).toString("latin1"), `${inFull(line)}\n`);
    const isRelays = kind.id >= 100 || kind.name === "ANSWER";
    assert.equal(by, isRelays ? "R" : "C");
  });
}

test("every packet has an example, which is a vector", () => {
  const lines = vectors<Scenario & { packet: string; line: string }>("packets.json");
  for (const { name } of KINDS) {
    const ofKind = lines.filter(({ packet }) => packet === name).map(({ line }) => line);
    assert.ok(
      spoken.some(({ line }) => ofKind.includes(inFull(line))),
      name,
    );
  }
});

test("the story at the top is the first vector of auth.json", () => {
  const [first] = vectors<Scenario & { lines: string[] }>("auth.json");
  assert.deepEqual(
    spoken.slice(0, 3).map(({ by, line }) => `${by}: ${line}`),
    first?.lines,
  );
});

test("the token of the examples has the claims that the table names", () => {
  const section = document.slice(document.indexOf("\n## Tokens"), document.indexOf("\n## Mailboxes"));
  const claims = [...section.matchAll(/^\| *(`.*?`) *\|/gm)].flatMap(([, cell]) => [
    ...(cell as string).matchAll(/`(\w+)`/g),
  ]);
  const payload = JSON.parse(Buffer.from(token.split(".")[1] as string, "base64url").toString());
  assert.deepEqual(
    claims.map(([, name]) => name),
    Object.keys(payload),
  );
});

test("the addresses are addresses", () => {
  const addresses = document.match(/^asfaleia(?:\+unix)?:\S+$/gm) ?? [];
  assert.equal(addresses.length, 3);
  for (const address of addresses) assert.equal(formatAddress(parseAddress(address)), address);
});
