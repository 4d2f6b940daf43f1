/** Letters through a relay, as people send and read them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { after, before, test } from "node:test";
import { missing, run, SshOracle } from "../../packages/identity/test/oracle.ts";
import { jsonLines, Place } from "./kit.ts";

let house: Place;
let relay: string;

before(async () => {
  house = new Place();
  relay = (await house.relay()).address;
});
after(() => house[Symbol.asyncDispose]());

/** Alice and Bob, each with a key, and the relay. */
function people(bob: { type?: string; bits?: number } = {}): Place & { alice: string; bob: string } {
  const place = new Place();
  place.env = { ASFALEIA_RELAY: relay };
  const alice = place.key("alice");
  return Object.assign(place, { alice, bob: place.key("bob", bob) });
}

type Line = Record<string, unknown>;

async function fetched(place: Place, key: string, args: string[] = []): Promise<Line[]> {
  const { code, stdout, stderr } = await place.run(["letters", "get", "-i", key, "--json", ...args]);
  assert.equal(code, 0, stderr);
  return jsonLines(stdout);
}

async function sent(place: Place, args: string[], input?: string | Uint8Array): Promise<void> {
  const { code, stdout, stderr } = await place.run(
    ["send", "--letter", ...args],
    input === undefined ? {} : { input },
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^(sent to SHA256:\S+ .*\(\d+ KiB\)\n)+$/);
}

for (const bob of [{ type: "ed25519" }, { type: "rsa", bits: 2048 }]) {
  test(`a signed text to an ${bob.type} key arrives once, and proves who wrote it`, async () => {
    await using place = people(bob);
    await sent(place, ["-i", place.alice, "bob.pub", "Hello Bob"]);
    const [letter, ...more] = await fetched(place, place.bob);
    assert.deepEqual(more, []);
    assert.deepEqual([letter?.event, letter?.origin, letter?.text], ["letter", "proven", "Hello Bob"]);
    const [type, base64] = readFileSync(`${place.alice}.pub`, "utf8").split(" ");
    assert.equal(letter?.from, `${type} ${base64}`);
    assert.equal(letter?.fromFingerprint, run("ssh-keygen", ["-l", "-f", place.alice]).split(" ")[1]);
    assert.equal(letter?.to, run("ssh-keygen", ["-l", "-f", place.bob]).split(" ")[1]);
    assert.match(String(letter?.id), /^[0-9a-f]{32}$/);
    assert.match(String(letter?.source), /^[0-9a-f]{32}$/);
    assert.match(String(letter?.date), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const empty = await place.run(["letters", "get", "-i", place.bob]);
    assert.deepEqual([empty.code, empty.stdout], [6, ""]);
  });
}

test("a person sees whether the origin is proven, and an anonymous letter names nobody", async () => {
  await using place = people();
  await sent(place, ["-i", place.alice, "bob.pub", "signed"]);
  await sent(place, ["--anonymous", "bob.pub", "unsigned"]);
  const { code, stdout } = await place.run(["letters", "get", "-i", place.bob]);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^letter from SHA256:\S{43} \(proven: signed with this key\)\ndate: .*\n {2}signed\n$/m,
  );
  assert.match(stdout, /^letter from nobody: anonymous\ndate: .*\n {2}unsigned\n$/m);
  assert.ok(!stdout.includes("\x1b"));
});

test("--anonymous needs no key of one's own", async () => {
  await using place = people();
  rmSync(place.alice);
  await sent(place, ["--anonymous", "bob.pub", "hi"]);
  assert.equal((await fetched(place, place.bob))[0]?.origin, "anonymous");
});

test("a text comes from standard input; one that is not UTF-8, empty or too long is refused", async () => {
  await using place = people();
  await sent(place, ["-i", place.alice, "bob.pub"], "from a pipe\n");
  assert.equal((await fetched(place, place.bob))[0]?.text, "from a pipe\n");
  for (const [input, message] of [
    [Uint8Array.of(0xff, 0xfe), /not UTF-8/],
    ["", /nothing to send/],
    ["x".repeat(300_000), /longer than/],
    ["x".repeat(262_000), /does not fit/],
  ] as const) {
    const { code, stderr } = await place.run(["send", "--letter", "-i", place.alice, "bob.pub"], { input });
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
  for (const file of ["missing", "."]) {
    const { code } = await place.run(["send", "--letter", "-i", place.alice, "bob.pub", "--file", file]);
    assert.equal(code, 2, file);
  }
});

test("a text and a file are two letters; the picture arrives byte for byte", async () => {
  await using place = people();
  const picture = Uint8Array.from({ length: 50_000 }, (_, index) => (index * 7919) % 256);
  place.write("cat.png", picture);
  await sent(place, ["-i", place.alice, "bob.pub", "look:", "--file", "cat.png"]);
  const [text, file] = await fetched(place, place.bob);
  assert.equal(text?.text, "look:");
  assert.deepEqual([file?.type, file?.name, file?.bytes], ["image/png", "cat.png", picture.length]);
  assert.ok(Buffer.from(String(file?.base64), "base64").equals(picture));
});

test("a file comes from standard input too, and a dot file gets a name that letters carry", async () => {
  await using place = people();
  await sent(place, ["-i", place.alice, "bob.pub", "--file", "-"], Uint8Array.of(0, 255));
  place.write(".profile", "x=1\n");
  await sent(place, ["-i", place.alice, "bob.pub", "--file", ".profile"]);
  const [piped, dotted] = await fetched(place, place.bob);
  assert.deepEqual([piped?.name, piped?.base64], [undefined, "AP8="]);
  assert.equal(dotted?.name, "profile");
});

test("every form of a public key names the same receiver", async () => {
  await using place = people({ type: "rsa", bits: 2048 });
  const pub = readFileSync(`${place.bob}.pub`, "utf8");
  const spki = run("ssh-keygen", ["-e", "-m", "PKCS8", "-f", `${place.bob}.pub`])
    .split("\n")
    .filter((line) => !line.startsWith("-"))
    .join("");
  const forms = [pub, pub.trim().split(" ").slice(0, 2).join(" "), "bob.pub", spki];
  for (const form of forms) await sent(place, ["-i", place.alice, form, "x"]);
  assert.equal((await fetched(place, place.bob)).length, forms.length);
});

test("several receivers get a letter each; the one that cannot is told of, and decides the exit code", async () => {
  await using place = people();
  const carol = place.key("carol");
  const ecdsa = place.key("dave", { type: "ecdsa" });
  const line = (key: string) => readFileSync(`${key}.pub`, "utf8");
  const bob = line(place.bob);
  place.write("friends", `# friends\n${bob}no-pty ${line(carol)}\n${line(ecdsa)}${bob}`);
  const { code, stdout, stderr } = await place.run([
    "send",
    "--letter",
    "-i",
    place.alice,
    "--json",
    "@friends",
    "hi",
  ]);
  assert.equal(code, 5);
  const events = jsonLines(stdout).map(({ event, error }) => [event, error]);
  assert.deepEqual(events, [
    ["failed", "no-letter-form"],
    ["sent", undefined],
    ["sent", undefined],
  ]);
  assert.match(stderr, /not sent to SHA256:\S+ dave@test: letters can be sealed for ed25519 and/);
  for (const key of [place.bob, carol]) assert.equal((await fetched(place, key)).length, 1);
});

test("a letter to an ECDSA key, to a private key or to nobody is refused before a relay is asked", async () => {
  await using place = people();
  place.env = { ASFALEIA_RELAY: "127.0.0.1:1" };
  place.key("dave", { type: "ecdsa" });
  place.write("ca", `cert-authority ${readFileSync(`${place.bob}.pub`, "utf8")}`);
  for (const [recipient, message] of [
    ["dave.pub", /ed25519 and .*RSA/],
    ["bob", /show it to nobody/],
    ["missing.pub", /no such file/],
    ["@ca", /certificate authority/],
    ["ssh-ed25519 AAAA", /base64|key/],
  ] as const) {
    const { code, stderr } = await place.run(["send", "--letter", "-i", place.alice, recipient, "hi"]);
    assert.equal(code, 5, stderr);
    assert.match(stderr, message);
  }
});

test("what the relay refuses ends with 4, in our words", async () => {
  await using place = people();
  const members = readFileSync(`${place.bob}.pub`, "utf8");
  const { address } = await place.relay(["--members", place.write("members", members)]);
  const send = ["send", "--letter", "-i", place.alice, "--relay", address, "bob.pub", "hi"];
  const stranger = await place.run(send);
  assert.equal(stranger.code, 4, stranger.stderr);
  assert.match(stranger.stderr, /members/);
  const own = await place.run([...send.with(3, place.bob), "--as-member"]);
  assert.equal(own.code, 0, own.stderr);

  const small = (await place.relay(["--max-envelope", "4KiB"])).address;
  const large = await place.run(["send", "--letter", "-i", place.alice, "--relay", small, "bob.pub"], {
    input: "x".repeat(20_000),
  });
  assert.equal(large.code, 4);
  assert.match(large.stderr, /too-large/);
});

test("--save writes every letter, owner-only, and overwrites nothing", async () => {
  await using place = people();
  place.write("cat.png", Uint8Array.of(1, 2, 3));
  for (const _ of [1, 2]) await sent(place, ["-i", place.alice, "bob.pub", "--file", "cat.png"]);
  await sent(place, ["-i", place.alice, "bob.pub", "words"]);
  const lines = await fetched(place, place.bob, ["--save", "in"]);
  const names = readdirSync(place.path("in")).sort();
  assert.deepEqual(names.slice(0, 2), ["cat-2.png", "cat.png"]);
  assert.match(String(names[2]), /^letter-[0-9a-f]{32}\.txt$/);
  assert.deepEqual(
    lines.map(({ saved }) => saved).sort(),
    names.map((name) => place.path("in", name)),
  );
  assert.equal(statSync(place.path("in")).mode & 0o777, 0o700);
  for (const name of names) assert.equal(statSync(place.path("in", name)).mode & 0o777, 0o600);
});

test("a picture without --save is kept sealed, and letters open saves it from there", async () => {
  await using place = people();
  place.write("cat.png", Uint8Array.of(1, 2, 3));
  await sent(place, ["-i", place.alice, "bob.pub", "--file", "cat.png"]);
  const { code, stdout } = await place.run(["letters", "get", "-i", place.bob]);
  assert.equal(code, 0);
  assert.match(stdout, /^file: cat\.png {2}image\/png {2}3 bytes$/m);
  const [sealed] = readdirSync(place.path("asfaleia", "unread"));
  assert.match(stdout, new RegExp(`kept sealed, not shown: .*/unread/${sealed}`));
  const file = place.path("asfaleia", "unread", String(sealed));
  const opened = await place.run(["letters", "open", "-i", place.bob, "--save", "out", file]);
  assert.equal(opened.code, 0, opened.stderr);
  assert.deepEqual([...readFileSync(place.path("out", "cat.png"))], [1, 2, 3]);
  const foreign = await place.run(["letters", "open", "-i", place.alice, file]);
  assert.equal(foreign.code, 5);
  assert.match(foreign.stdout, /sealed for another key/);
});

test("listen shows what waits and what comes, and ends after --count or --timeout", async () => {
  await using place = people();
  await sent(place, ["-i", place.alice, "bob.pub", "first"]);
  const listening = place.start(["letters", "listen", "-i", place.bob, "--json", "--count", "2"]);
  await listening.says("first");
  await sent(place, ["-i", place.alice, "bob.pub", "second"]);
  const { code, stdout } = await listening.ended;
  assert.equal(code, 0);
  assert.deepEqual(
    jsonLines(stdout).map(({ text }) => text),
    ["first", "second"],
  );
  const nothing = await place.run(["letters", "listen", "-i", place.bob, "--timeout", "1"]);
  assert.deepEqual([nothing.code, nothing.stdout, nothing.stderr], [6, "", ""]);
});

test("listen is told when another reader takes over", async () => {
  await using place = people();
  const first = place.start(["letters", "listen", "-i", place.bob]);
  await sent(place, ["-i", place.alice, "bob.pub", "x"]);
  await first.says("  x");
  const second = place.start(["letters", "listen", "-i", place.bob, "--timeout", "1"]);
  const { code, stderr } = await first.ended;
  assert.equal(code, 4);
  assert.match(stderr, /taken over/);
  assert.equal((await second.ended).code, 6);
});

test("a key that only an agent has: told before anything is lost, sealed letters with --save, opened with the file", {
  skip: missing("ssh-agent"),
}, async () => {
  await using place = people();
  using oracle = new SshOracle();
  const socket = await oracle.agent();
  run("ssh-add", ["-q", place.bob], { env: { SSH_AUTH_SOCK: socket } });
  place.write("file/bob", readFileSync(place.bob));
  rmSync(place.bob);
  await sent(place, ["-i", place.alice, "bob.pub", "for the agent"]);
  const env = { SSH_AUTH_SOCK: socket };
  for (const verb of ["get", "listen"]) {
    const told = await place.run(["letters", verb, "-i", "bob.pub"], { env });
    assert.equal(told.code, 5);
    assert.match(told.stderr, /an agent cannot open letters: nothing was fetched/);
  }
  const saved = await place.run(["letters", "get", "-i", "bob.pub", "--save", "in", "--json"], { env });
  assert.equal(saved.code, 0, saved.stderr);
  const [line] = jsonLines(saved.stdout);
  assert.equal(line?.event, "sealed");
  const opened = await place.run(["letters", "open", "-i", "file/bob", "--json", String(line?.saved)]);
  assert.equal(jsonLines(opened.stdout)[0]?.text, "for the agent");
  // Sending signs through the agent.
  const signed = await place.run(["send", "--letter", "-i", "bob.pub", "alice.pub", "by the agent"], { env });
  assert.equal(signed.code, 0, signed.stderr);
  assert.equal((await fetched(place, place.alice))[0]?.origin, "proven");
});

test("letters for an ECDSA key end with 5 before anything is fetched", async () => {
  await using place = people({ type: "ecdsa" });
  const { code, stderr } = await place.run(["letters", "get", "-i", place.bob]);
  assert.equal(code, 5);
  assert.match(stderr, /ed25519 and RSA/);
});
