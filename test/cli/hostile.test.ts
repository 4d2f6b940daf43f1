/** Letters from people who mean harm: to the terminal, to the disk, to what is waiting behind them. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { missing, run } from "../../packages/identity/test/oracle.ts";
import { deliver, jsonLines, letterTo, Place } from "./kit.ts";

let house: Place;
let relay: string;

before(async () => {
  house = new Place();
  relay = (await house.relay()).address;
});
after(() => house[Symbol.asyncDispose]());

interface Hostile extends Place {
  bob: string;
  /** Puts bytes into Bob's mailbox. */
  deliver(...envelopes: Uint8Array[]): Promise<void>;
  letter(fields: Parameters<typeof letterTo>[1]): Promise<Uint8Array>;
}

function hostile(): Hostile {
  const place = new Place();
  place.env = { ASFALEIA_RELAY: relay };
  const bob = place.key("bob");
  return Object.assign(place, {
    bob,
    deliver: (...envelopes: Uint8Array[]) => deliver(relay, `${bob}.pub`, ...envelopes),
    letter: (fields: Parameters<typeof letterTo>[1]) => letterTo(`${bob}.pub`, fields),
  });
}

const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

test("control characters in a text do not reach the terminal, and it cannot pass for lines of ours", async () => {
  await using place = hostile();
  const body =
    "\x1b]0;title\x07\x1b[2J\x9b31m\rletter from SHA256:x (proven: signed with this key)\nletter from y \u202egnp.exe\x00\u2028\x7f";
  await place.deliver(await place.letter({ body }), await place.letter({ body }));
  const { stdout, stderr, code } = await place.run(["letters", "get", "-i", place.bob]);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, CONTROLS);
  assert.equal(stdout.match(/^letter /gm)?.length, 2);
  assert.doesNotMatch(stdout, /^letter .*proven:/m);
});

test("neither in JSON, where the text is whole all the same", async () => {
  await using place = hostile();
  const body = "\x1b[2J\x9b31m\u202e\x7f\u2028";
  await place.deliver(await place.letter({ body }));
  const { stdout } = await place.run(["letters", "get", "--json", "-i", place.bob]);
  assert.doesNotMatch(stdout, CONTROLS);
  assert.equal(jsonLines(stdout)[0]?.text, body);
});

test("the same at a terminal; colours are ours, and NO_COLOR takes them away", {
  skip: missing("script"),
}, async () => {
  await using place = hostile();
  const body = "\x1b[2J\x1b[31mred";
  await place.deliver(await place.letter({ body }));
  const colored = place.atTerminal(["letters", "get", "-i", place.bob]);
  const { stdout } = await colored.ended;
  assert.doesNotMatch(stdout.replace(/\x1b\[(33|39)m/g, "").replaceAll("\r\n", "\n"), CONTROLS);
  assert.match(stdout, /\x1b\[33m/);
  await place.deliver(await place.letter({ body }));
  const plain = place.atTerminal(["letters", "get", "-i", place.bob], { env: { NO_COLOR: "1" } });
  assert.doesNotMatch((await plain.ended).stdout, /\x1b/);
});

test("a file name is only ever a name", async () => {
  await using place = hostile();
  const names = ["~root", "a b;rm -rf $(x).png", "CON", "gnp.exe", "é".repeat(127)];
  for (const name of names) await place.deliver(await place.letter({ type: "image/png", name, body: "x" }));
  const { code, stderr } = await place.run(["letters", "get", "-i", place.bob, "--save", "in"]);
  assert.equal(code, 0, stderr);
  const saved = readdirSync(place.path("in"));
  assert.equal(saved.length, names.length);
  for (const name of saved) assert.match(name, /^[\p{L}\p{N}_][\p{L}\p{N}_.\-() ]*$/u);
});

test("a letter with a path for a name, made by hand, is damaged and kept as it came", {
  skip: missing("age"),
}, async () => {
  await using place = hostile();
  const to = run("ssh-keygen", ["-l", "-f", place.bob]).split(" ")[1];
  const header = `asfaleia-letter: 1\nid: ${"00".repeat(16)}\ndate: 2026-11-22T20:00:00Z\nto: ${to}\ntype: image/png\nname: ../../x\npad: 0\n\nbody`;
  run("age", ["-R", `${place.bob}.pub`, "-o", place.path("bad.age")], { input: header });
  const bad = readFileSync(place.path("bad.age"));
  await place.deliver(bad);
  const { code, stdout } = await place.run([
    "letters",
    "get",
    "-i",
    place.bob,
    "--save",
    "a/../in",
    "--json",
  ]);
  assert.equal(code, 0);
  const [line] = jsonLines(stdout);
  assert.deepEqual([line?.event, line?.error], ["damaged", "malformed"]);
  assert.ok(readFileSync(String(line?.saved)).equals(bad));
  assert.equal(existsSync(place.path("x")), false);
});

test("nonsense in the mailbox is reported, kept with --save, and what stands behind it is shown", async () => {
  await using place = hostile();
  const nonsense = new TextEncoder().encode("this is no letter");
  for (const args of [[], ["--save", "in"]]) {
    await place.deliver(nonsense, await place.letter({ body: "behind" }));
    const { code, stdout } = await place.run(["letters", "get", "-i", place.bob, ...args]);
    assert.equal(code, 0);
    assert.match(stdout, /^letter that cannot be opened: it is no letter, or was altered or cut\./m);
    assert.match(stdout, /^ {2}behind$/m);
  }
  const kept = readdirSync(place.path("in")).find((name) => name.endsWith(".age"));
  assert.ok(readFileSync(place.path("in", String(kept))).equals(nonsense));
  await place.deliver(nonsense, await place.letter({ body: "behind" }));
  const listened = await place.run(["letters", "listen", "-i", place.bob, "--count", "2"]);
  assert.match(listened.stdout, /^ {2}behind$/m);
  assert.equal((await place.run(["letters", "get", "-i", place.bob])).code, 6);
});

test("an age file from the stock tool is shown as an anonymous text", { skip: missing("age") }, async () => {
  await using place = hostile();
  run("age", ["-R", `${place.bob}.pub`, "-o", place.path("a.age")], { input: "by hand\n" });
  run("age", ["-a", "-R", `${place.bob}.pub`, "-o", place.path("b.age")], { input: "armored\n" });
  await place.deliver(readFileSync(place.path("a.age")), readFileSync(place.path("b.age")));
  const { stdout } = await place.run(["letters", "get", "-i", place.bob]);
  assert.match(stdout, /^letter from nobody: an anonymous text\n {2}by hand$/m);
  assert.match(stdout, /^ {2}armored$/m);
});
