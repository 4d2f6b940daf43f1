/** The chat and the terminal that it runs on: how it leaves it, stops and comes back. test/tour walks through the chat itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { missing } from "../../packages/identity/test/oracle.ts";
import { LAUNCHER, Place } from "./kit.ts";
import { type Screen, Tmux } from "./tmux.ts";

const needs = { skip: missing("tmux") };
const COMMAND = [process.execPath, LAUNCHER];
const AGENTS = { ASFALEIA_AGENT: "on" };

function open(tmux: Tmux, place: Place, name: string, size: readonly [number, number]): Screen {
  return tmux.open(name, size, place.environment({ ...AGENTS, COLORTERM: "truecolor" }), COMMAND);
}

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
