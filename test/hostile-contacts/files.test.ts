/** Files of a contact who means harm, and what stands in the folder already: `listen --save` and `save` as whole programs. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { MessageView } from "@asfaleia/client/messenger";
import { encodePlaintext, sha256 } from "../../packages/client/test/internals.ts";
import { LAUNCHER, type Running, shellWord } from "../cli/kit.ts";
import { openCard, Puppet, post } from "../engine/puppet.ts";
import { Stage } from "./kit.ts";

let stage: Stage;

before(async () => {
  stage = await Stage.open();
});
after(() => stage?.[Symbol.asyncDispose]());

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function offer(name: string, text: string, type = "image/png"): Promise<MessageView> {
  const message = await stage.offers(name, type, bytesOf(text));
  assert.ok(message, `${name} can be offered`);
  return message;
}

/** Bob listens and saves until so many files are there. */
async function saving(folder: string, files: number): Promise<Running> {
  const listening = stage.bob.start(["listen", "--save", folder]);
  const saved = () => (listening.stdout.match(/is saved: |, saved: |saved: \//g) ?? []).length;
  while (saved() < files) await listening.says(new RegExp(`(?:saved: [\\s\\S]*){${saved() + 1}}`));
  listening.process.kill("SIGINT");
  await listening.ended;
  return listening;
}

/** Every path below a folder, but those of the profile. */
function everythingBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => !/^(asfaleia|run)(\/|$)/.test(path))
    .sort();
}

const ALLOWED = [
  "~root",
  "CON",
  "nul.txt",
  "-rf",
  "authorized_keys",
  "C:evil",
  "%2e%2e%2fx",
  "․․∕x",
  "a\u2028b",
  "x ; rm y",
];

test("a contact cannot write outside the download folder", async () => {
  const { bob } = stage;
  const before = everythingBelow(bob.folder);
  let count = 0;
  for (const name of ALLOWED) if ((await stage.offers(name)) !== undefined) count++;
  assert.ok(count >= 8);
  await saving("out", count);
  const names = readdirSync(bob.path("out"));
  assert.equal(names.length, count);
  for (const name of names) {
    assert.match(name, /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.\-() ]*$/u);
    assert.doesNotMatch(name, /^(con|nul)(\.|$)/i);
    assert.equal(lstatSync(bob.path("out", name)).mode & 0o777, 0o600);
  }
  const fresh = everythingBelow(bob.folder).filter((path) => !before.includes(path));
  assert.deepEqual(
    fresh.filter((path) => path !== "out" && !path.startsWith("out/")),
    [],
  );
});

test("a path for a name, from a client that keeps to no rule, is no offer at all", async () => {
  using face = await stage.bob.face();
  await face.ok("events.subscribe");
  const { card } = await face.ok("card.get");
  const to = openCard(Buffer.from(String(card).replace(/-----.*-----/g, ""), "base64"));
  for (const path of [
    "../../.ssh/authorized_keys",
    "/etc/cron.d/evil",
    "..\\..\\evil.exe",
    ".bashrc",
    "a\x1b[2Jb",
  ]) {
    const puppet = new Puppet(stage.relay);
    const own = await puppet.card();
    const hello = {
      card: own,
      to: sha256(to.identity.blob),
      from: sha256(puppet.signer.publicKey.blob),
      say: new Uint8Array(16).fill(7),
    };
    const name = "x".repeat(path.length);
    const body = {
      file: new Uint8Array(16).fill(1),
      name,
      type: "a/b",
      size: 1,
      sha256: new Uint8Array(32),
      part: 1,
    };
    const plaintext = Buffer.from(
      encodePlaintext({ content: puppet.content({ kind: "offer", body }), hello }),
    );
    // The same bytes but for the name, which no client of ours would write.
    const at = plaintext.indexOf(name);
    assert.ok(at > 0);
    plaintext.write(path, at, "latin1");
    await post(to, [await puppet.say(to, new Uint8Array(plaintext))]);
    // What comes behind it shows that it has been read.
    const last = new Puppet(stage.relay);
    await post(to, [await last.say(to, { kind: "text", body: { text: `behind ${path.length}` } })]);
    await face.event(
      "request",
      ({ message }) => (message as unknown as { text: string }).text === `behind ${path.length}`,
    );
  }
  const contacts = (await face.ok("contacts.list")) as unknown as { id: number }[];
  for (const { id } of contacts) {
    const lines = (await face.ok("messages.history", { contact: id })) as unknown as MessageView[];
    for (const { file } of lines) assert.doesNotMatch(file?.name ?? "", /[/\\\x1b]|^\./);
  }
});

test("a contact cannot overwrite a file, or write through a link that waits there", async () => {
  const { bob } = stage;
  mkdirSync(bob.path("in"));
  const victim = bob.write("victim", "precious");
  writeFileSync(bob.path("in/cat.png"), "mine");
  symlinkSync(victim, bob.path("in/dog.png"));
  symlinkSync(bob.path("nowhere"), bob.path("in/cow.png"));
  mkdirSync(bob.path("in/pig.png"));
  execFileSync("mkfifo", [bob.path("in/ape.png")]);
  for (const name of ["cat.png", "dog.png", "cow.png", "pig.png", "ape.png"])
    await offer(name, `of Mallory: ${name}`);
  await saving("in", 5);
  assert.equal(readFileSync(bob.path("in/cat.png"), "utf8"), "mine");
  assert.equal(readFileSync(victim, "utf8"), "precious");
  assert.equal(existsSync(bob.path("nowhere")), false, "a link to nowhere was followed");
  for (const name of ["cat", "dog", "cow", "pig", "ape"])
    assert.equal(readFileSync(bob.path(`in/${name}-2.png`), "utf8"), `of Mallory: ${name}.png`);
});

test("a folder that becomes another while files come gets none of them", async () => {
  const { bob } = stage;
  const listening = bob.start(["listen", "--save", "moved"]);
  await offer("one.png", "one");
  await listening.says(/one\.png is saved/);
  renameSync(bob.path("moved"), bob.path("moved-away"));
  mkdirSync(bob.path("elsewhere"));
  symlinkSync(bob.path("elsewhere"), bob.path("moved"));
  await offer("two.png", "two");
  const saved = listening.says(/two\.png is saved/).then(
    () => "saved",
    () => "refused",
  );
  assert.equal(await saved, "refused", "what is in the other folder now is written to");
  const { code, stderr } = await listening.ended;
  assert.notEqual(code, 0);
  assert.match(stderr, /is another folder than before/);
  assert.deepEqual(readdirSync(bob.path("elsewhere")), []);
});

test("where the disk is full nothing half-written stays, and the file can be had again", async () => {
  const { bob } = stage;
  const large = await stage.offers("large.bin", "application/octet-stream", new Uint8Array(300_000).fill(65));
  assert.ok(large);
  await stage.heard(large);
  const save = [process.execPath, LAUNCHER, "save", large.id, "full"].map(shellWord).join(" ");
  // Blocks of 512 bytes: what would be longer is cut in the middle of the writing, as by a full disk.
  const full = await bob.shellAtTerminal(`trap '' XFSZ; ulimit -f 128; exec ${save}`).ended;
  assert.notEqual(full.code, 0, full.stdout);
  assert.match(full.stdout, /asfaleia: .*large\.bin|asfaleia: .*too large|no space/i);
  assert.deepEqual(readdirSync(bob.path("full")), []);
  await bob.ok(["save", large.id, "full"]);
  assert.equal(statSync(bob.path("full/large.bin")).size, 300_000);
});

test("in a folder of somebody else's a file is the user's own, and nobody else reads it", {
  skip: process.getuid?.() !== 0 && "only root gives folders away",
}, async () => {
  const { bob } = stage;
  mkdirSync(bob.path("foreign"));
  chownSync(bob.path("foreign"), 65534, 65534);
  const { id } = await offer("secret.txt", "for Bob", "text/plain");
  await bob.ok(["save", id, "foreign"]);
  const { mode, uid } = lstatSync(bob.path("foreign/secret.txt"));
  assert.deepEqual([mode & 0o7777, uid], [0o600, process.getuid?.()]);
});

test("what a media type says of a file is not believed", async () => {
  const { bob } = stage;
  const page = "<script>alert(1)</script>";
  const files = [
    await offer("harmless.png", page, "image/png"),
    await offer("run", "#!/bin/sh\n", "application/x-sh"),
    await offer("typed.txt", "x", "text/plain; charset=../../x"),
  ];
  for (const { id } of files) await bob.ok(["save", id, "typed"]);
  assert.deepEqual(readdirSync(bob.path("typed")).sort(), ["harmless.png", "run", "typed.txt"]);
  assert.equal(readFileSync(bob.path("typed/harmless.png"), "utf8"), page);
  assert.equal(statSync(join(bob.path("typed"), "run")).mode & 0o111, 0, "nothing can be run");
});

test("of many offers a hundred wait to be taken, and the rest are words", async () => {
  for (let n = 0; n < 120; n++) await stage.offers(`${n}.png`);
  const last = await stage.says("the last");
  await stage.heard(last);
  using face = await stage.bob.face();
  const contact = await stage.atBobs(face);
  const lines = (await face.ok("messages.history", { contact, limit: 500 })) as unknown as MessageView[];
  assert.equal(lines.filter(({ file }) => file?.state === "offered").length, 100);
});
