/** What the messenger asks at a terminal, and what it makes of the answers. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { missing } from "../../packages/identity/test/oracle.ts";
import { jsonLines, Place } from "./kit.ts";

const options = { skip: missing("script") };
let house: Place;
let relay: string;

before(async () => {
  house = new Place();
  relay = (await house.relay()).address;
});
after(() => house[Symbol.asyncDispose]());

async function person(): Promise<Place> {
  const place = new Place();
  place.env = { ASFALEIA_RELAY: relay };
  place.key("key");
  const { code, stderr } = await place.run(["init", "-i", "key", "--no-passphrase"]);
  assert.equal(code, 0, stderr);
  return place;
}

test(
  "where no card of a key is found, yes sends a letter, and the message is not sent a second time",
  options,
  async () => {
    await using alice = await person();
    await using dave = new Place();
    dave.env = { ASFALEIA_RELAY: relay };
    dave.key("key");
    alice.write("dave.pub", readFileSync(dave.path("key.pub")));
    const sending = alice.atTerminal(["send", "dave.pub", "hello Dave"]);
    await sending.says("(yes/no)?");
    sending.process.stdin?.write("yes\r");
    assert.equal((await sending.ended).code, 0, sending.stdout);
    const { stdout } = await dave.run(["letters", "get", "-i", "key", "--json"]);
    assert.deepEqual(
      jsonLines(stdout).map(({ origin, text }) => [origin, text]),
      [["proven", "hello Dave"]],
    );
    const { stdout: history } = await alice.run(["history", "key", "--json"]);
    const lines = jsonLines(history).filter(({ own }) => own);
    assert.deepEqual(
      lines.map(({ deleted }) => deleted),
      [true],
    );
  },
);

test("where the answer is no, the message waits and the verb ends with 10", options, async () => {
  await using alice = await person();
  await using dave = new Place();
  dave.key("key");
  alice.write("dave.pub", readFileSync(dave.path("key.pub")));
  const sending = alice.atTerminal(["send", "dave.pub", "hello Dave"]);
  await sending.says("(yes/no)?");
  sending.process.stdin?.write("no\r");
  assert.equal((await sending.ended).code, 10, sending.stdout);
});

test("a passphrase is asked for twice, and once to open; wipe wants a yes", options, async () => {
  await using alice = new Place();
  alice.env = { ASFALEIA_RELAY: relay };
  alice.key("key");
  const making = alice.atTerminal(["init", "-i", "key"]);
  await making.says("for the profile");
  making.process.stdin?.write("secret\r");
  await making.says("again:");
  making.process.stdin?.write("secret\r");
  assert.equal((await making.ended).code, 0, making.stdout);
  assert.doesNotMatch(making.stdout, /secret/);
  assert.match(making.stdout, /protected by {2}a passphrase/);

  const opening = alice.atTerminal(["status"]);
  await opening.says("passphrase for the profile 'default'");
  opening.process.stdin?.write("wrong\r");
  await opening.says(/does not open the profile[\s\S]*passphrase for the profile/);
  opening.process.stdin?.write("secret\r");
  assert.equal((await opening.ended).code, 0, opening.stdout);

  const wiping = alice.atTerminal(["wipe"]);
  await wiping.says("(yes/no)?");
  wiping.process.stdin?.write("yes\r");
  assert.equal((await wiping.ended).code, 0, wiping.stdout);
  assert.equal(existsSync(`${alice.asfaleiaHome}/default`), false);
});

test("a relay that is met for the first time is asked about once, at init, and pinned", options, async () => {
  await using alice = new Place();
  alice.key("key");
  const [, place = "", fingerprint = ""] = /^asfaleia:\/\/([^#]+)#(\S+)$/.exec(relay) ?? [];
  const unpinned = await alice.run(["init", "-i", "key", "--no-passphrase", "--relay", place]);
  assert.equal(unpinned.code, 3, unpinned.stderr);
  assert.equal(existsSync(`${alice.asfaleiaHome}/default`), false);
  const making = alice.atTerminal(["init", "-i", "key", "--no-passphrase", "--relay", place]);
  await making.says("(yes/no/[fingerprint])?");
  making.process.stdin?.write("yes\r");
  assert.equal((await making.ended).code, 0, making.stdout);
  const [status] = jsonLines((await alice.run(["status", "--json"])).stdout);
  assert.deepEqual(status?.relays, [`asfaleia://${place}#${fingerprint}`]);
});

test("add - at a terminal takes a code at Enter, and anything else at an empty line", options, async () => {
  await using alice = await person();
  const code = alice.atTerminal(["add", "-"]);
  await code.says("an empty line ends it");
  code.process.stdin?.write("12345-no-words\r");
  assert.equal((await code.ended).code, 2);
  assert.match(code.stdout, /asfaleia: .*code/);
  await using bob = new Place();
  bob.key("key");
  const key = alice.atTerminal(["add", "-", "--as", "bob"]);
  await key.says("an empty line ends it");
  key.process.stdin?.write(`${readFileSync(bob.path("key.pub"), "utf8").trim()}\r\r`);
  assert.equal((await key.ended).code, 0, key.stdout);
  assert.match(key.stdout, /bob is a contact/);
});
