/**
 * Every way to become contacts by what one person hands to another: card, key, link, spoken code; and how each comes to
 * nothing. Keys that are looked up elsewhere are in adding-sources.test.ts; what the relay sees of links and codes is in
 * test/engine/relay-view.test.ts and codes-view.test.ts.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { BLACK_ON_WHITE, photographed, scanned } from "../../packages/app/test/qrkit.ts";
import { SECOND_WORDS } from "../../packages/client/test/code/internals.ts";
import { missing } from "../../packages/identity/test/oracle.ts";
import { RawFace } from "../agent/kit.ts";
import { assertHarmless } from "../kit/harmless.ts";
import { untraceable } from "../kit/trace.ts";
import { People, type Person, talk, talkAfterRequest, until } from "./addingkit.ts";
import { LAUNCHER, Place, shellWord } from "./kit.ts";

let house: Place;
let relay: string;

before(async () => {
  house = new Place();
  relay = (await house.relay()).address;
});
after(() => house[Symbol.asyncDispose]());

const people = () => new People(() => relay);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The link with another end: its last four bytes, in minutes (docs/messaging.md, "The link"). */
function ending(link: string, ends: number): string {
  const mark = link.indexOf("#") + 1;
  const payload = Buffer.from(link.slice(mark), "base64url");
  payload.writeUInt32BE(Math.floor(ends / MINUTE_MS), payload.length - 4);
  return link.slice(0, mark) + payload.toString("base64url");
}

/** The code with another word of the list. */
function wrong(code: string): string {
  const [number, first, second] = code.split("-");
  const other = SECOND_WORDS.find((word) => word !== second);
  return `${number}-${first}-${other}`;
}

describe("ways to become contacts", { concurrency: 2 }, () => {
  test("cards, as a file, as text and on standard input", async () => {
    await using all = people();
    const [alice, bob] = (await all.named("Alice", "Bob")) as [Person, Person];
    alice.write("bob.card", await bob.card());
    const { stdout } = await alice.ok(["add", "bob.card"]);
    assert.match(stdout, /^Bob is a contact\nSHA256:\S{43}\n\+--\[ED25519 256\]--\+\n/);
    await bob.ok(["add", "-", "--as", "alice"], { input: await alice.card() });
    await talk(alice, bob, { alice: "alice", bob: "Bob" });
    // The text itself; a card of somebody known changes nothing.
    const [again] = await bob.json(["add", await alice.card()]);
    assert.deepEqual([again?.name, again?.invite], ["alice", undefined]);
  });

  test("a key line, a .pub file, standard input, and authorized_keys with several keys of one person", async () => {
    await using all = people();
    const [alice, bob, carol] = (await all.named("Alice", "Bob", "Carol")) as [Person, Person, Person];
    const [added] = await alice.json(["add", bob.publicKey, "--as", "bob"]);
    assert.deepEqual([added?.name, added?.devices], ["bob", []]);
    await talkAfterRequest(alice, bob, "bob");

    const spare = carol.key("spare", { type: "ecdsa" });
    const line = readFileSync(`${spare}.pub`, "utf8");
    alice.write("authorized_keys", `# Carol's\n${line}from="10.0.0.1" ${carol.publicKey}\n`);
    const [several] = await alice.json(["add", "authorized_keys", "--as", "carol"]);
    assert.equal((several?.identities as unknown[] | undefined)?.length, 2);
    await talkAfterRequest(alice, carol, "carol");

    carol.write("bob.pub", `${bob.publicKey}\n`);
    assert.match((await carol.ok(["add", "bob.pub"])).stdout, /^key is a contact\n/);
    await bob.ok(["add", "-", "--as", "carol"], { input: carol.publicKey });
  });

  test("a link, as an argument and on standard input", async () => {
    await using all = people();
    const [alice, bob, carol] = (await all.named("Alice", "Bob", "Carol")) as [Person, Person, Person];
    const plain = await bob.ok(["invite"]);
    assert.match(plain.stderr, /^Good for one person until \S+Z\. They say: asfaleia add -\n$/);
    const added = await alice.ok(["add", plain.stdout.trim()]);
    assert.match(added.stdout, /^Bob is a contact\n/);
    assert.match(added.stderr, /^You are a contact of theirs as soon as they are online\.\n$/);
    await talk(alice, bob, { alice: "Alice", bob: "Bob" });

    // As it is pasted out of a window that has broken it.
    const link = await bob.invite("--as", "the third");
    const pasted = `  <${link.slice(0, 70)}${"\r\n".repeat(600)}  ${link.slice(70)}>\n`;
    await carol.ok(["add", "-", "--as", "bobby"], { input: pasted });
    await talk(carol, bob, { alice: "the third", bob: "bobby" });
    const listed = await bob.json(["invite", "list"]);
    assert.deepEqual(
      listed.map(({ id, uses, used, as, state }) => [id, uses, used, as, state]),
      [
        [1, 1, 1, undefined, "spent"],
        [2, 1, 1, "the third", "spent"],
      ],
    );
  });

  test("a spoken code, as an argument and on standard input", async () => {
    await using all = people();
    const [alice, bob, carol] = (await all.named("Alice", "Bob", "Carol")) as [Person, Person, Person];
    const first = await bob.offersCode();
    assert.match(first.code, /^[1-9]\d{4}-[a-z]+-[a-z]+$/);
    assert.match((await alice.ok(["add", first.code])).stdout, /^Bob is a contact\nSHA256:/);
    const ended = await first.running.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /\nAlice is a contact\nSHA256:\S{43}\n\+--/);
    await talk(alice, bob, { alice: "Alice", bob: "Bob" });

    // As it is typed after a telephone call.
    const second = await bob.offersCode("--as", "caroline");
    const typed = ` ${second.code.toUpperCase().replaceAll("-", " ")} \n`;
    await carol.ok(["add", "-", "--as", "bobby"], { input: typed });
    assert.equal((await second.running.ended).code, 0);
    await talk(carol, bob, { alice: "caroline", bob: "bobby" });
  });
});

describe("codes that come to nothing", { concurrency: 2 }, () => {
  test("wrong words: both sides see it, and the right ones come too late", async () => {
    await using all = people();
    const [alice, bob] = (await all.named("Alice", "Bob")) as [Person, Person];
    const { code, running } = await bob.offersCode();
    await alice.fails(5, /^asfaleia: the words were wrong, .* The code is used up; make a new one\n$/, [
      "add",
      wrong(code),
    ]);
    const offered = await running.ended;
    assert.deepEqual([offered.code, /the words were wrong/.test(offered.stderr)], [5, true]);
    await alice.fails(6, /there is no such code at this relay: it was used/, ["add", code]);
    assert.deepEqual([await alice.contacts(), await bob.contacts()], [[], []]);
  });

  test("what is no code, a name that cannot be, and a code of one's own use nothing up", async () => {
    await using all = people();
    const [alice, bob] = (await all.named("Alice", "Bob")) as [Person, Person];
    const { code, running } = await bob.offersCode();
    await alice.fails(2, /this is no code: a code is a number and two words/, ["add", code.slice(1)]);
    await alice.fails(2, /this is no code/, ["add", `${code}x`]);
    await alice.fails(2, /is the name of your own devices/, ["add", code, "--as", "me"]);
    await bob.fails(2, /this is a code of your own/, ["add", code]);
    await alice.ok(["add", code]);
    const { stdout } = await running.ended;
    // It is used now.
    await alice.fails(6, /no such code/, ["add", code]);
    assert.match(stdout, /Alice is a contact/);
  });

  test("Ctrl-C ends a code, without an agent too", async () => {
    await using all = people();
    const [alice, bob] = (await all.named("Alice", "Bob")) as [Person, Person];
    for (const more of [[], ["--no-agent"]]) {
      if (more.length > 0) await bob.ok(["agent", "stop"]);
      const { code, running } = await bob.offersCode(...more);
      running.process.kill("SIGINT");
      assert.equal((await running.ended).code, 130);
      // With an agent it is the agent that tells the relay.
      await until(async () => {
        const { code: exit, stderr } = await alice.run(["add", code]);
        assert.deepEqual([exit, /no such code|used up/.test(stderr)], [exit, true], stderr);
        return exit === 6;
      }, "the code is gone");
    }
    assert.deepEqual([await alice.contacts(), await bob.contacts()], [[], []]);
  });

  test("an agent that is killed takes its codes with it", async () => {
    await using all = people();
    const [alice, bob] = (await all.named("Alice", "Bob")) as [Person, Person];
    const { running } = await bob.offersCode();
    using face = await RawFace.at(bob.sockets()[0]);
    process.kill(Number((await face.ok("agent.hello")).pid), "SIGKILL");
    const ended = await running.ended;
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^asfaleia: the agent has hung up; asfaleia status tells how it is$/m);
    // Whoever tries it waits for an answer, for a minute at most (test/engine/codes.test.ts); another is had at once.
    const { code, running: next } = await bob.offersCode();
    await alice.ok(["add", "-"], { input: code });
    assert.equal((await next.ended).code, 0);
    assert.deepEqual([await alice.contacts(), await bob.contacts()], [["Bob"], ["Alice"]]);
  });

  test("a code of another relay takes --relay, which goes with nothing else", async () => {
    await using all = people();
    await using other = new Place();
    const { address } = await other.relay();
    const [alice, bob] = await Promise.all([
      all.add().init("--name", "Alice"),
      all.add(address).init("--name", "Bob"),
    ]);
    const { code, running } = await bob.offersCode();
    await alice.fails(6, /or it was made at another relay/, ["add", code]);
    await alice.fails(2, /--relay goes with a code/, ["add", bob.publicKey, "--relay", address]);
    await alice.fails(2, /./, ["add", code, "--relay", "https://nonsense"]);
    await alice.ok(["add", code, "--relay", address]);
    assert.equal((await running.ended).code, 0);
    await talk(alice, bob, { alice: "Alice", bob: "Bob" });
  });
});

describe("links that come to nothing", { concurrency: 2 }, () => {
  test("used by as many as it is for", async () => {
    await using all = people();
    const [alice, bob, carol, dave] = (await all.named("Alice", "Bob", "Carol", "Dave")) as [
      Person,
      Person,
      Person,
      Person,
    ];
    const link = await bob.invite("--uses", "2");
    await Promise.all([alice, carol].map((guest) => guest.ok(["add", link])));
    const spent = async () => (await bob.json(["invite", "list"]))[0]?.state === "spent";
    await until(spent, "two have used it");
    // The relay hears of it a moment later; whoever was faster hears it from Bob.
    await until(async () => (await dave.run(["add", link])).code === 6, "a third is refused");
    await dave.fails(6, /this invite was used already; ask for a new one/, ["add", link]);
    assert.deepEqual((await bob.contacts()).sort(), ["Alice", "Carol"]);
    // Who has used it may say it again.
    await alice.says("Bob", "still here");
    assert.equal((await bob.hears()).text, "still here");
  });

  test("ended, altered, cut, one's own", async () => {
    await using all = people();
    const [alice, bob] = (await all.named("Alice", "Bob")) as [Person, Person];
    const link = await bob.invite();
    const ended = ending(link, Date.now() - 24 * HOUR_MS);
    await alice.fails(6, /this invite has ended; ask for a new one/, ["add", ended]);
    // An end that was moved away is not the one that the invite was made with.
    const longer = ending(link, Date.now() + 8 * 24 * HOUR_MS);
    await alice.fails(6, /the relay has no such invite/, ["add", longer]);
    await alice.fails(2, /the invite link is damaged, or cut; copy all of it/, ["add", link.slice(0, -3)]);
    await alice.fails(2, /this is no invite link/, ["add", relay]);
    // What is no link to the letter is not taken for a file whose name would be repeated.
    for (const other of [link.replace("asfaleia", "Asfaleia"), `“${link}”`, `${link.toUpperCase()}`]) {
      const { stderr } = await alice.fails(2, /this is no invite link/, ["add", other]);
      assert.doesNotMatch(stderr, /127\.0\.0\.1/);
    }
    await bob.fails(2, /this is an invite of your own/, ["add", link]);
    for (const [expires, says] of [
      ["31d", /from a minute to 30 days/],
      ["soon", /expires/],
    ] as const)
      await bob.fails(2, says, ["invite", "--expires", expires]);
    await bob.fails(2, /./, ["invite", "--uses", "101"]);
    assert.deepEqual([await alice.contacts(), await bob.contacts()], [[], []]);
  });

  test("revoked, and the relay hears of it before a verb without an agent ends", async () => {
    await using all = people();
    const [alice, bob] = (await all.named("Alice", "Bob")) as [Person, Person];
    await bob.ok(["agent", "stop"]);
    bob.env = { ...bob.env, ASFALEIA_AGENT: "off" };
    await bob.fails(6, /^There are no invites; asfaleia invite makes one\.\n$/, ["invite", "list"]);
    const link = await bob.invite();
    await bob.fails(2, /Say its number/, ["invite", "revoke", "all"]);
    await bob.ok(["invite", "revoke", "1"]);
    await bob.fails(6, /there is no such invite/, ["invite", "revoke", "1"]);
    await alice.fails(6, /this invite has ended; ask for a new one/, ["add", link]);
    assert.equal((await bob.run(["invite", "list"])).code, 6);
  });

  test("a relay that is not there, and one that is another", async () => {
    await using all = people();
    await using other = new Place();
    const gone = await other.relay();
    const bob = await all.add(gone.address).init();
    const link = await bob.invite();
    gone.running.process.kill("SIGTERM");
    await gone.running.ended;
    const [alice] = (await all.named("Alice")) as [Person];
    await alice.fails(3, /./, ["add", link]);
    const elsewhere = link.replace(/^asfaleia:\/\/[^/]+/, relay.replace(/#.*$/, ""));
    await alice.fails(3, /./, ["add", elsewhere]);
    assert.deepEqual(await alice.contacts(), []);
  });
});

test("names: taken, blank, hostile, and like another's", async () => {
  await using all = people();
  const [alice, bob] = (await all.named("Alice", "Bob")) as [Person, Person];
  const keys = ["one", "two", "three"].map((name) => readFileSync(`${alice.key(name)}.pub`, "utf8").trim());
  const [one, two, three] = keys as [string, string, string];
  await alice.ok(["add", one, "--as", "anna"]);
  alice.write("bob.card", await bob.card());
  await alice.fails(2, /another contact has this name/, ["add", "bob.card", "--as", "Anna"]);
  for (const [name, says] of [
    ["  ", /at least one character/],
    ["\u2800", /cannot be seen/],
    ["bob\x1b[2J", /cannot be seen/],
    ["\u202ebob", /cannot be seen/],
    ["me", /your own devices/],
    ["ssh-ed25519 x", /look like a key/],
    ["github:bob", /fingerprint or an address/],
  ] as const) {
    const { stderr } = await alice.fails(2, says, ["add", two, "--as", name]);
    assertHarmless(stderr);
  }
  assert.deepEqual(await alice.contacts(), ["anna"]);

  const cyrillic = await alice.ok(["add", two, "--as", "\u0430nna"]);
  assert.match(
    cyrillic.stderr,
    /^Careful: "\u0430nna" looks like another contact, "anna" \(SHA256:\S{43}\)\. asfaleia contacts rename tells them apart\.\n$/,
  );
  assert.equal((await alice.ok(["add", three, "--as", "annabel"])).stderr, "");
  assert.equal((await alice.ok(["contacts", "rename", "\u0430nna", "hannah"])).stderr, "");
  assert.match((await alice.ok(["contacts", "rename", "hannah", "arnna"])).stderr, /^$/);
  assert.match((await alice.ok(["contacts", "rename", "annabel", "ann a"])).stderr, /^Careful: "ann a"/);
  await bob.ok(["add", "-", "--as", "alice"], { input: await alice.card() });
  await bob.says("alice", "hello");
  const request = await alice.request();
  const accepted = await alice.ok(["requests", "accept", String(request.contact), "--as", "a-n-n-a"]);
  assert.match(accepted.stderr, /^Careful: "a-n-n-a" looks like another contact, "anna"/);
});

test("a guest's own name that looks like another's", async () => {
  await using all = people();
  const [alice, bob] = (await all.named("Alice", "\u0430nna")) as [Person, Person];
  await alice.ok(["add", readFileSync(`${alice.key("one")}.pub`, "utf8").trim(), "--as", "anna"]);
  const link = await alice.invite();
  await alice.ok(["agent", "stop"]);
  const listening = alice.start(["listen", "--json", "--no-agent"]);
  await listening.says('"up":true');
  await bob.ok(["add", "-"], { input: link });
  await listening.says(/^Careful: "\u0430nna" looks like another contact, "anna"/m, "stderr");
  listening.process.kill("SIGINT");
  assert.equal((await listening.ended).code, 130);
});

test("what is added is told by what it is: nothing, a private key, nonsense, options of other ways", async () => {
  await using all = people();
  const [alice] = (await all.named("Alice")) as [Person];
  await alice.fails(2, /nothing came on standard input/, ["add", "-"], { input: " \n" });
  for (const [args, input] of [
    [["add", "key"], undefined],
    [["add", "-"], readFileSync(alice.path("key"))],
  ] as const) {
    const { stdout, stderr } = await alice.fails(5, /this is a private key: show it to nobody/, args, {
      ...(input === undefined ? {} : { input }),
    });
    assert.doesNotMatch(stdout + stderr, /BEGIN/);
  }
  await alice.fails(5, /./, ["add", "-"], { input: "hello, add me please\n" });
  await alice.fails(5, /no such file/, ["add", "bob.card"]);
  const authority = `cert-authority ${readFileSync(`${alice.key("authority")}.pub`, "utf8")}`;
  await alice.fails(5, /line 1 is the key of a certificate authority, not of a person/, ["add", "-"], {
    input: authority,
  });
  await alice.fails(2, /one at a time/, ["add", "12345", "crossover", "clockwork"]);
  await alice.fails(2, /go with github:NAME/, ["add", alice.publicKey, "--github-url", "https://x.test"]);
  await alice.fails(2, /this contact|your own|own device/, ["add", alice.publicKey]);
});

test("a key whose comment holds tabs, control sequences, or far too much", async () => {
  await using all = people();
  const [alice] = (await all.named("Alice")) as [Person];
  const bare = (name: string) =>
    readFileSync(`${alice.key(name)}.pub`, "utf8")
      .split(" ")
      .slice(0, 2)
      .join(" ");
  for (const [name, comment] of [
    ["tab", "tab\tat home"],
    ["NULU0000", "NUL\0"],
    ["long", `long ${"\x1b".repeat(7000)}`],
  ] as const) {
    for (const input of [
      `${bare(name)} ${comment}\r\n`,
      `${bare(`${name}2`)} ${comment}\n${bare(`${name}3`)}`,
    ]) {
      const { stdout, stderr } = await alice.ok(["add", "-"], { input });
      assertHarmless(stdout + stderr);
    }
  }
  assert.deepEqual(await alice.contacts(), ["tab", "tab-2", "NULU0000", "NULU0000-2", "long", "long-2"]);
});

describe("at a terminal", { concurrency: 2, skip: missing("script") || missing("zbarimg") }, () => {
  /** Runs a verb in a window of this size. @returns what is on its screen, line by line */
  async function inWindow(person: Person, columns: number, rows: number, args: string[]): Promise<string[]> {
    const verb = [process.execPath, LAUNCHER, ...args].map(shellWord).join(" ");
    const { code, stdout } = await person.shellAtTerminal(`stty cols ${columns} rows ${rows} && ${verb}`)
      .ended;
    assert.equal(code, 0, stdout);
    return stdout.split("\r\n");
  }

  const drawn = (lines: readonly string[]) => lines.flatMap((line) => BLACK_ON_WHITE.exec(line)?.[1] ?? []);

  test("the QR code of an invite is the link, all of it in sight", async () => {
    await using all = people();
    const [bob] = (await all.named("Bob")) as [Person];
    for (const [columns, rows] of [
      [200, 50],
      [80, 24],
    ] as const) {
      const lines = await inWindow(bob, columns, rows, ["invite"]);
      const code = drawn(lines);
      assert.equal(scanned(photographed(code, 0, 255, 0)), lines[0]);
      assert.match(String(lines[0]), /^asfaleia:\/\/127\.0\.0\.1:\d+\/i#[\w-]{92}$/);
      assert.ok(code.length < rows && code.every((line) => [...line].length <= columns));
      // Nothing below it but the prompt.
      assert.match(String(lines.at(-2)), BLACK_ON_WHITE);
    }
  });

  test("where it does not fit, it is left out, and what would help is said", async () => {
    await using all = people();
    const socket = house.path("relay").padEnd(80, "-");
    const running = house.start(["relay", "--listen", `unix:${socket}`]);
    await running.says(/^ready$/m);
    const address = /^listening (\S+)$/m.exec(running.stdout)?.[1] ?? "";
    const bob = await all.add(address).init("--name", "Bob");
    const lines = await inWindow(bob, 80, 24, ["invite"]);
    assert.deepEqual(drawn(lines), []);
    assert.match(lines.join("\n"), /A window of \d+ columns and \d+ rows would show it as a QR code too/);
  });

  test("verify shows both keys, and the number as a code and as digits, last", async () => {
    await using all = people();
    const [alice, bob] = (await all.named("Alice", "Bob")) as [Person, Person];
    await bob.ok(["add", "-", "--as", "alice"], { input: await alice.card() });
    const lines = await inWindow(bob, 80, 24, ["verify", "alice", "--confirm"]);
    assert.match(String(lines[0]), /^you +they$/);
    assert.match(String(lines[1]), /^\+--\[ED25519 256\]--\+ {2}\+--\[ED25519 256\]--\+$/);
    const digits = lines.filter((line) => /^(\d{5} ?){4}$/.test(line)).join(" ");
    assert.equal(scanned(photographed(drawn(lines), 0, 255, 0)), digits.replaceAll(" ", ""));
    assert.match(String(lines.at(-2)), /^alice is verified\.$/);
    const [, theirs] = await Promise.all([
      alice.ok(["add", "-", "--as", "bob"], { input: await bob.card() }),
      bob.ok(["verify", "alice"]),
    ]);
    assert.equal(theirs.stdout, (await alice.ok(["verify", "bob"])).stdout);
  });
});

test("a link or a code on standard input stands in no arguments and no environment, of no process", async (t) => {
  const reason = untraceable();
  if (reason !== undefined) return t.skip(reason);
  await using all = people();
  const [alice, bob] = (await all.named("Alice", "Bob")) as [Person, Person];
  const link = await bob.invite();
  const { code, running } = await bob.offersCode();
  for (const secret of [link, code]) {
    const trace = alice.path("trace");
    const args = ["-f", "-v", "-s", "4096", "-e", "trace=execve", "-o", trace];
    const traced = spawn("strace", [...args, process.execPath, LAUNCHER, "add", "-"], {
      env: alice.environment(),
      stdio: ["pipe", "ignore", "ignore"],
      cwd: alice.folder,
    });
    traced.stdin.end(secret);
    assert.deepEqual(await once(traced, "close"), [0, null]);
    const calls = readFileSync(trace, "utf8");
    assert.match(calls, /execve\(.*"add", "-"\]/);
    assert.equal(calls.includes(secret.slice(-20)), false);
  }
  assert.equal((await running.ended).code, 0);
});
