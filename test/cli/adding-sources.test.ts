/**
 * `asfaleia add github:NAME`, `gitlab:NAME` and `https://…`, and `contacts --refresh`, from the command line to a host of
 * keys and back: HTTPS on loopback, with an authority of the test's own. What hosts may do to a single question is in
 * packages/app/test/keysources.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { after, before, describe, test } from "node:test";
import { publicKeyLine } from "@asfaleia/identity";
import { missing } from "../../packages/identity/test/oracle.ts";
import { Chat } from "../hostile-contacts/kit.ts";
import { assertHarmless } from "../kit/harmless.ts";
import { Authority, type HttpsServer, startHttps } from "../kit/https.ts";
import { newEd25519 } from "../kit/keys.ts";
import { startSocks5 } from "../kit/socks5.ts";
import { People, type Person, talkAfterRequest } from "./addingkit.ts";
import { jsonLines, Place } from "./kit.ts";

const skip = missing("openssl");
const MEBIBYTE = 1024 * 1024;

let house: Place;
let relay: string;
let authority: Authority;
let server: HttpsServer;
/** By path: a page of keys, or another answer. */
const pages = new Map<string, string | ((response: ServerResponse) => void)>();

before(async () => {
  if (skip) return;
  house = new Place();
  relay = (await house.relay()).address;
  authority = new Authority();
  server = await startHttps(
    authority.certify({ names: ["IP:127.0.0.1", "DNS:localhost", "DNS:keys.test"] }),
    answer,
  );
});
after(async () => {
  await server?.[Symbol.asyncDispose]();
  authority?.[Symbol.dispose]();
  await house?.[Symbol.asyncDispose]();
});

function answer({ url = "" }: IncomingMessage, response: ServerResponse): void {
  const page = pages.get(url);
  if (typeof page === "function") page(response);
  else if (page === undefined) response.writeHead(404).end();
  else response.setHeader("content-type", "text/plain; charset=utf-8").end(page);
}

/** Somebody whose agent believes the test's authority. */
function someone(all: People, env: Record<string, string> = {}): Person {
  const person = all.add();
  person.env = { ...person.env, NODE_EXTRA_CA_CERTS: authority.file, ...env };
  return person;
}

const at = (path: string): string => `https://127.0.0.1:${server.port}${path}`;
const asked = (path: string): number => server.requests.filter(({ url }) => url === path).length;

/** The .pub lines of keys that ssh-keygen draws. */
function lines(person: Person, ...keys: { type?: string; bits?: number }[]): string[] {
  return keys.map((options, index) => {
    const path = person.key(`drawn-${index}-${options.type ?? "ed25519"}-${options.bits ?? 0}`, options);
    return readFileSync(`${path}.pub`, "utf8").trim();
  });
}

function fingerprintOf(person: Person, line: string): string {
  const path = person.write("one.pub", `${line}\n`);
  return execFileSync("ssh-keygen", ["-l", "-f", path], { encoding: "utf8" }).split(" ")[1] ?? "";
}

describe("keys of others, looked up", { concurrency: 3, skip }, () => {
  test("by the short names and by address, with bases of options and of settings; messages pass", async () => {
    await using all = new People(() => relay);
    const [alice, bob] = await Promise.all([someone(all).init(), all.add().init("--name", "Bob")]);
    for (const path of ["/git/bob.keys", "/lab/bob.keys", "/~bob/keys.txt"])
      pages.set(path, `${bob.publicKey}\n`);
    const option = await alice.ok(["add", "github:Bob", "--github-url", at("/git/")]);
    // The key is shown as ssh-keygen shows it.
    const shown = execFileSync("ssh-keygen", ["-lv", "-f", bob.path("key.pub")], { encoding: "utf8" });
    assert.ok(option.stderr.includes(shown.trim()), option.stderr);
    assert.match(option.stdout, /^bob is a contact\nSHA256:/);
    await talkAfterRequest(alice, bob, "bob");

    await alice.ok(["config", "github-url", at("/git")]);
    await alice.ok(["config", "gitlab-url", at("/lab")]);
    assert.match((await alice.ok(["add", "github:bob"])).stdout, /^bob is a contact/);
    await alice.ok(["add", "gitlab:bob", "--as", "bob"]);
    const [added] = await alice.json(["add", "-", "--as", "bob"], { input: `${at("/~bob/keys.txt")}\n` });
    assert.deepEqual([added?.name, added?.identities], ["bob", [fingerprintOf(alice, bob.publicKey)]]);
    assert.deepEqual([asked("/git/bob.keys"), asked("/lab/bob.keys"), asked("/~bob/keys.txt")], [2, 1, 1]);

    const refreshed = await alice.json(["contacts", "--refresh"]);
    assert.deepEqual(
      refreshed.map(({ type, with: name, source, kind }) => [type, name, source, kind]),
      ["/git/bob.keys", "/lab/bob.keys", "/~bob/keys.txt"].map((path) => ["keys", "bob", at(path), "same"]),
    );
    await alice.fails(2, /begins with https/, ["add", "http://127.0.0.1/bob.keys"]);
    await alice.fails(2, /name of an account/, ["add", "github:bob/../x"]);
  });

  test("a changed key is told as loudly as can be, and taken by --as only", async () => {
    await using all = new People(() => relay);
    const alice = await someone(all).init();
    const [old, young, third] = lines(alice, {}, { type: "ecdsa" }, { type: "rsa", bits: 3072 }) as [
      string,
      string,
      string,
    ];
    const source = at("/changing.keys");
    const page = (...keys: string[]) => pages.set("/changing.keys", keys.map((key) => `${key}\n`).join(""));
    page(old);
    await alice.fails(6, /None of these contacts has keys from a source/, ["contacts", "--refresh"]);
    await alice.ok(["add", source, "--as", "bob"]);
    const known = async () => (await alice.json(["contacts"])).find(({ name }) => name === "bob")?.identities;
    const pinned = [fingerprintOf(alice, old)];
    assert.deepEqual(await known(), pinned);

    page(young);
    const loud = await alice.run(["contacts", "--refresh", "bob"]);
    assert.equal(loud.code, 5, loud.stderr);
    assert.match(loud.stdout, /WARNING: SOMEBODY'S KEYS HAVE CHANGED!/);
    assert.match(loud.stdout, /shows none of the keys that were pinned for bob/);
    assert.ok(loud.stdout.includes(fingerprintOf(alice, young)));
    assertHarmless(loud.stdout);
    // Nothing was taken, and it is told again.
    assert.deepEqual(await known(), pinned);
    const again = await alice.run(["contacts", "--refresh", "--json"]);
    assert.deepEqual([again.code, jsonLines(again.stdout)[0]?.kind], [5, "replaced"]);
    const refused = await alice.fails(5, /the keys of this source have changed/, ["add", source]);
    assert.match(refused.stderr, /WARNING/);
    assert.deepEqual(await known(), pinned);
    await alice.ok(["add", source, "--as", "bob"]);
    assert.deepEqual(await known(), [...pinned, fingerprintOf(alice, young)]);
    assert.equal((await alice.run(["contacts", "--refresh"])).code, 0);

    // One more, one less, none, and no account.
    page(young, third);
    const more = await alice.run(["contacts", "--refresh", "--json"]);
    const [changed] = jsonLines(more.stdout);
    assert.deepEqual(
      [more.code, changed?.kind, changed?.added, changed?.gone],
      [5, "changed", [fingerprintOf(alice, third)], []],
    );
    page();
    const empty = await alice.run(["contacts", "--refresh"]);
    assert.deepEqual([empty.code, /shows no usable key any more/.test(empty.stdout)], [5, true]);
    await alice.fails(5, /there is no key that can be used/, ["add", source]);
    await alice.fails(5, /there is no key that can be used/, ["add", source, "--as", "bob"]);
    pages.delete("/changing.keys");
    const gone = await alice.fails(3, /bob: \S+ could not be looked up: the host knows no such account/, [
      "contacts",
      "--refresh",
    ]);
    assert.equal(gone.stdout, "");
    const [failed] = jsonLines((await alice.run(["contacts", "--refresh", "--json"])).stdout);
    assert.deepEqual(
      [failed?.failed, failed?.kind, failed?.same],
      ["the host knows no such account; is the name spelt right?", undefined, undefined],
    );
    await alice.fails(6, /the host knows no such account/, ["add", source]);
    assert.deepEqual(await known(), [...pinned, fingerprintOf(alice, young)]);
  });

  test("one whose comments are endless hides no change of another's keys", async () => {
    await using all = new People(() => relay);
    const alice = await someone(all).init();
    const [noisy, old, young] = lines(alice, {}, { type: "ecdsa" }, { type: "rsa", bits: 3072 }) as [
      string,
      string,
      string,
    ];
    pages.set("/noisy.keys", `${noisy}\n`);
    pages.set("/quiet.keys", `${old}\n`);
    await alice.ok(["add", at("/noisy.keys"), "--as", "noisy"]);
    await alice.ok(["add", at("/quiet.keys"), "--as", "quiet"]);
    pages.set("/noisy.keys", `${noisy.split(" ").slice(0, 2).join(" ")} ${"\x1b".repeat(7000)}\n`);
    pages.set("/quiet.keys", `${young}\n`);
    const refreshed = await alice.fails(5, /^$/, ["contacts", "--refresh"]);
    assert.match(refreshed.stdout, /^noisy: .*shows the same key as before/);
    assert.match(refreshed.stdout, /shows none of the keys that were pinned for quiet/);
    assertHarmless(refreshed.stdout);
  });

  test("the chat tells of a changed key, and takes it by a name only", {
    skip: skip || missing("script"),
  }, async () => {
    await using all = new People(() => relay);
    const alice = await someone(all).init();
    const [old, young] = lines(alice, {}, { type: "ecdsa" }) as [string, string];
    const source = at("/chat.keys");
    pages.set("/chat.keys", `${old}\n`);
    await alice.ok(["add", source, "--as", "bob"]);
    const known = async () => (await alice.json(["contacts"])).find(({ name }) => name === "bob")?.identities;
    await using chat = new Chat(alice);
    await chat.shows("Write, /");
    chat.types("/refresh bob\r");
    await chat.shows("shows the same key as before");
    pages.set("/chat.keys", `${young}\n`);
    chat.types("q");
    await chat.shows("Write, /");
    chat.types("/refresh\r");
    await chat.shows(/WARNING: SOMEBODY'S KEYS HAVE CHANGED![\s\S]*Nothing was changed here/);
    const flat = chat.screen().join(" ").replace(/\s+/g, " ");
    assert.ok(flat.includes(`gone ${fingerprintOf(alice, old)}`), flat);
    assert.ok(flat.includes(fingerprintOf(alice, young)), flat);
    assert.deepEqual(await known(), [fingerprintOf(alice, old)]);
    chat.types("q");
    await chat.shows("Write, /");
    chat.types(`/add ${source} as bob\r`);
    await chat.shows(/WARNING[\s\S]*y pins them/);
    chat.types("y");
    await chat.shows("bob is a contact");
    assert.deepEqual(await known(), [fingerprintOf(alice, old), fingerprintOf(alice, young)]);
  });

  test("what a host may answer, and nothing is taken", async () => {
    await using all = new People(() => relay);
    const alice = await someone(all).init();
    const [good, short] = lines(alice, {}, { type: "rsa", bits: 1024 }) as [string, string];
    const dsa = `ssh-dss ${dsaBlob()} old@test`;

    pages.set("/old.keys", `${dsa}\n${short}\n`);
    const old = await alice.fails(5, /there is no key that can be used/, ["add", at("/old.keys")]);
    assert.match(old.stderr, /Not usable: ssh-dss \(SHA256:\S+\)\n {2}DSA keys are broken/);
    assert.match(old.stderr, /Not usable: ssh-rsa \(1024 bits, SHA256:\S+\)\n {2}RSA keys below 2048 bits/);
    pages.set("/mixed.keys", `${dsa}\n${short}\n${good}\n`);
    const mixed = await alice.run(["add", at("/mixed.keys"), "--as", "mixed", "--json"]);
    assert.deepEqual(
      [mixed.code, jsonLines(mixed.stdout)[0]?.identities, mixed.stderr.match(/Not usable/g)?.length],
      [0, [fingerprintOf(alice, good)], 2],
    );

    const many = Array.from({ length: 500 }, () => publicKeyLine(newEd25519().signer.publicKey));
    pages.set("/many.keys", `${many.join("\n")}\n`);
    await alice.fails(5, /more keys than are believed of one person/, ["add", at("/many.keys")]);
    let isReached = false;
    pages.set("/target.keys", (response) => {
      isReached = true;
      response.end(`${good}\n`);
    });
    pages.set("/away.keys", (response) =>
      response.writeHead(302, { location: `https://localhost:${server.port}/target.keys` }).end(),
    );
    await alice.fails(1, /sends to another place, where nobody asked to go/, ["add", at("/away.keys")]);
    assert.equal(isReached, false);
    let sent = 0;
    pages.set("/endless.keys", (response) => {
      const more = (): void => {
        while (sent < 10 * MEBIBYTE && !response.destroyed) {
          sent += 65_536;
          if (!response.write(`${"#".repeat(65_535)}\n`)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    });
    await alice.fails(1, /the reply is too large for one person's keys/, ["add", at("/endless.keys")]);
    assert.ok(sent < 10 * MEBIBYTE, `${sent} bytes were taken`);
    pages.set("/hostile.keys", `${good.split(" ").slice(0, 2).join(" ")} \x1b]0;x\x07\u202ebob\n`);
    const hostile = await alice.run(["add", at("/hostile.keys"), "--as", "mixed"]);
    assertHarmless(hostile.stdout + hostile.stderr);
    assert.equal(hostile.code, 0, hostile.stderr);

    using stranger = new Authority();
    await using wrong = await startHttps(stranger.certify({ names: ["IP:127.0.0.1"] }), answer);
    await alice.fails(1, /did not prove its name.*of no authority known here/, [
      "add",
      `https://127.0.0.1:${wrong.port}/mixed.keys`,
    ]);
    assert.deepEqual(wrong.requests, []);
    await wrong[Symbol.asyncDispose]();
    await alice.fails(1, /the host of the keys cannot be reached/, [
      "add",
      `https://127.0.0.1:${wrong.port}/mixed.keys`,
    ]);
    assert.deepEqual(await alice.contacts(), ["mixed"]);
  });

  test("an account that is called as somebody here is puts its keys beside theirs by --as only", async () => {
    await using all = new People(() => relay);
    const alice = await someone(all).init();
    const [friend, other] = lines(alice, {}, { type: "ecdsa" }) as [string, string];
    await alice.ok(["add", friend, "--as", "bob"]);
    pages.set("/namesake/bob.keys", `${other}\n`);
    pages.set("/namesake/me.keys", `${other}\n`);
    const base = ["--github-url", at("/namesake")];
    await alice.fails(2, /somebody here is called as the account is: say --as NAME/, [
      "add",
      "github:bob",
      ...base,
    ]);
    await alice.fails(2, /say --as NAME/, ["add", "github:me", ...base]);
    await alice.fails(2, /your own devices/, ["add", "github:me", "--as", "me", ...base]);
    await alice.ok(["add", "github:bob", "--as", "bob at work", ...base]);
    assert.deepEqual((await alice.contacts()).sort(), ["bob", "bob at work"]);
  });

  test("through a proxy by name; with a dead one nothing is dialled", async () => {
    await using all = new People(() => relay);
    await using socks = await startSocks5({
      route: (host, port) => (host === "keys.test" && port === 443 ? server.port : undefined),
    });
    const alice = someone(all, { ASFALEIA_PROXY: `socks5h://127.0.0.1:${socks.port}` });
    await alice.init();
    const [key] = lines(alice, {}) as [string];
    pages.set("/dark.keys", `${key}\n`);
    await alice.ok(["add", "https://keys.test/dark.keys", "--as", "dark"]);
    await alice.ok(["contacts", "--refresh"]);
    const names = socks.asked.filter(({ host }) => host === "keys.test");
    assert.deepEqual(
      names.map(({ kind, port }) => [kind, port]),
      [
        ["name", 443],
        ["name", 443],
      ],
    );
    assert.equal(new Set(names.map(({ user }) => user)).size, 2);

    await socks[Symbol.asyncDispose]();
    const local = `https://localhost:${server.port}/dark-direct.keys`;
    pages.set("/dark-direct.keys", `${key}\n`);
    await alice.fails(1, /no connection to the host of the keys through the proxy/, [
      "add",
      local,
      "--as",
      "dark",
    ]);
    const down = await alice.fails(3, /dark: \S+ could not be looked up: .*proxy/, ["contacts", "--refresh"]);
    assert.equal(down.stdout, "");
    assert.equal(asked("/dark-direct.keys"), 0);
  });
});

/** A key of DSA as OpenSSH wrote it: newer versions draw none. */
function dsaBlob(): string {
  const part = (bytes: Uint8Array): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const number = (bytes: number): Buffer => part(Buffer.alloc(bytes, 0x55));
  return Buffer.concat([
    part(Buffer.from("ssh-dss")),
    number(128),
    number(20),
    number(128),
    number(128),
  ]).toString("base64");
}
