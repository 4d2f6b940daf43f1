/** Which key is ours, and how its passphrase is asked for. whoami shows it; ssh-keygen is the oracle. */
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, existsSync, rmSync } from "node:fs";
import { test } from "node:test";
import { missing, run, SshOracle } from "../../packages/identity/test/oracle.ts";
import { jsonLines, LAUNCHER, Place, type Running } from "./kit.ts";

function fingerprintOf(key: string): string {
  return run("ssh-keygen", ["-l", "-f", `${key}.pub`]).split(" ")[1] as string;
}

async function whoami(place: Place, args: string[] = [], env: Record<string, string> = {}) {
  const end = await place.run(["whoami", "--json", ...args], { env });
  assert.equal(end.code, 0, end.stderr);
  assert.equal(end.stderr, "");
  return jsonLines(end.stdout)[0] as Record<string, unknown>;
}

test("whoami shows the public key line, the fingerprint and the randomart of ssh-keygen", async () => {
  await using place = new Place();
  const key = place.key(place.ssh("id_ed25519"));
  const { stdout, code } = await place.run(["whoami"]);
  assert.equal(code, 0);
  const [line, fingerprint, ...art] = stdout.trimEnd().split("\n");
  assert.equal(line, run("cat", [`${key}.pub`]).trimEnd());
  const [summary, ...expected] = run("ssh-keygen", ["-lv", "-f", `${key}.pub`])
    .trimEnd()
    .split("\n");
  assert.equal(fingerprint, summary?.split(" ")[1]);
  assert.deepEqual(art, expected);
});

test("without an agent the default is id_ed25519, then id_ecdsa, then id_rsa", async () => {
  await using place = new Place();
  const rsa = place.key(place.ssh("id_rsa"), { type: "rsa", bits: 2048 });
  assert.equal((await whoami(place)).fingerprint, fingerprintOf(rsa));
  const ecdsa = place.key(place.ssh("id_ecdsa"), { type: "ecdsa" });
  const second = await whoami(place);
  assert.equal(second.fingerprint, fingerprintOf(ecdsa));
  assert.equal(second.letters, false);
  const ed25519 = place.key(place.ssh("id_ed25519"));
  const third = await whoami(place);
  assert.deepEqual(
    [third.fingerprint, third.file, third.agent, third.letters],
    [fingerprintOf(ed25519), ed25519, false, true],
  );
});

test("no key at all ends with 5 and tells how to make one", async () => {
  await using place = new Place();
  const { code, stderr } = await place.run(["whoami"]);
  assert.equal(code, 5);
  assert.match(stderr, /ssh-keygen -t ed25519/);
});

test("the agent's keys come first, one that is also a default file before the others", {
  skip: missing("ssh-agent"),
}, async () => {
  await using place = new Place();
  using oracle = new SshOracle();
  oracle.generate("other", { name: "ed25519", type: "ed25519" });
  const rsa = place.key(place.ssh("id_rsa"), { type: "rsa", bits: 2048 });
  place.key(place.ssh("id_ed25519"));
  const socket = await oracle.agent("other");
  const agentOnly = await whoami(place, [], { SSH_AUTH_SOCK: socket });
  assert.deepEqual(
    [agentOnly.fingerprint, agentOnly.file, agentOnly.agent],
    [fingerprintOf(oracle.path("other")), undefined, true],
  );
  run("ssh-add", ["-q", rsa], { env: { SSH_AUTH_SOCK: socket } });
  const both = await whoami(place, [], { SSH_AUTH_SOCK: socket });
  assert.deepEqual([both.fingerprint, both.file, both.agent], [fingerprintOf(rsa), rsa, true]);
  const fingerprint = fingerprintOf(rsa);
  rmSync(`${rsa}.pub`);
  const bare = await whoami(place, [], { SSH_AUTH_SOCK: socket });
  assert.deepEqual([bare.fingerprint, bare.file], [fingerprint, rsa]);
});

test("an agent that does not answer is passed over, as ssh does", async () => {
  await using place = new Place();
  const key = place.key(place.ssh("id_ed25519"));
  const found = await whoami(place, [], { SSH_AUTH_SOCK: place.path("nobody.sock") });
  assert.equal(found.fingerprint, fingerprintOf(key));
});

test("-i takes a private file, or a .pub whose private half is in the agent or beside it", {
  skip: missing("ssh-agent"),
}, async () => {
  await using place = new Place();
  using oracle = new SshOracle();
  oracle.generate("held", { name: "ed25519", type: "ed25519" });
  const socket = await oracle.agent("held");
  copyFileSync(oracle.path("held.pub"), place.path("held.pub"));
  const key = place.key("work");
  assert.equal((await whoami(place, ["-i", "work"])).fingerprint, fingerprintOf(key));
  const beside = await whoami(place, ["-i", "work.pub"]);
  assert.equal(beside.file, "work");
  const held = await whoami(place, ["-i", "held.pub"], { SSH_AUTH_SOCK: socket });
  assert.deepEqual([held.fingerprint, held.file], [fingerprintOf(oracle.path("held")), undefined]);
  // As ssh: a name whose public file only is there.
  const named = await whoami(place, ["-i", "held"], { SSH_AUTH_SOCK: socket });
  assert.equal(named.fingerprint, held.fingerprint);
  const nowhere = await place.run(["whoami", "-i", "held.pub"]);
  assert.equal(nowhere.code, 5);
  assert.match(nowhere.stderr, /neither in the ssh-agent nor beside it/);
});

test("a private file that others can read is refused", async () => {
  await using place = new Place();
  const key = place.key("work");
  chmodSync(key, 0o644);
  const { code, stderr } = await place.run(["whoami", "-i", key]);
  assert.equal(code, 5);
  assert.match(stderr, /permissions 0644 .* too open/);
});

test("files that are no keys end with 5", async () => {
  await using place = new Place();
  for (const [name, content] of [
    ["text", "hello"],
    ["empty", ""],
    ["long", "x".repeat(100_000)],
  ] as const) {
    const { code } = await place.run(["whoami", "-i", place.write(name, content)]);
    assert.equal(code, 5, name);
  }
  assert.equal((await place.run(["whoami", "-i", place.folder])).code, 5);
  assert.equal((await place.run(["whoami", "-i", "missing"])).code, 5);
});

test("a key with a passphrase tells its public half by the .pub file, without asking", async () => {
  await using place = new Place();
  const key = place.key(place.ssh("id_ed25519"), { passphrase: "secret" });
  assert.equal((await whoami(place)).fingerprint, fingerprintOf(key));
});

/** A key that has to be unlocked even for whoami: there is no public file beside it. */
function lockedKey(place: Place): { key: string; fingerprint: string } {
  const key = place.key("locked", { passphrase: "päss wörd" });
  const fingerprint = fingerprintOf(key);
  rmSync(`${key}.pub`);
  return { key, fingerprint };
}

test("nobody to ask ends with 5, and says what helps", async () => {
  await using place = new Place();
  const { key } = lockedKey(place);
  const { code, stderr, stdout } = await place.run(["whoami", "-i", key]);
  assert.deepEqual([code, stdout], [5, ""]);
  assert.match(stderr, /SSH_ASKPASS/);
});

test("askpass is used by the rules of OpenSSH", async () => {
  await using place = new Place();
  const { key, fingerprint } = lockedKey(place);
  const askpass = place.write(
    "askpass",
    `#!/bin/sh\nprintf '%s' "$1" > ${place.path("prompt")}\necho 'päss wörd'\n`,
    0o700,
  );
  const asked = { SSH_ASKPASS: askpass };
  for (const env of [
    { ...asked, SSH_ASKPASS_REQUIRE: "force" },
    { ...asked, DISPLAY: ":0" },
    { ...asked, DISPLAY: ":0", SSH_ASKPASS_REQUIRE: "prefer" },
  ]) {
    assert.equal((await whoami(place, ["-i", key], env)).fingerprint, fingerprint);
    assert.equal(run("cat", [place.path("prompt")]), `Enter passphrase for key '${key}': `);
    rmSync(place.path("prompt"));
  }
  for (const env of [asked, { ...asked, DISPLAY: ":0", SSH_ASKPASS_REQUIRE: "never" }]) {
    const { code } = await place.run(["whoami", "-i", key], { env });
    assert.equal(code, 5);
    assert.equal(existsSync(place.path("prompt")), false);
  }
});

test("askpass is asked three times; Cancel ends it at once", async () => {
  await using place = new Place();
  const { key } = lockedKey(place);
  const count = place.path("count");
  const wrong = place.write("wrong", `#!/bin/sh\necho x >> ${count}\necho wrong\n`, 0o700);
  const env = { SSH_ASKPASS: wrong, SSH_ASKPASS_REQUIRE: "force" };
  const end = await place.run(["whoami", "-i", key], { env });
  assert.equal(end.code, 5);
  assert.equal(run("cat", [count]), "x\nx\nx\n");
  const cancel = place.write("cancel", "#!/bin/sh\nexit 1\n", 0o700);
  assert.equal((await place.run(["whoami", "-i", key], { env: { ...env, SSH_ASKPASS: cancel } })).code, 5);
  assert.equal(
    (await place.run(["whoami", "-i", key], { env: { ...env, SSH_ASKPASS: "/nowhere" } })).code,
    5,
  );
});

const terminal = { skip: missing("script") };

test(
  "at a terminal the passphrase is asked for and not shown, whatever standard input is",
  terminal,
  async () => {
    await using place = new Place();
    const { key, fingerprint } = lockedKey(place);
    const running = place.atTerminal(["whoami", "-i", key]);
    await running.says(`Enter passphrase for key '${key}': `);
    running.process.stdin?.write("wrong\r");
    await running.says(/(Enter passphrase.*){2}/s);
    // A slip and its correction, in a character of two bytes.
    running.process.stdin?.write("päss wöö\x7frd\r");
    await running.says(fingerprint);
    assert.equal((await running.ended).code, 0);
    assert.doesNotMatch(running.stdout, /wrong|p.{1,2}ss w/);
  },
);

test("the terminal is as it was: after an answer, Ctrl-C, and a signal", terminal, async () => {
  await using place = new Place();
  const { key } = lockedKey(place);
  // Told by its number, so that it can be killed from outside.
  const asfaleia = `sh -c 'echo pid $$; exec "$0" "$@"' ${[process.execPath, LAUNCHER, "whoami", "-i", key].join(" ")}`;
  const script = `stty -a > before; ${asfaleia}; echo "code $?"; stty -a > after; cmp before after && echo same`;
  const endings: [(running: Running) => unknown, number][] = [
    [({ process }) => process.stdin?.write("päss wörd\r"), 0],
    [({ process }) => process.stdin?.write("half\x03"), 130],
    [({ process }) => process.stdin?.write("\x04"), 5],
    [(running) => process.kill(pidIn(running), "SIGTERM"), 143],
    [(running) => process.kill(pidIn(running), "SIGHUP"), 129],
    [(running) => process.kill(pidIn(running), "SIGQUIT"), 131],
    [(running) => process.kill(pidIn(running), "SIGINT"), 130],
  ];
  for (const [end, code] of endings) {
    const running = place.shellAtTerminal(script);
    await running.says("Enter passphrase");
    end(running);
    await running.says(`code ${code}`);
    await running.says("same");
    await running.ended;
  }
});

function pidIn({ stdout }: Running): number {
  return Number(/pid (\d+)/.exec(stdout)?.[1]);
}

test("a .pub file of another key is noticed before anything is signed", async () => {
  await using place = new Place();
  const key = place.key("one", { passphrase: "secret" });
  copyFileSync(`${place.key("two")}.pub`, `${key}.pub`);
  const askpass = place.write("askpass", "#!/bin/sh\necho secret\n", 0o700);
  const env = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force", ASFALEIA_RELAY: "127.0.0.1:1" };
  const { code, stderr } = await place.run(["letters", "get", "-i", key], { env });
  assert.equal(code, 5);
  assert.match(stderr, /of another key/);
});
