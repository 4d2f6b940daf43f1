/** Questions that are taken back, since somebody else has answered: what is seen of it at real terminals. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { missing } from "../../packages/identity/test/oracle.ts";
import { LAUNCHER, Place, shellWord } from "../cli/kit.ts";
import { Tmux } from "../kit/tmux.ts";
import { isAlive, Person, until } from "./kit.ts";

const needs = { skip: missing("tmux") };
const COMMAND = [process.execPath, LAUNCHER].map(shellWord).join(" ");
const QUESTION = /^Enter passphrase for the profile 'default':$/m;
const OVERLAY = /Passphrase/;
const READY = /Write, \/ for commands/;

let house: Place;
/** Protected by the passphrase `secret`. */
let alice: Person;

before(async () => {
  house = new Place();
  alice = await new Person((await house.relay()).address).initLocked("secret");
});
after(async () => {
  await alice[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

function open(program: readonly string[], env: Record<string, string> = {}): Promise<Tmux> {
  const environment = alice.environment({ LC_ALL: "C.UTF-8", ...env });
  return Tmux.open(program, { folder: alice.folder, columns: 80, rows: 24, env: environment });
}

/** A shell that runs a verb, and shows whatever reaches it. */
async function shellWithVerb(columns = 80): Promise<Tmux> {
  const screen = await open(["sh", "-c", `PS1='$ ' exec sh -i`]);
  await screen.until("the shell", /^\$/m);
  if (columns !== 80) await screen.resize(columns, 24);
  await screen.type(`clear; ${COMMAND} rpc key.get | wc -l; echo "ended"`);
  await screen.keys("Enter");
  return screen;
}

const ENDED = /^ended$/m;

test(
  "a verb's question vanishes from its terminal when another terminal has answered, and the verb goes on",
  needs,
  async () => {
    await using one = await shellWithVerb();
    await one.until("its question", QUESTION);
    await using other = await shellWithVerb();
    await other.until("its own question", QUESTION);
    await other.type("secret");
    await other.keys("Enter");
    const rows = await one.until("its end", ENDED);
    assert.doesNotMatch(rows.join("\n"), /passphrase/, "nothing is left of the question");
    // It is as if nobody had ever been asked.
    assert.deepEqual(rows.slice(0, 2), ["1", "ended"]);
    assert.match((await other.until("the end of the other", ENDED)).join("\n"), QUESTION);
    await alice.ok(["agent", "stop"]);
  },
);

test("in a narrow window all rows of the question vanish", needs, async () => {
  await using one = await shellWithVerb(20);
  await one.until("its question", /^Enter passphrase for$/m);
  await alice.ok(["status"], { env: alice.askpass("secret") });
  const rows = await one.until("its end", ENDED);
  assert.doesNotMatch(rows.join("\n"), /Enter|profile/);
  await alice.ok(["agent", "stop"]);
});

test(
  "what is typed on into a question that was taken back reaches neither the shell nor the screen",
  needs,
  async () => {
    await using one = await shellWithVerb();
    await one.until("its question", QUESTION);
    await one.type("touch half-a-");
    await alice.ok(["status"], { env: alice.askpass("secret") });
    // The other verb has ended, so the question here is over. The rest comes with Enter, as from somebody who types on.
    await one.type("passphrase");
    await one.keys("Enter");
    const rows = await one.until("its end", ENDED);
    assert.doesNotMatch(rows.join("\n"), /half|passphrase/);
    // The shell takes lines again, and has had none before this one.
    await one.type("echo $((20 + 3))");
    await one.keys("Enter");
    const last = await one.until("the shell", /^23$/m);
    assert.doesNotMatch(last.join("\n"), /half|passphrase|not found/);
    await alice.ok(["agent", "stop"]);
  },
);

test("an askpass program whose question is taken back is ended, and the verb goes on", async () => {
  const file = alice.path("askpass.pid");
  const program = alice.write("patient", `#!/bin/sh\necho $$ > '${file}'\nexec sleep 600\n`, 0o700);
  const env = { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: "force" };
  const asked = alice.start(["status"], { env });
  await until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"), "it is not asked");
  const pid = Number(readFileSync(file, "utf8"));
  await alice.ok(["status"], { env: alice.askpass("secret") });
  const { code, stderr } = await asked.ended;
  assert.deepEqual([code, stderr], [0, ""]);
  await until(() => !isAlive(pid), "the program lives on");
  await alice.ok(["agent", "stop"]);
});

test("the question on the chat's screen vanishes too", needs, async () => {
  await alice.ok(["status"], { env: alice.askpass("secret") });
  await using chat = await open(["sh", "-c", `exec ${COMMAND}`]);
  await chat.until("the chat", READY);
  await alice.ok(["agent", "stop"]);
  await chat.until("the question", OVERLAY);
  await alice.ok(["status"], { env: alice.askpass("secret") });
  const rows = await chat.until("the chat again", (lines) => !OVERLAY.test(lines.join("\n")));
  assert.match(rows.join("\n"), READY);

  // Once more, with half a passphrase typed: the other half is no message.
  await alice.ok(["agent", "stop"]);
  await chat.until("the question", OVERLAY);
  await chat.type("half-a-");
  await chat.until("what is typed", /\(hidden\)/);
  await alice.ok(["status"], { env: alice.askpass("secret") });
  await chat.until("what became of it", /answered elsewhere/);
  await chat.type("passphrase");
  await chat.keys("Enter");
  const after = await chat.until("the chat again", (lines) => !OVERLAY.test(lines.join("\n")));
  assert.match(after.join("\n"), READY);
  assert.doesNotMatch(after.join("\n"), /half|passphrase/);
  await chat.type("typed now");
  await chat.until("what is typed now", /› typed now/);
  await alice.ok(["agent", "stop"]);
});

test(
  "a chat that is asked before its screen is there opens when another terminal has answered",
  needs,
  async () => {
    for (const [words, ready] of [
      ["", READY],
      ["--plain", /\S/],
    ] as const) {
      await using chat = await open(["sh", "-c", `exec ${COMMAND} ${words}`]);
      await chat.until("the question", QUESTION);
      await alice.ok(["status"], { env: alice.askpass("secret") });
      const rows = await chat.until("the chat", (lines) => {
        const text = lines.join("\n");
        return ready.test(text) && !QUESTION.test(text);
      });
      assert.doesNotMatch(rows.join("\n"), QUESTION);
      await alice.ok(["agent", "stop"]);
    }
  },
);
