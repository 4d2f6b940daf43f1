/**
 * The main job, from nothing: two OpenSSH keys, a relay, and Alice and Bob talk in a session, through a restart of the relay, and
 * a picture goes over. Shows what each of them saw, and what the relay was told: both reach it through a tap on the plain
 * line of its Unix socket. Everything lies in one folder that is gone at the end.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { drawPicture } from "./picture.ts";

const ASFALEIA = fileURLToPath(new URL("../packages/app/bin/asfaleia.js", import.meta.url));
const FIRST = "Bob, the relay forgets this as soon as you have it. Alice";
const SECOND = "The relay is about to lose its memory.";
/** SEND, in lines of the protocol. */
const SEND = "3;";
const ENVELOPE_KIB = [4, 16, 64, 256];

const folder = mkdtempSync(join(tmpdir(), "asfaleia-demo-"));
const at = (name: string) => join(folder, name);
const children = new Set<ChildProcess>();
let tap: Server | undefined;
try {
  await demo();
} finally {
  for (const child of children) child.kill("SIGKILL");
  tap?.close();
  rmSync(folder, { recursive: true, force: true });
}

async function demo(): Promise<void> {
  say("Two OpenSSH keys, made with ssh-keygen. They are the accounts. And one for the relay.");
  for (const name of ["alice", "bob", "relay_key"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", at(name)]);
  }

  say("A relay. It may not write to the disk, and is told to be silent but for its address.");
  let relay = await startRelay();
  const seen: string[] = [];
  const tapped = await tapInto(seen, relay.fingerprint);

  say(
    "Alice and Bob become people: each machine is a device, certified by the SSH key. Their cards stay off the relay.",
  );
  for (const name of ["alice", "bob"]) {
    await asfaleia(name, ["init", "-i", at(name), "--relay", tapped, "--no-passphrase", "--publish", "off"]);
    await asfaleia(name, ["config", "delays", "0"]);
    writeFileSync(at(`${name}.card`), await asfaleia(name, ["card"], { isQuiet: true }));
  }
  await asfaleia("alice", ["add", at("bob.card"), "--as", "bob"]);
  await asfaleia("bob", ["add", at("alice.card"), "--as", "alice"]);

  say(
    "They talk. The first message sets up the session, and the answer gives each side a mailbox of its own.",
  );
  await asfaleia("alice", ["send", "bob", FIRST]);
  assert.ok((await asfaleia("bob", ["listen", "--count", "1", "--timeout", "60"])).includes(FIRST));
  await asfaleia("bob", ["send", "alice", "Nothing keeps it but you and me."]);
  await asfaleia("alice", ["listen", "--count", "1", "--timeout", "60"]);

  say("Alice writes while Bob is away, and the relay is killed: what it held is gone.");
  await asfaleia("alice", ["send", "bob", SECOND]);
  await relay.kill();
  relay = await startRelay();
  say(
    "Alice's side notices that it is another run of the relay, and sends again what Bob has not confirmed.",
  );
  const listening = start("alice", ["listen"]);
  assert.ok((await asfaleia("bob", ["listen", "--count", "1", "--timeout", "60"])).includes(SECOND));

  say("Bob sends a picture: offered, asked for, sent in parts, checked whole.");
  listening.kill("SIGTERM");
  await once(listening, "exit");
  const picture = drawPicture();
  writeFileSync(at("cat.png"), picture);
  const saving = start("alice", ["listen", "--save", at("pictures")]);
  await asfaleia("bob", ["send", "alice", "--file", at("cat.png"), "--wait", "delivered", "--timeout", "60"]);
  saving.kill("SIGTERM");
  await once(saving, "exit");
  const [saved] = readdirSync(at("pictures"));
  assert.ok(saved !== undefined, "Alice has a picture");
  assert.ok(readFileSync(join(at("pictures"), saved)).equals(picture), "the picture is another one");
  console.log(`  The picture is byte for byte the same: ${picture.length} bytes.`);
  await asfaleia("alice", ["history", "bob"]);

  say("What the relay was told in all this. The last lines of it:");
  for (const line of seen.slice(-12)) console.log(`  ${line.split(";").map(shortened).join(";")}`);
  showEnvelopes(seen);
  relay.stop();
  await relay.ended;
  say("All of it held. The keys and profiles of this demo are gone with their folder.");
}

/** No key, no name and no word of anybody, and envelopes of four sizes. */
function showEnvelopes(seen: readonly string[]): void {
  const all = seen.join("\n");
  for (const name of ["alice", "bob"]) {
    const key = readFileSync(at(`${name}.pub`), "utf8").split(" ")[1] as string;
    assert.ok(!all.includes(key), "the relay saw an SSH key");
  }
  assert.ok(!all.includes("forgets") && !all.includes("memory"), "the relay saw a text");
  const sent = seen.filter((line) => line.startsWith(SEND)).map((line) => line.split(";"));
  const sizes = sent.map((fields) => Buffer.from(fields.at(-1) ?? "", "base64").length / 1024);
  assert.ok(
    sizes.every((size) => ENVELOPE_KIB.includes(size)),
    "an envelope of another size",
  );
  const receivers = new Set(sent.map((fields) => fields.at(-2)));
  const senders = new Set(sent.map((fields) => fields[1]));
  console.log(
    `  ${sent.length} envelopes of ${[...new Set(sizes)].sort((a, b) => a - b).join(", ")} KiB, from ${senders.size} throwaway keys to ${receivers.size} mailboxes. No SSH key, no name, no word.`,
  );
}

interface Ran {
  readonly isQuiet?: boolean;
}

/** Runs a command as somebody would, shows it, and checks that it went well. @returns what it printed */
async function asfaleia(
  who: string,
  args: readonly string[],
  { isQuiet = false }: Ran = {},
): Promise<string> {
  console.log(`  ${who}$ asfaleia ${args.map(shortened).join(" ")}`);
  const child = run(who, args);
  const lines: string[] = [];
  assert.ok(child.stdout);
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (!isQuiet) console.log(`    ${line.replaceAll(`${folder}/`, "")}`);
  }
  const status = child.exitCode ?? (await once(child, "exit"))[0];
  assert.equal(status, 0, `asfaleia ${args[0]} ended with ${status}`);
  return `${lines.join("\n")}\n`;
}

/** A command that goes on in the background. */
function start(who: string, args: readonly string[]): ChildProcess {
  console.log(`  ${who}$ asfaleia ${args.map(shortened).join(" ")} &`);
  const child = run(who, args);
  child.stdout?.resume();
  return child;
}

function run(who: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, ASFALEIA_HOME: at(`home-${who}`), ASFALEIA_AGENT: "off", NO_COLOR: "1" };
  return remember(
    spawn(process.execPath, [ASFALEIA, ...args], { env, stdio: ["ignore", "pipe", "inherit"] }),
  );
}

function remember(child: ChildProcess): ChildProcess {
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

interface DemoRelay {
  readonly fingerprint: string;
  readonly ended: Promise<unknown>;
  stop(): void;
  kill(): Promise<void>;
}

async function startRelay(): Promise<DemoRelay> {
  const args = ["relay", "--key", at("relay_key"), "--listen", `unix:${at("relay.sock")}`];
  console.log(`  $ asfaleia ${args.map(shortened).join(" ")}`);
  const child = remember(
    spawn(process.execPath, [ASFALEIA, ...args], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  const ended = once(child, "exit");
  assert.ok(child.stdout);
  let fingerprint = "";
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(`    ${line.replaceAll(`${folder}/`, "")}`);
    if (line === "ready") break;
    fingerprint = line.slice(line.indexOf("#") + 1);
  }
  assert.ok(fingerprint !== "", "the relay did not start");
  return {
    fingerprint,
    ended,
    stop: () => void child.kill("SIGTERM"),
    async kill() {
      child.kill("SIGKILL");
      await ended;
      rmSync(at("relay.sock"), { force: true });
    },
  };
}

/** Stands between everybody and the relay's Unix socket, and notes each line that the relay is told. */
async function tapInto(seen: string[], fingerprint: string): Promise<string> {
  const path = at("tap.sock");
  tap = createServer((client) => {
    const server = connect(at("relay.sock"));
    const lines = createInterface({ input: client });
    lines.on("line", (line) => seen.push(line)).on("error", () => {});
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on("error", () => socket.destroy());
    server.on("close", () => client.destroy());
    client.on("close", () => server.destroy());
  });
  tap.listen(path);
  await once(tap, "listening");
  return `asfaleia+unix:${path}#${fingerprint}`;
}

function shortened(text: string): string {
  const bare = text.replaceAll(`${folder}/`, "");
  return bare.length <= 60 || bare.includes(" the ")
    ? bare
    : `${bare.slice(0, 36)}… (${bare.length} characters)`;
}

function say(text: string): void {
  console.log(`\n${text}`);
}
