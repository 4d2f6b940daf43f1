/** What a person reads first. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RELAY_FLAGS } from "@asfaleia/relay";
import { Place } from "./kit.ts";

const VERBS = ["whoami", "completion", "send", "letters get", "letters listen", "letters open", "relay"];

test("the overview names every verb, the settings and the exit codes", async () => {
  await using place = new Place();
  const { code, stdout, stderr } = await place.run(["--help"]);
  assert.equal(code, 0);
  assert.equal(stderr, "");
  for (const word of [...VERBS, "ASFALEIA_RELAY", "ASFALEIA_HOME", "Exit codes"])
    assert.ok(stdout.includes(word), word);
  const bare = await place.run([]);
  assert.deepEqual([bare.code, bare.stdout], [2, ""]);
  assert.equal(bare.stderr, stdout);
});

for (const verb of VERBS) {
  test(`${verb} --help shows usage, examples and exit codes, however it is asked for`, async () => {
    await using place = new Place();
    const words = verb.split(" ");
    const [long, short, verbFirst] = await Promise.all([
      place.run([...words, "--help"]),
      place.run([...words, "-h"]),
      place.run(["help", ...words]),
    ]);
    assert.equal(long.code, 0);
    assert.equal(long.stderr, "");
    assert.ok(long.stdout.startsWith(`Usage: asfaleia ${verb}`));
    assert.match(long.stdout, /Examples?:\n/);
    assert.match(long.stdout, /^Exit codes: 0 done/m);
    for (const line of long.stdout.split("\n")) assert.ok(line.length <= 120, line);
    assert.equal(short.stdout, long.stdout);
    assert.equal(verbFirst.stdout, long.stdout);
  });
}

test("every limit of the relay stands in its help, with its default", async () => {
  await using place = new Place();
  const { stdout } = await place.run(["relay", "--help"]);
  for (const { flag, argument, default: value } of RELAY_FLAGS) {
    const line = stdout.split("\n").find((one) => one.startsWith(`  --${flag} ${argument} `));
    assert.ok(line?.endsWith(`(default: ${value})`), flag);
  }
});

const WRONG: [args: string[], message: RegExp][] = [
  [["relai"], /did you mean "relay"/],
  [["letters", "gte"], /did you mean "letters get"/],
  [["letter", "get"], /did you mean "letters get"/],
  [["letters"], /letters get, letters listen/],
  [["__proto__"], /no verb/],
  [["constructor"], /no verb/],
  [["frobnicate"], /no verb "frobnicate"; asfaleia --help lists them\n$/],
  [["version"], /did you mean "--version"/],
  [["whoami", "--nonsense"], /unknown option '--nonsense'; --help lists them/],
  [["whoami", "--jsno"], /unknown option '--jsno'; did you mean "--json"/],
  [["send", "bob", "-x"], /unknown option '-x'; -- stands before a word that begins with a dash/],
  [["agent", "start"], /verbs start it by themselves/],
  [["whoami", "word"], /one word too many/],
  [["whoami", "-i"], /argument missing/],
  [["send", "bob.pub", "hi"], /say --letter/],
  [["send", "--letter"], /to whom/],
  [["send", "--letter", "bob.pub", "two", "words"], /quotes/],
  [["send", "--letter", "bob.pub", "hi"], /ASFALEIA_RELAY/],
  [["letters", "get"], /ASFALEIA_RELAY/],
  [["letters", "get", "--relay", "asfaleia://"], /a host is/],
  [["letters", "get", "--relay", "h#SHA256:short"], /43 characters/],
  [["letters", "listen", "--relay", "h", "--count", "0"], /--count takes a whole number/],
  [["letters", "listen", "--relay", "h", "--timeout", "soon"], /--timeout takes a whole number/],
  [["letters", "open"], /which letters/],
  [["relay", "--ttl", "forever"], /--ttl takes a duration/],
  [["relay", "--rate=x"], /--rate takes a number/],
  [["relay", "word"], /one word too many/],
];

for (const [args, message] of WRONG) {
  test(`asfaleia ${args.join(" ")} ends with 2 and says why on one line`, async () => {
    await using place = new Place();
    place.key(place.ssh("id_ed25519"));
    const { code, stdout, stderr } = await place.run(args);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, message);
    assert.match(stderr, /^asfaleia: [^\n]+\n$/);
  });
}
