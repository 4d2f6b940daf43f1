/** Two people at terminals, driven by keys only, from nothing to a verified chat, and back after a restart. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { missing } from "../../packages/identity/test/oracle.ts";
import { drawPicture } from "../../scripts/picture.ts";
import { LAUNCHER, Place } from "./kit.ts";
import { type Screen, Tmux } from "./tmux.ts";

const needs = { skip: missing("tmux") };
const COMMAND = [process.execPath, LAUNCHER];
const AGENTS = { ASFALEIA_AGENT: "on" };

function open(tmux: Tmux, place: Place, name: string, size: readonly [number, number]): Screen {
  return tmux.open(name, size, place.environment({ ...AGENTS, COLORTERM: "truecolor" }), COMMAND);
}

const TOUR_HEAD = `# A tour

Two people at terminals of 80×24, from nothing to a verified chat. The screens are those of a test (test/cli/tui.test.ts), which writes
this page: \`TOUR=docs/tour.md npx node --conditions=asfaleia-source --test --test-name-pattern=80×24 test/cli/tui.test.ts\`.
[docs/chat.md](chat.md) has all keys.
`;

/** What docs/tour.md shows; written where TOUR names a file. */
const tour: string[] = [];

function shot(caption: string, rows: readonly string[]): void {
  // Bob begins as Alice does.
  if (tour.some((one) => one.startsWith(`${caption}\n`))) return;
  const shown = rows.map((row) => row.trimEnd()).join("\n");
  tour.push(`${caption}\n\`\`\`\n${shown}\n\`\`\`\n`);
}

/** The first run: a key that is there, a relay that was given, a name, a passphrase. */
async function begin(screen: Screen, relay: string, name: string, passphrase: string): Promise<void> {
  shot(
    "`npm start`, or `npx asfaleia`: the first of four questions.",
    await screen.shows(/Welcome[\s\S]* SHA256:/),
  );
  screen.press("Enter");
  shot("The relay.", await screen.shows("One whose address I have"));
  screen.press("Enter");
  await screen.shows("Its address, as you were given it:");
  await screen.say(relay);
  await screen.shows("How are you called?");
  screen.press("C-u");
  await screen.say(name);
  await screen.shows("Enter a passphrase for the profile");
  screen.type(passphrase);
  await screen.shows("(hidden)");
  screen.press("Enter");
  await screen.shows("Enter the same passphrase again");
  screen.type(passphrase);
  await screen.shows("(hidden)");
  screen.press("Enter");
  await screen.shows("Write, / for commands");
  await screen.shows("● 127.0.0.1");
}

for (const size of [
  [80, 24],
  [200, 50],
] as const) {
  test(`two people meet by a code, verify, and talk, at ${size.join("×")}`, needs, async () => {
    await using relayPlace = new Place();
    await using alicePlace = new Place();
    await using bobPlace = new Place();
    await using tmux = new Tmux(relayPlace.path("tmux"));
    const { address } = await relayPlace.relay(["--key", relayPlace.key("relay_key")]);
    for (const place of [alicePlace, bobPlace]) place.key(place.ssh("id_ed25519"));

    const alice = open(tmux, alicePlace, "alice", size);
    await begin(alice, address, "Alice", "correct horse");
    const bob = open(tmux, bobPlace, "bob", size);
    await begin(bob, address, "Bob", "battery staple");

    await alice.say("/code");
    const [code = ""] =
      /\d{5}-\p{L}+-\p{L}+/u.exec((await alice.shows(/\d{5}-\p{L}+-\p{L}+/u)).join("\n")) ?? [];
    shot("Alice says `/code`, and tells Bob what she sees.", alice.rows());
    await bob.say(`/join ${code}`);
    await bob.shows(/Alice {3}not verified/i);
    await alice.shows(/Bob {3}not verified/i);

    await alice.say("/verify");
    await bob.say("/verify");
    const digits = (rows: readonly string[]) =>
      rows
        .join("\n")
        .match(/\b\d{5}\b/g)
        ?.slice(0, 12);
    const numbers = await Promise.all([alice, bob].map((screen) => screen.shows(/(\d{5} {2}){3}\d{5}/)));
    shot(
      "Both say `/verify`, and compare. Below are a QR code and the pictures of both keys.",
      numbers[0] ?? [],
    );
    assert.equal(digits(numbers[0] ?? [])?.length, 12);
    assert.deepEqual(digits(numbers[0] ?? []), digits(numbers[1] ?? []));
    alice.press("y");
    bob.press("y");
    await alice.shows(/Bob {3}verified/i);
    await bob.shows(/Alice {3}verified/i);

    await alice.say("See you at eight?");
    await bob.shows("See you at eight?");
    bob.press("C-Up");
    shot("Bob chooses a message with Ctrl+Up, and answers it with `r`.", await bob.shows("r reply"));
    bob.press("r");
    await bob.shows("reply to Alice: See you at eight?");
    await bob.say("At nine, please");
    await alice.shows("↳ me: See you at eight?");
    await alice.shows("At nine, please");
    await bob.say("/edit At half past nine");
    await alice.shows("At half past nine (edited)");
    await alice.say("/react 👍");
    await bob.shows("👍");
    await alice.shows("✓✓");

    const picture = alicePlace.write("rings.png", drawPicture(64));
    await alice.say(`/file ${picture}`);
    await bob.shows("rings.png");
    await bob.say("/show");
    shot(
      "`/file` sends a picture, `/show` fetches it. This terminal draws no pixels, so it is shown in blocks.",
      await bob.shows("▀▀▀▀"),
    );
    const log = bobPlace.write("log.txt", "a line\n".repeat(1000));
    await bob.say(`/file ${log}`);
    await alice.shows("log.txt");
    const kept = alicePlace.path("kept");
    await alice.say(`/save ${kept}`);
    await alice.shows("saved:");
    assert.equal(readFileSync(`${kept}/log.txt`, "utf8"), "a line\n".repeat(1000));

    // Both end, agents and all, and come back to what they said.
    for (const [screen, place, passphrase] of [
      [alice, alicePlace, "correct horse"],
      [bob, bobPlace, "battery staple"],
    ] as const) {
      screen.press("C-c");
      await screen.shows("once more ends");
      screen.press("C-c");
      await screen.shows("ended with 0");
      await place.run(["agent", "stop"], { env: AGENTS });
      const again = open(tmux, place, passphrase.replace(" ", ""), size);
      await again.shows("Enter passphrase for the profile");
      again.type(passphrase);
      again.press("Enter");
      const rows = (await again.shows("log.txt")).join("\n");
      shot(`${screen === alice ? "Alice" : "Bob"} has ended everything and comes back.`, rows.split("\n"));
      assert.match(rows, /verified/);
      if (size[1] > 40) assert.match(rows, /See you at eight\?[\s\S]*At half past nine \(edited\)[\s\S]*👍/);
      again.press("C-c", "C-c");
      await again.shows("ended with 0");
    }
  });
}

after(() => {
  if (process.env.TOUR) writeFileSync(process.env.TOUR, `${TOUR_HEAD}\n${tour.join("\n")}`);
});

test("leaves the terminal as it was, whatever ends it", needs, async () => {
  await using relayPlace = new Place();
  await using place = new Place();
  await using tmux = new Tmux(relayPlace.path("tmux"));
  const { address } = await relayPlace.relay(["--key", relayPlace.key("relay_key")]);
  place.key(place.ssh("id_ed25519"));
  await place.run(["init", "--relay", address, "--no-passphrase", "--name", "Alice"]);
  const modes = "#{alternate_on} #{mouse_any_flag} #{wrap_flag} #{cursor_flag} #{pane_pid}";
  for (const [name, signal, end] of [
    ["term", "TERM", "ended with 143"],
    ["hup", "HUP", "ended with 129"],
    ["int", "INT", "ended with 130"],
  ] as const) {
    const screen = open(tmux, place, name, [80, 24]);
    await screen.shows("Write, / for commands");
    const [on] = tmux.run("display-message", "-p", "-t", name, modes).split(" ");
    assert.equal(on, "1");
    const pid = tmux.run("display-message", "-p", "-t", name, "#{pane_pid}").trim();
    tmux.run("run-shell", `pkill -${signal} -P ${pid} -f asfaleia.js`);
    await screen.shows(end);
    const after = tmux.run("display-message", "-p", "-t", name, modes).split(" ").slice(0, 4);
    assert.deepEqual(after, ["0", "0", "1", "1"], name);
  }
  const screen = open(tmux, place, "crash", [80, 24]);
  await screen.shows("Write, / for commands");
  screen.resize(100, 30);
  await screen.shows(/│ {0,2}[\s\S]*F1 help/);
  const rows = screen.rows();
  assert.equal(rows.length, 30);
  assert.match(rows.at(-1) ?? "", /● 127\.0\.0\.1 +F1 help {2}Ctrl\+K go to {2}\d\d:\d\d$/);
});

test("stops for a shell with job control, and comes back as it was", needs, async () => {
  await using relayPlace = new Place();
  await using place = new Place();
  await using tmux = new Tmux(relayPlace.path("tmux"));
  const { address } = await relayPlace.relay(["--key", relayPlace.key("relay_key")]);
  place.key(place.ssh("id_ed25519"));
  await place.run(["init", "--relay", address, "--no-passphrase", "--name", "Alice"]);
  const shell = ["bash", "--norc", "-i"];
  const screen = tmux.open("stop", [80, 24], place.environment({ ...AGENTS, PS1: "$ " }), shell);
  await screen.shows(/^\$/m);
  await screen.say(COMMAND.join(" "));
  await screen.shows("Write, / for commands");
  screen.press("C-z");
  await screen.shows("Stopped");
  await screen.say("echo as it was");
  await screen.shows(/^as it was$/m);
  await screen.say("fg");
  await screen.shows("Write, / for commands");
  screen.type("still here");
  await screen.shows("› still here");
  screen.press("C-c", "C-c");
  await screen.shows(/^as it was$/m);
});

test("without a terminal it says what to do", async () => {
  await using place = new Place();
  const { code, stdout, stderr } = await place.run([]);
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /Usage: asfaleia/);
});
