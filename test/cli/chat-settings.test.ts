/** Settings in the chat, with a real agent: checked as `asfaleia config` checks them, and the same afterwards. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { missing } from "../../packages/identity/test/oracle.ts";
import { Person, until } from "../agent/kit.ts";
import { Chat } from "../hostile-contacts/kit.ts";
import { Place } from "./kit.ts";

test("settings of the chat are those of the verb, with its errors", { skip: missing("script") }, async () => {
  await using house = new Place();
  const { address } = await house.relay();
  await using alice = await new Person(address).init();
  await using chat = new Chat(alice);
  await chat.shows("Write, /");
  for (const [line, error] of [
    ["expiry 0", "this setting takes days, 1 to 365"],
    ["notify loudly", "this setting takes name, bare, off"],
    ["downloads here", "this setting takes the whole path of a folder"],
    ["colour red", 'there is no setting "colour"'],
  ]) {
    const [name, value] = String(line).split(" ");
    const verb = await alice.run(["config", String(name), String(value)]);
    if (name !== "colour") assert.ok(verb.stderr.includes(String(error)), verb.stderr);
    chat.types(`/config ${line}\r`);
    await chat.shows(String(error));
  }
  chat.types("/config expiry 7\r");
  await chat.shows("expiry: 7");
  chat.types("/config\r");
  await chat.shows(/expiry +7\n/);
  chat.types("receipts\r");
  await chat.shows(/• off +as it is/);
  chat.types("\x1b[A\r");
  await chat.shows("receipts: on");
  const set = new Map((await alice.json(["config"])).map(({ key, value }) => [key, value]));
  assert.deepEqual([set.get("expiry"), set.get("receipts"), set.get("notify")], ["7", "on", "name"]);
});

test("the program that the chat tells with is told of whom, while the terminal is not looked at", {
  skip: missing("script"),
}, async () => {
  await using house = new Place();
  const { address } = await house.relay();
  await using alice = await new Person(address).init();
  await using bob = await new Person(address).init();
  await bob.ok(["add", "-", "--as", "alice"], { input: (await alice.ok(["invite"])).stdout });
  await using chat = new Chat(alice);
  await chat.shows("Write, /");
  const told = alice.path("told");
  const program = alice.write("tell.sh", `#!/bin/sh\ncat >>'${told}'\n`, 0o700);
  chat.types(`/config notify-program ${alice.path("none")}\r`);
  await chat.shows("there is no such program");
  chat.types(`/config notify-program ${program}\r`);
  await chat.shows("notify-program: /");
  // The terminal has lost the focus.
  chat.types("\x1b[O");
  await bob.ok(["send", "alice", "hello there"]);
  await until(() => existsSync(told) && readFileSync(told, "utf8").endsWith("\n"), "it is told");
  const { text } = JSON.parse(readFileSync(told, "utf8"));
  assert.match(text, /^a message( from \S+)?$/);
  assert.ok(!chat.pty.bytes.includes(7), "the terminal is not told too");
});
