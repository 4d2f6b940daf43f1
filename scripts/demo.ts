/**
 * The main job, from nothing: two OpenSSH keys, a relay, and Alice writes Bob a text and a picture. Shows what each of them saw,
 * and what the relay did, through a tap on the plain line between Alice and it. Everything lies in one folder that is gone at the end.
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
import { parseAddress } from "@asfaleia/protocol";
import { drawPicture } from "./picture.ts";

const NOTHING_THERE = 6;
const ASFALEIA = fileURLToPath(new URL("../packages/app/bin/asfaleia.js", import.meta.url));
const TEXT = "Bob, the relay forgets this as soon as you have it. Alice";

const folder = mkdtempSync(join(tmpdir(), "asfaleia-demo-"));
const at = (name: string) => join(folder, name);
let relay: ChildProcess | undefined;
let tap: Server | undefined;
try {
  await demo();
} finally {
  relay?.kill("SIGKILL");
  tap?.close();
  rmSync(folder, { recursive: true, force: true });
}

async function demo(): Promise<void> {
  say("Two OpenSSH keys, made with ssh-keygen. They are the accounts.");
  for (const name of ["alice", "bob"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", at(name)]);
    await asfaleia(["whoami", "-i", at(name)]);
  }

  say("A relay. It may not write to the disk, and is told to be silent but for its addresses.");
  const { tcp, unix, stop } = await startRelay();
  const seen: string[] = [];
  const tapped = await tapInto(unix, seen);

  say("Alice writes Bob a text and sends a picture: two letters, sealed to Bob's SSH key.");
  const picture = drawPicture();
  writeFileSync(at("cat.png"), picture);
  const bob = readFileSync(at("bob.pub"), "utf8").trim();
  await asfaleia([
    "send",
    "--letter",
    "-i",
    at("alice"),
    "--relay",
    tapped,
    bob,
    TEXT,
    "--file",
    at("cat.png"),
  ]);

  say(
    "What the relay saw of it. Letters go under a key drawn for the run; inside the envelopes is nothing it can read.",
  );
  for (const line of seen) console.log(`  ${line}`);
  const all = seen.join("\n");
  assert.equal(seen.filter((line) => line.startsWith("3;")).length, 2, "the relay was sent two envelopes");
  assert.ok(
    !all.includes(readFileSync(at("alice.pub"), "utf8").split(" ")[1] as string),
    "the relay saw Alice's key",
  );
  assert.ok(!all.includes("forgets"), "the relay saw the text");

  say("Bob fetches his letters, over TLS.");
  const shown = await asfaleia(["letters", "get", "-i", at("bob"), "--relay", tcp, "--save", at("letters")]);
  assert.ok(shown.includes(TEXT), "Bob was shown the text");
  const saved = readdirSync(at("letters")).find((name) => name.endsWith(".png"));
  assert.ok(saved, "Bob has a picture");
  const received = readFileSync(join(at("letters"), saved));
  assert.ok(received.equals(picture), "the picture is not the one that was sent");
  console.log(`  The picture is byte for byte the same: ${received.length} bytes.`);

  say("He looks again: the relay has nothing any more.");
  await asfaleia(["letters", "get", "-i", at("bob"), "--relay", tcp], NOTHING_THERE);

  await stop();
  say("All of it held. The keys and letters of this demo are gone with their folder.");
}

/** Runs a command as a user would, shows it, and checks how it ended. @returns what it printed */
async function asfaleia(args: readonly string[], code = 0): Promise<string> {
  console.log(`  $ asfaleia ${args.map(shortened).join(" ")}`);
  const env = { ...process.env, ASFALEIA_HOME: at("home"), NO_COLOR: "1" };
  const child = spawn(process.execPath, [ASFALEIA, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    console.log(`    ${line.replaceAll(`${folder}/`, "")}`);
  }
  const status = child.exitCode ?? (await once(child, "exit"))[0];
  assert.equal(status, code, `asfaleia ${args[0]} ended with ${status} instead of ${code}`);
  return lines.join("\n");
}

async function startRelay(): Promise<{ tcp: string; unix: string; stop: () => Promise<void> }> {
  const listen = ["--listen", "127.0.0.1:0", "--listen", `unix:${at("relay.sock")}`];
  console.log("  $ asfaleia relay --listen 127.0.0.1:0 --listen unix:relay.sock");
  const child = spawn(process.execPath, [ASFALEIA, "relay", ...listen], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  relay = child;
  let errors = "";
  child.stderr.on("data", (text: Buffer) => {
    errors += text;
  });
  const addresses: string[] = [];
  const output = createInterface({ input: child.stdout });
  for await (const line of output) {
    console.log(`    ${line.replaceAll(`${folder}/`, "")}`);
    if (line === "ready") break;
    addresses.push(line.replace("listening ", ""));
  }
  const [tcp, unix] = addresses;
  assert.ok(tcp && unix, `the relay did not start: ${errors}`);
  return {
    tcp,
    unix,
    async stop() {
      child.kill("SIGTERM");
      const [code] = await once(child, "exit");
      assert.equal(code, 0, "the relay stopped in good order");
      console.log(
        `  The relay was asked to stop and did. On its error output stood: ${errors.trim() || "nothing"}`,
      );
    },
  };
}

/** Stands between a client and the relay's Unix socket, and notes each line that passes. */
async function tapInto(address: string, seen: string[]): Promise<string> {
  const place = parseAddress(address);
  assert.ok(place.transport === "unix");
  const path = at("tap.sock");
  tap = createServer((client) => {
    const server = connect(place.path);
    createInterface({ input: client }).on("line", (line) =>
      seen.push(line.split(";").map(shortened).join(";")),
    );
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on("error", () => socket.destroy());
  });
  tap.listen(path);
  await once(tap, "listening");
  return `asfaleia+unix:${path}#${place.fingerprint}`;
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
