/** The chat and the terminal that it runs on: how it leaves it, stops and comes back. test/tour walks through the chat itself. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { missing } from "../../packages/identity/test/oracle.ts";
import { Tmux } from "../kit/tmux.ts";
import { LAUNCHER, Place, shellWord } from "./kit.ts";

const needs = { skip: missing("tmux") };
const COMMAND = [process.execPath, LAUNCHER].map(shellWord).join(" ");
const READY = /Write, \/ for commands/;

let place: Place;
let address: string;

before(async () => {
  place = new Place();
  ({ address } = await place.relay(["--key", place.key("relay_key")]));
  place.key(place.ssh("id_ed25519"));
  await place.run(["init", "--relay", address, "--no-passphrase", "--name", "Alice"]);
});
after(() => place?.[Symbol.asyncDispose]());

/** A screen of 80×24. */
function open(program: readonly string[], env: Record<string, string> = {}): Promise<Tmux> {
  const environment = place.environment({ ASFALEIA_AGENT: "on", LC_ALL: "C.UTF-8", ...env });
  return Tmux.open(program, { folder: place.folder, columns: 80, rows: 24, env: environment });
}

for (const [signal, code] of [
  ["TERM", 143],
  ["HUP", 129],
  ["INT", 130],
] as const) {
  test(`leaves the terminal as it was when ${signal} ends it`, needs, async () => {
    const modes = "#{alternate_on} #{mouse_any_flag} #{wrap_flag} #{cursor_flag}";
    await using screen = await open(["sh", "-c", `${COMMAND}; echo "ended with $?"; exec sleep 600`]);
    await screen.until("the chat", READY);
    assert.match(await screen.tells(modes), /^1 /);
    const shell = Number(await screen.tells("#{pane_pid}"));
    const [chat] = readFileSync(`/proc/${shell}/task/${shell}/children`, "utf8").trim().split(" ");
    process.kill(Number(chat), `SIG${signal}`);
    await screen.until("its end", new RegExp(`^ended with ${code}$`, "m"));
    assert.equal(await screen.tells(modes), "0 0 1 1");
  });
}

test("fills a window that has become another", needs, async () => {
  await using screen = await open(["sh", "-c", `exec ${COMMAND}`]);
  await screen.until("the chat", READY);
  await screen.resize(100, 30);
  const last = /● 127\.0\.0\.1 +F1 help {2}Ctrl\+K go to {2}\d\d:\d\d$/;
  const rows = await screen.until(
    "all of it",
    (lines) => lines.length === 30 && last.test(lines.at(-1) ?? ""),
  );
  assert.ok((rows.at(-1) ?? "").length > 90, "as wide as the window");
});

test("stops for a shell with job control, and comes back as it was", needs, async () => {
  await using screen = await open(["bash", "--norc", "-i"], { PS1: "$ " });
  const say = async (line: string): Promise<void> => {
    await screen.type(line);
    await screen.keys("Enter");
  };
  await screen.until("the shell", /^\$/m);
  await say(COMMAND);
  await screen.until("the chat", READY);
  await screen.keys("C-z");
  await screen.until("the shell again", /Stopped/);
  await say("echo as it was");
  await screen.until("its answer", /^as it was$/m);
  await say("fg");
  await screen.until("the chat again", READY);
  await screen.type("still here");
  await screen.until("what is typed", /› still here/);
  await screen.keys("C-c", "C-c");
  await screen.until("the shell at the end", /^as it was$/m);
});

test(
  "takes an Esc and a key that follow at once for two, and a sequence that comes in pieces for one key",
  needs,
  async () => {
    await using screen = await open(["sh", "-c", `exec ${COMMAND}`]);
    await screen.until("the chat", READY);
    await screen.keys("C-k");
    await screen.until("the list of conversations", /Go to/);
    await screen.keys("Escape", "/");
    await screen.until("the commands", /\/reply[\s\S]*› \/$/m);
    await screen.keys("Escape");
    await screen.until("no command", READY);
    await screen.type("one two");
    await screen.bytesIn("1b", "5b", "31", "3b");
    await screen.bytesIn("35");
    await screen.bytesIn("44");
    await screen.type("and ");
    await screen.until("a word before the last", /› one and two$/m);
  },
);

test("whoever was sent an invite begins with it, and is a contact at once", needs, async () => {
  await using guest = new Place();
  const { stdout } = await place.run(["invite"], { env: { ASFALEIA_AGENT: "on" } });
  const [link = ""] = stdout.match(/^asfaleia:\/\/\S+\/i#\S+$/m) ?? [];
  const environment = guest.environment({ ASFALEIA_AGENT: "on", LC_ALL: "C.UTF-8" });
  await using screen = await Tmux.open(["sh", "-c", `${COMMAND}; echo "ended with $?"; exec sleep 600`], {
    folder: guest.folder,
    columns: 80,
    rows: 24,
    env: environment,
  });
  const answer = async (question: RegExp, ...keys: readonly string[]): Promise<void> => {
    await screen.until("the question", question);
    for (const key of keys) await (key.length > 6 ? screen.type(key) : screen.keys(key));
  };
  await answer(/Make a new key/, "Enter");
  await answer(/I have an invite, or an address/, "Enter");
  await answer(/The invite, or the address/, "48213-crossover-clockwork", "Enter");
  await answer(/a spoken code works/, "C-u", link.slice(0, -1), "Enter");
  await answer(/this invite is damaged, or cut/, "C-u", link, "Enter");
  await answer(/What are you called/, "C-u", "Bobby Guest", "Enter");
  await answer(/Enter a passphrase/, "Enter");
  await screen.until("the contact", /Alice is a contact/);
  const status = await guest.run(["status"], { env: { ASFALEIA_AGENT: "on" } });
  assert.ok(status.stdout.includes(address), "the relay is pinned as the link says");
  await screen.keys("C-c", "C-c", "C-c");
  await screen.until("its end", /ended with 0/);
  await guest.run(["agent", "stop"], { env: { ASFALEIA_AGENT: "on" } });
});

test("without a terminal it says what to do", async () => {
  const { code, stdout, stderr } = await place.run([]);
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /Usage: asfaleia/);
});
