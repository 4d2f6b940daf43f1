/** What a person reads first about the messenger, and what comes up before anything heavy is loaded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Place } from "./kit.ts";

const VERBS = [
  ...[
    "init",
    "card",
    "add",
    "invite",
    "contacts",
    "verify",
    "send",
    "reply",
    "react",
    "edit",
    "delete",
    "listen",
    "save",
    "show",
  ],
  ...["history", "search", "requests", "block", "unblock", "status", "device", "config", "export", "backup"],
  ...["restore", "wipe"],
];

test("the overview names every verb of the messenger", async () => {
  await using place = new Place();
  const { stdout } = await place.run(["--help"]);
  for (const verb of VERBS) assert.match(stdout, new RegExp(`^ {2}${verb} {2,}\\S`, "m"), verb);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 120, line);
});

test("every verb of the messenger shows usage, examples and exit codes", async () => {
  await using place = new Place();
  const helps = await Promise.all(VERBS.map((verb) => place.run([verb, "--help"])));
  for (const [index, { code, stdout, stderr }] of helps.entries()) {
    const verb = VERBS[index];
    assert.deepEqual([code, stderr], [0, ""], verb);
    assert.ok(stdout.startsWith(`Usage: asfaleia ${verb}`), verb);
    assert.match(stdout, /Examples?:\n/, verb);
    assert.match(
      stdout,
      /^Exit codes: 0 done[\s\S]*7 profile in use or damaged[\s\S]*14 time-out of --wait/m,
      verb,
    );
    for (const line of stdout.split("\n")) assert.ok(line.length <= 120, line);
  }
});

const WRONG: [args: string[], message: RegExp][] = [
  [["history", "bob"], /no profile here: asfaleia init makes one/],
  [["lsiten"], /did you mean "listen"/],
  [["init"], /ASFALEIA_RELAY/],
  [["init", "--relay", "h", "--publish", "maybe"], /--publish takes on or off/],
  [["listen", "--relay", "h"], /--relay goes with --ephemeral/],
  [["listen", "--count", "0"], /--count takes a whole number/],
  [["send", "bob", "hi", "--wait", "read"], /--wait takes at-relay or delivered/],
  [["send", "bob", "hi", "--anonymous"], /--anonymous goes with --letter/],
  [["send", "bob", "two", "words"], /quotes/],
  [["add"], /whom\?/],
  [["contacts", "nonsense"], /rename or remove/],
  [["requests", "refuse", "1"], /accept or block/],
  [["device"], /list, confirm, withdraw, renew, accept or refuse/],
  [["device", "confirm"], /device confirm ID/],
  [["edit"], /which message/],
  [["search"], /for what/],
  [["backup"], /which file/],
  [["contacts", "--profile", "a/b"], /letters, digits/],
  [["contacts", "--profile", "unread"], /letters, digits/],
];

test("what is wrong with a command line ends with 2, on one line, and makes no folder", async () => {
  await using place = new Place();
  place.key(place.ssh("id_ed25519"));
  const ends = await Promise.all(WRONG.map(([args]) => place.run(args)));
  for (const [index, { code, stdout, stderr }] of ends.entries()) {
    const [args = [], message = /./] = WRONG[index] ?? [];
    assert.deepEqual([code, stdout], [2, ""], `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
    assert.match(stderr, /^asfaleia: [^\n]+\n$/);
  }
});

test("help, whoami and letters do without sessions and database", async () => {
  await using place = new Place();
  place.key(place.ssh("id_ed25519"));
  const { address } = await place.relay();
  // Whatever loads one of the two fails like this.
  const env = { NODE_OPTIONS: "--no-addons", ASFALEIA_RELAY: address };
  const to = `${place.ssh("id_ed25519")}.pub`;
  for (const args of [
    ["--help"],
    ["send", "--help"],
    ["whoami"],
    ["send", "--letter", to, "hi"],
    ["letters", "get"],
  ]) {
    const { code, stderr } = await place.run(args, { env });
    assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
  }
  assert.notEqual((await place.run(["init", "--no-passphrase"], { env })).code, 0);
});
