/** What becomes of letters when the output, the disk or the patience of a person comes to an end. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { DEFAULT_TIMEOUT_MS } from "@asfaleia/client";
import { missing } from "../../packages/identity/test/oracle.ts";
import { deliver, jsonLines, LAUNCHER, letterTo, Place, shellWord } from "./kit.ts";

let house: Place;
let relay: string;

before(async () => {
  house = new Place();
  relay = (await house.relay()).address;
});
after(() => house[Symbol.asyncDispose]());

/** Bob, with so many letters in his mailbox. */
/** @param more follows on the text of each letter */
async function bobWith(letters: number, more = ""): Promise<Place> {
  const place = new Place();
  place.env = { ASFALEIA_RELAY: relay };
  place.key(place.ssh("id_ed25519"));
  const to = `${place.ssh("id_ed25519")}.pub`;
  const numbers = Array.from({ length: letters }, (_, index) => index + 1);
  await deliver(
    relay,
    to,
    ...(await Promise.all(numbers.map((n) => letterTo(to, { body: `letter number ${n}${more}` })))),
  );
  return place;
}

async function opened(place: Place, folder: string): Promise<unknown[]> {
  const files = readdirSync(place.path(folder)).map((name) => place.path(folder, name));
  const { stdout } = await place.run(["letters", "open", "--json", ...files]);
  return jsonLines(stdout)
    .map(({ text }) => text)
    .sort();
}

const asfaleia = (...words: string[]) => [process.execPath, LAUNCHER, ...words].map(shellWord).join(" ");

test("letters get into a closed pipe keeps sealed what could not be shown", {
  skip: missing("script"),
}, async () => {
  await using place = await bobWith(3);
  const running = place.shellAtTerminal(`(${asfaleia("letters", "get")}; echo "code $?" >&2) | true`);
  await running.says("code 1");
  assert.match(running.stdout, /nobody reads the output any more; \d letters are kept sealed/);
  await running.ended;
  const kept = await opened(place, "asfaleia/unread");
  assert.ok(kept.includes("letter number 3"));
  assert.equal((await place.run(["letters", "get"])).code, 6);
});

test("letters get onto a full disk keeps them all", { skip: missing("script") }, async () => {
  await using place = await bobWith(2);
  const running = place.shellAtTerminal(
    `${asfaleia("letters", "get", "--json")} > /dev/full; echo "code $?"`,
  );
  await running.says("code 1");
  assert.match(running.stdout, /no space left/);
  await running.ended;
  assert.deepEqual(await opened(place, "asfaleia/unread"), ["letter number 1", "letter number 2"]);
});

test("letters listen onto a full disk leaves them on the relay", { skip: missing("script") }, async () => {
  await using place = await bobWith(2);
  const running = place.shellAtTerminal(
    `${asfaleia("letters", "listen", "--json")} > /dev/full; echo "code $?"`,
  );
  await running.says("code 1");
  await running.ended;
  const { stdout } = await place.run(["letters", "get", "--json"]);
  assert.equal(jsonLines(stdout).length, 2);
});

test("letters listen --save leaves on the relay what it cannot save", async () => {
  await using place = await bobWith(1);
  place.write("file", "");
  const { code } = await place.run(["letters", "listen", "--save", "file"]);
  assert.equal(code, 2);
  assert.equal((await place.run(["letters", "get"])).code, 0);
});

test("letters listen ends with 130 on Ctrl-C, and what it has shown does not come again", async () => {
  await using place = await bobWith(1);
  const running = place.start(["letters", "listen"]);
  await running.says("letter number 1");
  // The ACK is on its way; another letter shows that it has been taken.
  await place.run(["send", "--letter", "--anonymous", `${place.ssh("id_ed25519")}.pub`, "another"]);
  await running.says("another");
  running.process.kill("SIGINT");
  const { code, stderr } = await running.ended;
  assert.deepEqual([code, stderr], [130, ""]);
  const { stdout } = await place.run(["letters", "get"]);
  assert.doesNotMatch(stdout, /letter number 1/);
});

test("Ctrl-C while a relay is being reached ends with 130", async () => {
  await using place = new Place();
  place.key(place.ssh("id_ed25519"));
  const connected = Promise.withResolvers<Socket>();
  const silent = createServer((socket) => connected.resolve(socket)).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as { port: number };
    const running = place.start(["letters", "get", "--relay", `127.0.0.1:${port}`]);
    await connected.promise;
    const pressed = Date.now();
    running.process.kill("SIGINT");
    assert.equal((await running.ended).code, 130);
    assert.ok(Date.now() - pressed < DEFAULT_TIMEOUT_MS, "it has waited for the relay");
  } finally {
    (await connected.promise).destroy();
    silent.close();
  }
});

test("letters get reads on after the first Ctrl-C: the relay has already let go of what it sends", async () => {
  // More than a pipe holds that nobody reads: it cannot be through when the signal comes.
  await using place = await bobWith(100, `\n${"and so on ".repeat(200)}`);
  const running = place.start(["letters", "get"]);
  await running.says("letter number 1");
  running.process.stdout!.pause();
  running.process.kill("SIGINT");
  await running.says("Letters are on their way", "stderr");
  running.process.stdout!.resume();
  const { code, stdout, stderr } = await running.ended;
  assert.equal(code, 130);
  assert.match(stderr, /Letters are on their way/);
  assert.match(stdout, /^ {2}letter number 100$/m);
  assert.equal((await place.run(["letters", "get"])).code, 6);
});

test("a folder of --save that cannot be written to is told of before anything is fetched", {
  skip: process.platform === "linux" ? false : "needs /proc, where not even root makes files",
}, async () => {
  await using place = await bobWith(1);
  assert.equal((await place.run(["letters", "get", "--save", "/proc"])).code, 1);
  assert.equal((await place.run(["letters", "get"])).code, 0);
});
