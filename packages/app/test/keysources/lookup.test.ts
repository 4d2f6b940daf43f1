/** Looking somebody up, and looking again, from the word that is typed to the text that is shown. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fingerprint, publicKeyLine } from "@asfaleia/identity";
import { Authority, startHttps } from "../../../../test/kit/https.ts";
import { newEd25519 } from "../../../../test/kit/keys.ts";
import { missing } from "../../../identity/test/oracle.ts";
import { compareKeys } from "../../src/keysources/changes.ts";
import { KeySourceError } from "../../src/keysources/errors.ts";
import { lookUpKeys } from "../../src/keysources/lookup.ts";
import { changeText, keyListText } from "../../src/keysources/show.ts";
import { type KeySource, parseKeySource, pinnedKeySource } from "../../src/keysources/source.ts";

const skip = missing("openssl");
const newLine = () => publicKeyLine(newEd25519().signer.publicKey);

test("an account whose key changes, grows to 500 keys, is emptied and goes", { skip }, async () => {
  using authority = new Authority();
  const [old, young] = [newLine(), newLine()];
  let page: string | undefined = `${old}\n`;
  const certified = authority.certify({ names: ["IP:127.0.0.1"] });
  await using server = await startHttps(certified, (_, response) => {
    if (page === undefined) response.statusCode = 404;
    response.setHeader("content-type", "text/plain; charset=utf-8").end(page);
  });
  const options = { proxy: undefined, signal: new AbortController().signal, ca: authority.pem };
  const source = parseKeySource("github:alice", { githubUrl: `https://127.0.0.1:${server.port}/git` });
  assert.ok(source);
  const first = await lookUpKeys(source, options);
  assert.match(keyListText(first, 80), /^256 SHA256:\S+ no comment \(ED25519\)\n\+--\[ED25519 256\]--\+\n/);
  const pinned = first.usable.map(({ key }) => fingerprint(key));

  const again = async () => {
    const list = await lookUpKeys(pinnedKeySource(source.text) as KeySource, options);
    const change = compareKeys(
      pinned,
      list.usable.map(({ key }) => fingerprint(key)),
    );
    return [change.kind, changeText("alice", source.text, change, list)] as const;
  };
  assert.equal((await again())[0], "same");
  page = `${old}\n${young}\n`;
  assert.equal((await again())[0], "changed");
  page = `${young}\n`;
  const [kind, text] = await again();
  assert.equal(kind, "replaced");
  assert.match(text, /WARNING.*\/git\/alice\.keys shows none of the keys that were pinned for alice\./s);
  page = "";
  assert.equal((await again())[0], "empty");
  page = Array.from({ length: 500 }, newLine).join("\n");
  await assert.rejects(again(), (error) => error instanceof KeySourceError && error.code === "too-many");
  page = undefined;
  await assert.rejects(again(), (error) => error instanceof KeySourceError && error.code === "not-found");
  assert.ok(server.requests.every(({ url }) => url === "/git/alice.keys"));
});

test("NODE_EXTRA_CA_CERTS makes an authority known, beside one that is given", { skip }, async () => {
  using authority = new Authority();
  using other = new Authority();
  const certified = authority.certify({ names: ["IP:127.0.0.1"] });
  await using server = await startHttps(certified, (_, response) => response.end("the page"));
  const fetching = new URL("../../src/keysources/fetch.ts", import.meta.url);
  const script = `
    const { fetchPage } = await import(${JSON.stringify(fetching.href)});
    const options = { proxy: undefined, signal: new AbortController().signal };
    for (const ca of [{}, { ca: process.env.OTHER }])
      console.log(await fetchPage(process.env.PAGE, { ...options, ...ca }).catch(({ code }) => code));`;
  const outputs: string[] = [];
  for (const NODE_EXTRA_CA_CERTS of [authority.file, other.file]) {
    const child = spawn(
      process.execPath,
      ["--conditions=asfaleia-source", "--input-type=module", "-e", script],
      {
        env: { NODE_EXTRA_CA_CERTS, OTHER: other.pem, PAGE: `https://127.0.0.1:${server.port}/x` },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    assert.deepEqual(await once(child, "close"), [0, null]);
    outputs.push(output);
  }
  assert.deepEqual(outputs, ["the page\nthe page\n", "certificate\ncertificate\n"]);
});
