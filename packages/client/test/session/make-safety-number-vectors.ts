/**
 * Makes docs/vectors/safety-number.json, from the keys in docs/vectors/keys.json and SHA-2 alone:
 *
 *     node --conditions=asfaleia-source packages/client/test/session/make-safety-number-vectors.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { oracleNumber } from "./safetynumber-oracle.ts";

const VECTORS = new URL("../../../../docs/vectors/", import.meta.url);
const SIDES: readonly [name: string, own: readonly string[], theirs: readonly string[]][] = [
  ["one key each", ["alice-ed25519"], ["bob-rsa-2048"]],
  ["the other side's view of it", ["bob-rsa-2048"], ["alice-ed25519"]],
  ["several keys", ["alice-ed25519", "carol-p256", "dave-sk-ed25519"], ["bob-rsa-2048", "mallory-ed25519"]],
  [
    "in another order",
    ["dave-sk-ed25519", "alice-ed25519", "carol-p256"],
    ["mallory-ed25519", "bob-rsa-2048"],
  ],
  ["a key that stands twice", ["alice-ed25519", "alice-ed25519"], ["bob-rsa-2048"]],
  ["a key more", ["alice-ed25519"], ["bob-rsa-2048", "mallory-ed25519"]],
];

const keys = JSON.parse(readFileSync(new URL("keys.json", VECTORS), "utf8")) as {
  readonly scenarios: readonly { readonly name: string; readonly openssh: string }[];
};

function blob(name: string): Buffer {
  const key = keys.scenarios.find((each) => each.name === name);
  if (key === undefined) throw new Error(`keys.json has no ${name}`);
  return Buffer.from(key.openssh, "base64");
}

const scenarios = SIDES.map(([name, own, theirs]) => ({
  name,
  own: own.map((key) => blob(key).toString("hex")),
  theirs: theirs.map((key) => blob(key).toString("hex")),
  number: oracleNumber(own.map(blob), theirs.map(blob)),
}));
const about = "The identities of two sides, OpenSSH blobs, and the 60 digits that both see.";
const lines = scenarios.map((scenario) => `  ${JSON.stringify(scenario)}`).join(",\n");
writeFileSync(
  new URL("safety-number.json", VECTORS),
  `{\n "about": ${JSON.stringify(about)},\n "clause": "Safety numbers",\n "scenarios": [\n${lines}\n ]\n}\n`,
);
