/**
 * The private key is in a real ssh-agent and nowhere else. An sk- key cannot be without its hardware: there the agent and
 * the authenticator are ours, and what they sign is what OpenSSH's PROTOCOL.u2f says.
 */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { after, before, test } from "node:test";
import { publicKeyLine } from "@asfaleia/identity";
import {
  entry,
  FakeAgent,
  framed,
  listReply,
  readSignRequest,
  signReply,
} from "../../packages/identity/test/fakeagent.ts";
import { drawAuthenticator } from "../../packages/identity/test/keys.ts";
import { type KeyKind, missing, run, SshOracle } from "../../packages/identity/test/oracle.ts";
import { jsonLines, Place } from "../cli/kit.ts";

const TOOLS = missing("ssh-agent", "ssh-add", "ssh-keygen");
const KINDS: readonly (KeyKind & { letters: boolean })[] = [
  { name: "ed25519", type: "ed25519", letters: true },
  { name: "rsa-3072", type: "rsa", bits: 3072, letters: true },
  { name: "p256", type: "ecdsa", bits: 256, letters: false },
];

let house: Place;
let relay: string;

/** A key of this kind, drawn once: RSA takes its time. */
function drawn({ name, type, bits }: KeyKind): string {
  const path = house.path(name);
  return existsSync(path) ? path : house.key(name, bits === undefined ? { type } : { type, bits });
}

before(async () => {
  house = new Place();
  relay = (await house.relay()).address;
});
after(() => house[Symbol.asyncDispose]());

/** Alice, whose key only an agent has, and Bob, who has a file. */
class People extends Place {
  readonly #oracle = new SshOracle();
  readonly alice = this.path("alice");
  readonly bob = this.key("bob");

  /** @param options of ssh-add */
  static async with(kind: KeyKind, ...options: string[]): Promise<People> {
    const people = new People();
    for (const end of ["", ".pub"]) copyFileSync(drawn(kind) + end, people.alice + end);
    const socket = await people.#oracle.agent();
    run("ssh-add", ["-q", ...options, people.alice], { env: { SSH_AUTH_SOCK: socket } });
    people.takeFileAway();
    people.env = { ASFALEIA_RELAY: relay, SSH_AUTH_SOCK: socket };
    return people;
  }

  takeFileAway(): void {
    renameSync(this.alice, this.path("elsewhere"));
  }

  putFileBack(): void {
    renameSync(this.path("elsewhere"), this.alice);
  }

  /** Writes to Alice as Bob does. */
  async writeToAlice(...texts: string[]): Promise<void> {
    for (const text of texts) {
      const { code, stderr } = await this.run(["send", "--letter", "-i", this.bob, "alice.pub", text]);
      assert.equal(code, 0, stderr);
    }
  }

  async texts(args: readonly string[]): Promise<unknown[]> {
    const { code, stdout, stderr } = await this.run([...args, "--json"]);
    assert.equal(code, 0, stderr);
    return jsonLines(stdout).map(({ text }) => text);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#oracle[Symbol.dispose]();
    await super[Symbol.asyncDispose]();
  }
}

for (const kind of KINDS) {
  test(`${kind.name}: whoami finds it, named and by default`, { skip: TOOLS }, async () => {
    await using people = await People.with(kind);
    const fingerprint = run("ssh-keygen", ["-l", "-f", `${people.alice}.pub`]).split(" ")[1];
    for (const named of [[], ["-i", "alice"], ["-i", "alice.pub"]]) {
      const { code, stdout, stderr } = await people.run(["whoami", "--json", ...named]);
      assert.equal(code, 0, stderr);
      const [who] = jsonLines(stdout);
      assert.deepEqual(
        [who?.fingerprint, who?.agent, who?.file, who?.letters],
        [fingerprint, true, undefined, kind.letters],
      );
    }
  });

  test(`${kind.name}: it signs a letter, and logs in to a relay for members`, { skip: TOOLS }, async () => {
    await using people = await People.with(kind);
    const line = readFileSync(`${people.alice}.pub`, "utf8");
    const both = people.write("members", `${line}${readFileSync(`${people.bob}.pub`, "utf8")}`);
    const { address } = await people.relay(["--members", both]);
    const send = [
      "send",
      "--letter",
      "-i",
      "alice.pub",
      "--relay",
      address,
      "--as-member",
      "bob.pub",
      "signed",
    ];
    const { code, stderr } = await people.run(send);
    assert.equal(code, 0, stderr);
    const got = await people.run(["letters", "get", "-i", people.bob, "--relay", address, "--json"]);
    const [letter] = jsonLines(got.stdout);
    assert.deepEqual([letter?.origin, letter?.text], ["proven", "signed"]);
    assert.equal(letter?.from, line.split(" ").slice(0, 2).join(" "));
  });
}

for (const kind of KINDS.filter(({ letters }) => letters)) {
  test(`${kind.name}: get and listen refuse before anything is lost; with the file, every letter is there`, {
    skip: TOOLS,
  }, async () => {
    await using people = await People.with(kind);
    await people.writeToAlice("one", "two", "three");
    for (const verb of ["get", "listen"]) {
      for (const named of [[], ["-i", "alice.pub"]]) {
        const { code, stdout, stderr } = await people.run(["letters", verb, ...named]);
        assert.deepEqual([code, stdout], [5, ""], stderr);
        assert.match(stderr, /an agent cannot open letters: nothing was fetched.*private key file/);
      }
    }
    people.putFileBack();
    assert.deepEqual(await people.texts(["letters", "get", "-i", "alice"]), ["one", "two", "three"]);
    assert.equal((await people.run(["letters", "get", "-i", "alice"])).code, 6);
  });

  test(`${kind.name}: the agent logs in for get and listen with --save, and the file opens it all later`, {
    skip: TOOLS,
  }, async () => {
    await using people = await People.with(kind);
    await people.writeToAlice("one", "two");
    const got = await people.run(["letters", "get", "-i", "alice.pub", "--save", "in", "--json"]);
    assert.equal(got.code, 0, got.stderr);

    const listening = people.start([
      "letters",
      "listen",
      "-i",
      "alice.pub",
      "--save",
      "in",
      "--json",
      "--count",
      "2",
    ]);
    await people.writeToAlice("three");
    await listening.says("sealed");
    await people.writeToAlice("four");
    const heard = await listening.ended;
    assert.equal(heard.code, 0, heard.stderr);

    const events = [...jsonLines(got.stdout), ...jsonLines(heard.stdout)];
    assert.deepEqual(
      events.map(({ event }) => event),
      ["sealed", "sealed", "sealed", "sealed"],
    );
    const files = events.map(({ saved }) => String(saved));
    assert.deepEqual(readdirSync(people.path("in")).length, 4);
    const open = ["letters", "open", "-i", "alice", ...files];
    const refused = await people.run(open);
    assert.deepEqual([refused.code, refused.stdout], [5, ""]);
    people.putFileBack();
    assert.deepEqual(await people.texts(open), ["one", "two", "three", "four"]);
    assert.ok(files.every((file) => existsSync(file)));
  });

  test(`${kind.name}: with the file beside it the agent logs in, and the file opens`, {
    skip: TOOLS,
  }, async () => {
    await using people = await People.with(kind);
    await people.writeToAlice("hello");
    people.putFileBack();
    assert.deepEqual(await people.texts(["letters", "listen", "-i", "alice.pub", "--count", "1"]), ["hello"]);
  });
}

for (const type of ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"] as const) {
  test(`${type}: the agent signs a letter and logs in, letters for it are refused with 5`, {
    skip: TOOLS,
  }, async () => {
    await using place = new Place();
    const device = drawAuthenticator(type);
    let touches = 0;
    await using agent = await FakeAgent.start((request, socket) => {
      const asksForList = request[0] === 11;
      const reply = asksForList
        ? listReply([entry(device.publicKey, "touch me")])
        : signReply(device.signAs(readSignRequest(request).data, 0x01, ++touches));
      socket.write(framed(reply));
    });
    const line = publicKeyLine(device.publicKey);
    place.write("sk.pub", `${line}\n`);
    const bob = place.key("bob");
    const members = place.write("members", `${line}\n${readFileSync(`${bob}.pub`, "utf8")}`);
    const { address } = await place.relay(["--members", members]);
    place.env = { ASFALEIA_RELAY: address, SSH_AUTH_SOCK: agent.path };

    const send = ["send", "--letter", "-i", "sk.pub", "--as-member", "bob.pub", "touched"];
    const sent = await place.run(send);
    assert.equal(sent.code, 0, sent.stderr);
    // One for the letter, one for the relay; a letter by ECDSA is signed again where the signature has an odd length.
    const enough = touches;
    assert.ok(type.startsWith("sk-ssh-ed25519") ? enough === 2 : enough >= 2, String(enough));
    const got = await place.run(["letters", "get", "-i", bob, "--json"]);
    const [letter] = jsonLines(got.stdout);
    assert.deepEqual([letter?.origin, letter?.from, letter?.text], ["proven", line, "touched"]);

    for (const args of [
      ["letters", "get", "-i", "sk.pub"],
      ["letters", "listen", "-i", "sk.pub"],
      ["send", "--letter", "-i", bob, "sk.pub", "hi"],
    ]) {
      const { code, stderr } = await place.run(args);
      assert.equal(code, 5, stderr);
      assert.match(stderr, /ed25519 and/);
    }
    assert.equal(touches, enough, "nobody is asked to touch for nothing");
  });
}

test("p256 has no letters: told with 5, and no relay is asked", { skip: TOOLS }, async () => {
  await using people = await People.with({ name: "p256", type: "ecdsa", bits: 256 });
  for (const verb of ["get", "listen"]) {
    const { code, stderr } = await people.run(["letters", verb, "-i", "alice.pub", "--relay", "127.0.0.1:1"]);
    assert.equal(code, 5, stderr);
    assert.match(stderr, /ed25519 and RSA keys/);
  }
});

test("a locked agent ends with 5 before anything is lost, and works when it is unlocked", {
  skip: TOOLS,
}, async () => {
  await using people = await People.with({ name: "ed25519", type: "ed25519" });
  await people.writeToAlice("one");
  const askpass = people.write("askpass", "#!/bin/sh\necho secret\n", 0o700);
  const env = { ...people.env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force" };
  run("ssh-add", ["-q", "-x"], { env });
  const get = ["letters", "get", "-i", "alice.pub", "--save", "in"];
  for (const args of [
    get,
    ["send", "--letter", "-i", "alice.pub", "bob.pub", "hi"],
    ["whoami", "-i", "alice.pub"],
  ]) {
    const { code, stderr } = await people.run(args);
    assert.equal(code, 5, stderr);
    assert.match(stderr, /neither in the ssh-agent nor beside it/);
  }
  run("ssh-add", ["-q", "-X"], { env });
  const { code, stderr } = await people.run(get);
  assert.equal(code, 0, stderr);
});

test("an agent whose owner says no ends with 5, and nothing is lost", { skip: TOOLS }, async () => {
  // Each use is to be confirmed, and nobody is there to do it.
  await using people = await People.with({ name: "ed25519", type: "ed25519" }, "-c");
  await people.writeToAlice("one");
  for (const args of [
    ["letters", "get", "-i", "alice.pub", "--save", "in"],
    ["letters", "listen", "-i", "alice.pub", "--save", "in"],
    ["send", "--letter", "-i", "alice.pub", "bob.pub", "hi"],
  ]) {
    const { code, stdout, stderr } = await people.run(args);
    assert.deepEqual([code, stdout], [5, ""], stderr);
    assert.match(stderr, /agent did not sign/);
  }
  people.putFileBack();
  const env = { SSH_AUTH_SOCK: "" };
  const { stdout } = await people.run(["letters", "get", "-i", "alice", "--json"], { env });
  assert.equal(jsonLines(stdout)[0]?.text, "one");
});
