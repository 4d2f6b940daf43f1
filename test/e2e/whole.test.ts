/** The main job: Alice and Bob write to each other through a relay, with their SSH keys. Every part is a process of its own. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { missing, run } from "../../packages/identity/test/oracle.ts";
import { drawPicture } from "../../scripts/picture.ts";
import { jsonLines, Place, type Running } from "../cli/kit.ts";

const TOOLS = missing("ssh-keygen");

interface Line {
  readonly event: string;
  readonly origin?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
  readonly name?: string;
  readonly saved?: string;
}

/** Somebody with a key in the place where ssh has it, and nothing else. */
class Person extends Place {
  readonly keyFile: string;

  constructor(kind: { type: string; bits?: number }) {
    super();
    this.keyFile = this.key(this.ssh(`id_${kind.type}`), kind);
  }

  get publicLine(): string {
    return readFileSync(`${this.keyFile}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
  }

  get fingerprint(): string {
    return run("ssh-keygen", ["-l", "-f", `${this.keyFile}.pub`]).split(" ")[1] as string;
  }

  async send(relay: string, ...args: string[]): Promise<void> {
    const { code, stderr } = await this.run(["send", "--letter", "--relay", relay, ...args]);
    assert.deepEqual([code, stderr], [0, ""]);
  }

  /** Everything that waits. */
  async get(relay: string, ...args: string[]): Promise<Line[]> {
    const { code, stdout, stderr } = await this.run(["letters", "get", "--json", "--relay", relay, ...args]);
    assert.ok((code === 0 && stderr === "") || (code === 6 && stdout === ""), `${code} ${stderr}`);
    return jsonLines(stdout) as unknown as Line[];
  }
}

/** A relay on TLS and on a Unix socket, with a key of its own. */
class RelayPlace extends Place {
  readonly relayKey = this.key("relay_key");
  readonly socket = this.path("relay", "relay.sock");

  constructor() {
    super();
    mkdirSync(this.path("relay"), { mode: 0o700 });
  }

  get pin(): string {
    return run("ssh-keygen", ["-l", "-f", `${this.relayKey}.pub`]).split(" ")[1] as string;
  }

  async open(...args: string[]): Promise<{ tls: string; unix: string; running: Running }> {
    const listen = ["--listen", `unix:${this.socket}`, "--key", this.relayKey];
    const { address, running } = await this.relay([...listen, ...args]);
    return { tls: address, unix: `asfaleia+unix:${this.socket}#${this.pin}`, running };
  }
}

const ALICE = { type: "ed25519" };
const BOB = { type: "rsa", bits: 3072 };

for (const transport of ["tls", "unix"] as const) {
  test(`a text and a picture there, a text back, and the mailboxes are empty: ${transport}`, {
    skip: TOOLS,
  }, async () => {
    await using relayPlace = new RelayPlace();
    await using alice = new Person(ALICE);
    await using bob = new Person(BOB);
    const relay = (await relayPlace.open())[transport];
    assert.ok(relay.endsWith(`#${relayPlace.pin}`), "the address pins the operator's key");

    const picture = drawPicture();
    const file = alice.write("cat.png", picture);
    await alice.send(relay, bob.publicLine, "Hello Bob, look: 🐈", "--file", file);
    const letters = await bob.get(relay, "--save", "in");
    assert.deepEqual(
      letters.map(({ origin, from, to, name }) => [origin, from, to, name]),
      [
        ["proven", alice.publicLine, bob.fingerprint, undefined],
        ["proven", alice.publicLine, bob.fingerprint, "cat.png"],
      ],
    );
    assert.equal(letters[0]?.text, "Hello Bob, look: 🐈");
    assert.equal(readFileSync(String(letters[0]?.saved), "utf8"), "Hello Bob, look: 🐈");
    assert.ok(readFileSync(String(letters[1]?.saved)).equals(picture), "byte for byte the same");
    assert.deepEqual(await bob.get(relay), []);

    // Bob answers the key that the letter has shown him, and Alice is there when it comes.
    const listening = alice.start(["letters", "listen", "--relay", relay, "--json", "--count", "1"]);
    await bob.send(relay, String(letters[0]?.from), "Miau");
    const { code, stdout } = await listening.ended;
    assert.equal(code, 0);
    assert.equal(jsonLines(stdout)[0]?.text, "Miau");
    assert.deepEqual(await alice.get(relay), []);
  });
}

test("several receivers get a letter each, also an anonymous one, by either way to the relay", {
  skip: TOOLS,
}, async () => {
  await using relayPlace = new RelayPlace();
  await using alice = new Person(ALICE);
  await using bob = new Person(BOB);
  await using carol = new Person(ALICE);
  const { tls, unix } = await relayPlace.open();
  alice.write("friends", `# both of them\n${bob.publicLine} bob\n\nno-pty ${carol.publicLine} carol\n`);
  await alice.send(tls, "@friends", "for both");
  await alice.send(unix, "--anonymous", "@friends", "from nobody");
  for (const [friend, relay] of [
    [bob, unix],
    [carol, tls],
  ] as const) {
    const letters = await friend.get(relay);
    assert.deepEqual(
      letters.map(({ origin, from, to, text }) => [origin, from, to, text]),
      [
        ["proven", alice.publicLine, friend.fingerprint, "for both"],
        ["anonymous", undefined, friend.fingerprint, "from nobody"],
      ],
    );
  }
  for (const person of [alice, bob, carol]) assert.deepEqual(await person.get(tls), []);
});

test("a restart loses what was not fetched, tells who is connected, and keeps the address", {
  skip: TOOLS,
}, async () => {
  await using relayPlace = new RelayPlace();
  await using alice = new Person(ALICE);
  await using bob = new Person(BOB);
  const first = await relayPlace.open();
  await alice.send(first.unix, bob.publicLine, "in time");
  assert.equal((await bob.get(first.unix))[0]?.text, "in time");
  await alice.send(first.unix, bob.publicLine, "too late");
  const listening = alice.start(["letters", "listen", "--relay", first.unix]);
  await bob.send(first.unix, alice.publicLine, "are you there?");
  await listening.says("are you there?");
  const beside = await alice.run(["letters", "get", "--relay", first.unix]);
  assert.deepEqual([beside.code, beside.stdout], [4, ""]);
  assert.match(beside.stderr, /letters listen reads this mailbox/);

  first.running.process.kill("SIGTERM");
  assert.deepEqual((({ code, signal }) => [code, signal])(await first.running.ended), [0, null]);
  const told = await listening.ended;
  assert.equal(told.code, 3);
  assert.match(told.stderr, /the relay has ended the connection \(going-away\)/);
  const away = await bob.run(["letters", "get", "--relay", first.unix]);
  assert.deepEqual([away.code, away.stdout], [3, ""]);

  const second = await relayPlace.open();
  assert.equal(second.unix, first.unix);
  assert.deepEqual(await bob.get(second.unix), [], "memory is all it had");
  await alice.send(second.unix, bob.publicLine, "once more");
  assert.equal((await bob.get(second.unix))[0]?.text, "once more");
});

test("the exit code says what came of it", { skip: TOOLS }, async () => {
  await using relayPlace = new RelayPlace();
  await using alice = new Person(ALICE);
  await using nobody = new Place();
  const { tls, unix } = await relayPlace.open("--members", `${alice.keyFile}.pub`);
  const other = `${unix.split("#")[0]}#SHA256:${"A".repeat(43)}`;
  const nowhere = `asfaleia+unix:${alice.path("no.sock")}#${relayPlace.pin}`;
  const send = ["send", "--letter", alice.publicLine, "hi", "--relay"];
  const table: [number, Place, string[]][] = [
    [0, alice, [...send, tls, "--as-member"]],
    [0, alice, ["letters", "get", "--relay", unix]],
    [6, alice, ["letters", "get", "--relay", unix]],
    [6, alice, ["letters", "listen", "--relay", tls, "--timeout", "1"]],
    [2, alice, ["send", alice.publicLine, "hi", "--relay", tls]],
    [2, alice, ["letters", "get"]],
    [2, alice, ["letters", "get", "--relay", "asfaleia://host:0"]],
    [3, alice, ["letters", "get", "--relay", nowhere]],
    [3, alice, ["letters", "get", "--relay", other]],
    [3, alice, ["letters", "get", "--relay", tls.split("#")[0] as string]],
    [4, alice, [...send, tls]],
    [4, nobody, [...send, tls, "--anonymous"]],
    [5, nobody, ["letters", "get", "--relay", tls]],
    [5, nobody, ["whoami"]],
    [5, alice, ["send", "--letter", "no-such.pub", "hi", "--relay", tls]],
  ];
  for (const [expected, place, args] of table) {
    const { code, stdout, stderr } = await place.run(args);
    assert.equal(code, expected, `${args.join(" ")}: ${stderr}`);
    if (expected !== 0) assert.equal(stdout, "", args.join(" "));
    // Nothing there is no error; everything else says why.
    assert.equal(
      stderr.startsWith("asfaleia: ") || stderr.startsWith("@@@"),
      ![0, 6].includes(expected),
      stderr,
    );
  }
});
