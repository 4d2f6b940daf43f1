/**
 * How long whole commands take, from the start of the process to its end: what a person waits for.
 *
 *     npm run bench:startup        RUNS=20 in the environment takes so many of each
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const RUNS = Number(process.env.RUNS ?? 20);
const LAUNCHER = fileURLToPath(new URL("../packages/app/bin/asfaleia.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "asfaleia-bench-"));

/** Each has a home, a key and an agent of its own. */
function person(name: string): { env: NodeJS.ProcessEnv; run(...args: string[]): void } {
  const home = join(folder, name);
  const runtime = join(home, "run");
  mkdirSync(join(home, ".ssh"), { recursive: true, mode: 0o700 });
  mkdirSync(runtime, { mode: 0o700 });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(home, ".ssh", "id_ed25519")]);
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: home,
    ASFALEIA_HOME: join(home, "asfaleia"),
    XDG_RUNTIME_DIR: runtime,
    LANG: "C.UTF-8",
  };
  return {
    env,
    run: (...args) => void execFileSync(process.execPath, [LAUNCHER, ...args], { env, stdio: "ignore" }),
  };
}

async function main(): Promise<void> {
  const relay = spawn(process.execPath, [LAUNCHER, "relay", "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const people = [person("alice"), person("bob")] as const;
  try {
    const address = await listening(relay);
    const [alice, bob] = people;
    for (const { run } of people) run("init", "--relay", address, "--no-passphrase");
    const card = execFileSync(process.execPath, [LAUNCHER, "card"], { env: bob.env, input: "" });
    execFileSync(process.execPath, [LAUNCHER, "add", "-", "--as", "bob"], { env: alice.env, input: card });
    alice.run("send", "bob", "the first");
    report("--version", time(alice.env, ["--version"]));
    report("--help", time(alice.env, ["--help"]));
    report("contacts, agent running", time(alice.env, ["contacts"]));
    report("send, agent running", time(alice.env, ["send", "bob", "hello"]));
    alice.run("agent", "stop");
    report("contacts --no-agent", time(alice.env, ["contacts", "--no-agent"]));
    report(
      "contacts, starting the agent",
      time(alice.env, ["contacts"], () => alice.run("agent", "stop")),
    );
  } finally {
    for (const { env } of people)
      spawnSync(process.execPath, [LAUNCHER, "agent", "stop"], { env, stdio: "ignore" });
    relay.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds of each run, after one that is not counted. @param afterwards not counted either */
function time(env: NodeJS.ProcessEnv, args: readonly string[], afterwards: () => void = () => {}): number[] {
  const once = (): number => {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, [LAUNCHER, ...args], { env, stdio: "ignore" });
    const took = performance.now() - start;
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`);
    afterwards();
    return took;
  };
  once();
  return Array.from({ length: RUNS }, once);
}

function report(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0);
  console.log(`${what.padEnd(30)} median ${at(0.5)} ms, least ${at(0)} ms, most ${at(1)} ms`);
}

function listening(relay: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    relay.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const address = /^listening (\S+)$/m.exec(text)?.[1];
      if (address !== undefined && /^ready$/m.test(text)) resolve(address);
    });
    relay.on("exit", () => reject(new Error("the relay has ended")));
  });
}

await main();
