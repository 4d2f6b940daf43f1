/** What the launcher checks before a relay starts, and the rights that are left to it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { run } from "../../packages/identity/test/oracle.ts";
import { fakeInstall, Place } from "./kit.ts";

/** Tries what a relay must not be able to do, and tells how it went. It stands where the program stands. */
const PROBE = `
import fs from "node:fs";
import net from "node:net";
import { parseArgs } from "node:util";
const outcome = async (what) => {
  try { await what(); return "done"; } catch (error) { return error.code ?? error.message; }
};
const { values } = parseArgs({ strict: false, options: { key: { type: "string" }, out: { type: "string" } } });
const folder = values.out;
const report = {
  write: await outcome(() => fs.writeFileSync(folder + "/written", "x")),
  append: await outcome(() => fs.openSync(values.key, "a")),
  mkdir: await outcome(() => fs.mkdirSync(folder + "/made")),
  unlink: await outcome(() => fs.unlinkSync(values.key)),
  sqlite: await outcome(async () => { const s = await import("node:sqlite"); new s.DatabaseSync(folder + "/db"); }),
  child: await outcome(async () => (await import("node:child_process")).execFileSync("/bin/true")),
  worker: await outcome(async () => { const w = await import("node:worker_threads"); new w.Worker("1", { eval: true }); }),
  addon: await outcome(() => process.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libm.so.6")),
  inspector: await outcome(async () => (await import("node:inspector")).open(0)),
  report: await outcome(() => process.report.writeReport(folder + "/report")),
  heap: await outcome(async () => (await import("node:v8")).writeHeapSnapshot(folder + "/heap")),
  other: await outcome(() => fs.readFileSync("/etc/passwd")),
  eval: await outcome(() => new Function("return 1")()),
  key: await outcome(() => fs.readFileSync(values.key)),
  code: await outcome(() => fs.readFileSync(new URL(import.meta.url))),
  socket: await outcome(() => new Promise((resolve, reject) => {
    const server = net.createServer().on("error", reject).listen(folder + "/probe.sock", () => server.close(resolve));
  })),
  umask: process.umask().toString(8),
  nodeVariables: Object.keys(process.env).filter((name) => name.startsWith("NODE_")),
  dump: process.argv.includes("--hold") ? process.pid : null,
};
console.log(JSON.stringify(report));
if (process.argv.includes("--hold")) setTimeout(() => {}, 60_000);
`;

test("the relay's process may read its code and its files, and can do nothing else to the machine", async () => {
  await using place = new Place();
  const launcher = fakeInstall(place, PROBE);
  const key = place.key("relay_key");
  const out = place.path("out");
  mkdirSync(out);
  const env = { NODE_OPTIONS: "--report-on-signal", NODE_V8_COVERAGE: place.path("coverage") };
  const running = place.start(["relay", "--key", key, "--out", out, "--hold"], { launcher, env });
  await running.says("}");
  const report = JSON.parse(running.stdout) as Record<string, unknown>;
  const denied = "ERR_ACCESS_DENIED";
  for (const what of ["write", "append", "mkdir", "unlink", "child", "worker", "report", "heap", "other"]) {
    assert.equal(report[what], denied, what);
  }
  assert.equal(report.sqlite, "ERR_UNKNOWN_BUILTIN_MODULE");
  assert.notEqual(report.addon, "done");
  assert.notEqual(report.inspector, "done");
  assert.match(String(report.eval), /Code generation from strings/);
  for (const what of ["key", "code", "socket"]) assert.equal(report[what], "done", what);
  assert.equal(report.umask, "77");
  assert.deepEqual(report.nodeVariables, []);
  assert.equal(running.stderr, "");
  if (process.platform === "linux") {
    assert.match(readFileSync(`/proc/${report.dump}/coredump_filter`, "utf8"), /^0+\n$/);
  }
  running.process.kill();
  await running.ended;
});

test("a probe that runs without the launcher can write: so the test above tests something", async () => {
  await using place = new Place();
  const launcher = fakeInstall(place, PROBE);
  const key = place.key("relay_key");
  mkdirSync(place.path("out"));
  const { stdout } = await place.run(["x", "--key", key, "--out", place.path("out")], { launcher });
  assert.equal((JSON.parse(stdout) as Record<string, unknown>).write, "done");
});

test("the relay does not run with rights it should not have", async () => {
  await using place = new Place();
  const main = new URL("../../packages/app/src/main.ts", import.meta.url).pathname;
  const end = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    const args = ["--conditions=asfaleia-source", main, "relay", "--listen", "127.0.0.1:0"];
    execFile(process.execPath, args, { env: place.environment() }, (error, _, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
  assert.equal(end.code, 2);
  assert.match(end.stderr, /takes the rights from it/);
});

for (const flag of ["key", "tls-key"]) {
  test(`--${flag} that others can read is refused, as OpenSSH does`, async () => {
    await using place = new Place();
    const key = place.key("k");
    chmodSync(key, 0o640);
    const { code, stdout, stderr } = await place.run(["relay", "--listen", "127.0.0.1:0", `--${flag}`, key]);
    assert.equal(code, flag === "key" ? 5 : 2);
    assert.equal(stdout, "");
    assert.match(stderr, /permissions 0640 are too open/);
  });
}

test("files that are missing, folders, or no keys are told of by their flag", async () => {
  await using place = new Place();
  const note = place.write("note", "not a key\n");
  const cases: [string[], number, RegExp][] = [
    [["--key", place.path("none")], 5, /--key .*no such file/],
    [["--key", place.folder], 5, /--key .*a folder/],
    [["--key", note], 5, /key/],
    [["--key", place.key("rsa", { type: "rsa", bits: 2048 })], 5, /ed25519/],
    [["--key", place.key("locked", { passphrase: "secret" })], 5, /no passphrase/],
    [["--members", place.path("none")], 2, /--members .*no such file/],
    [["--members", note], 5, /line 1/],
    [["--tls-cert", note], 2, /go together/],
    [["--tls-cert", note, "--tls-key", note], 2, /not a certificate/],
  ];
  for (const [args, expected, message] of cases) {
    const { code, stderr, stdout } = await place.run(["relay", "--listen", "127.0.0.1:0", ...args]);
    assert.equal(code, expected, `${args} ${stderr}`);
    assert.match(stderr, message);
    assert.equal(stdout, "");
  }
});

test("a key behind a symbolic link serves, and the address shows its fingerprint", async () => {
  await using place = new Place();
  const key = place.key("relay_key");
  symlinkSync(key, place.path("link"));
  const { address } = await place.relay(["--key", "link"]);
  const [, fingerprint] = run("ssh-keygen", ["-l", "-f", key]).split(" ");
  assert.equal(address.split("#")[1], fingerprint);
});

test("what cannot be listened on is told of", async () => {
  await using place = new Place();
  const { address } = await place.relay();
  const taken = /\/\/([^#]+)#/.exec(address)?.[1] ?? "";
  for (const [listen, message] of [
    [taken, /listens there already/],
    ["no colon either", /a host is/],
    ["127.0.0.1:99999", /a port is/],
    ["unix:relative.sock", /begins with/],
  ] as const) {
    const { code, stderr } = await place.run(["relay", "--listen", listen]);
    assert.equal(code, 2, listen);
    assert.match(stderr, message);
  }
});

test("a Unix socket is owner-only, gone after the end, and replaced where a relay has died on it", async () => {
  await using place = new Place();
  const socket = place.path("s.sock");
  const first = place.start(["relay", "--listen", `unix:${socket}`]);
  await first.says("ready");
  assert.match(first.stdout, /^listening asfaleia\+unix:\/.*#SHA256:/);
  assert.equal(statSync(socket).mode & 0o077, 0);

  const second = await place.run(["relay", "--listen", `unix:${socket}`]);
  assert.equal(second.code, 2);
  assert.match(second.stderr, /another relay listens/);

  first.process.kill("SIGKILL");
  await first.ended;
  assert.equal(lstatSync(socket).isSocket(), true);
  const third = place.start(["relay", "--listen", `unix:${socket}`]);
  await third.says("ready");
  third.process.kill("SIGTERM");
  assert.equal((await third.ended).code, 0);
  assert.equal(existsSync(socket), false);
});

test("what is not a dead socket of ours in a folder of ours is left alone", async () => {
  await using place = new Place();
  const file = place.write("file", "precious");
  const noSocket = await place.run(["relay", "--listen", `unix:${file}`]);
  assert.equal(noSocket.code, 2);
  assert.match(noSocket.stderr, /no socket/);
  assert.equal(readFileSync(file, "utf8"), "precious");

  mkdirSync(place.path("open"));
  chmodSync(place.path("open"), 0o755);
  const socket = place.path("open", "s.sock");
  const relay = place.start(["relay", "--listen", `unix:${socket}`]);
  await relay.says("ready");
  relay.process.kill("SIGKILL");
  await relay.ended;
  const again = await place.run(["relay", "--listen", `unix:${socket}`]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /remove it yourself/);
  assert.equal(existsSync(socket), true);

  const server = createServer().listen(place.path("busy.sock"));
  await once(server, "listening");
  const busy = await place.run(["relay", "--listen", `unix:${place.path("busy.sock")}`]);
  server.close();
  assert.equal(busy.code, 2);
});
