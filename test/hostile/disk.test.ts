/**
 * Nothing on disk: what the kernel sees of a relay under load, and what its process may do (issue 2; docs/threat-model.md).
 * Two proofs that do not trust each other: no such call was made, and no such call would be let through.
 */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fingerprint } from "@asfaleia/identity";
import { drawEd25519 } from "../../packages/identity/test/keys.ts";
import { type Client, codeOf, nameOf, until } from "../../packages/relay/test/kit.ts";
import { noise, RelayProcess } from "./kit.ts";

/** What could make, change or remove a file, or put memory where a file is. */
const TRACED = [
  "%file",
  "%process",
  ...[
    "memfd_create",
    "memfd_secret",
    "open_by_handle_at",
    "mmap",
    "ftruncate",
    "fallocate",
    "fchmod",
    "fchown",
  ],
  ...["fsetxattr", "fremovexattr", "futimesat", "io_uring_setup", "copy_file_range", "shmget", "mq_open"],
];

/** Opening for anything but reading. */
const WRITING_OPEN = /\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b/;
/** Calls that write by their nature, whatever their arguments. */
const WRITING_CALL =
  /^(creat|mkdir|mknod|rename|unlink|rmdir|link|symlink|chmod|lchown|chown|fchmod|fchown|truncate|ftruncate|fallocate|utime|futimesat|setxattr|lsetxattr|fsetxattr|removexattr|lremovexattr|fremovexattr|memfd_|open_by_handle_at|copy_file_range|mount|umount|pivot_root|swapon|acct|shmget|mq_open|quotactl)/;

/**
 * What goes through a ring of io_uring is hidden from a trace. libuv has two kinds: one through which it tells epoll what to
 * watch, and one for files, which it makes only where UV_USE_IO_URING asks for it, with IORING_SETUP_SQPOLL. The first is
 * made with no flag, or from Linux 6.6 on with IORING_SETUP_NO_SQARRAY, 0x10000 (uv__platform_loop_init in linux.c).
 */
const WATCHING_RING = /^io_uring_setup\([0-9]+, \{flags=(0|0x10000\b[^,]*|IORING_SETUP_NO_SQARRAY), /;

/** Why nothing can be traced here; undefined where it can. Under CI=true it must be. */
function untraceable(): string | undefined {
  if (process.platform !== "linux" && process.env.CI !== "true") return "only Linux has strace";
  const { error, status, stderr } = spawnSync("strace", ["-o", "/dev/null", "true"], { encoding: "utf8" });
  if (!error && status === 0) return undefined;
  const reason = error ? "strace is not installed" : `strace may not trace here: ${stderr.trim()}`;
  assert.notEqual(process.env.CI, "true", reason);
  return reason;
}

/** The calls of a traced process, without its number, in their order. */
function callsIn(trace: string): string[] {
  return trace
    .split("\n")
    .map((line) => line.replace(/^[0-9]+ +/, ""))
    .filter((line) => line !== "" && !line.startsWith("<...") && !line.startsWith("---"));
}

/** Those calls that could leave something behind. */
function writingCalls(calls: readonly string[]): string[] {
  return calls.filter((call) => {
    const name = /^[a-z0-9_]+/.exec(call)?.[0] ?? "";
    if (WRITING_CALL.test(name)) return true;
    if (/^open/.test(name)) return WRITING_OPEN.test(call);
    if (name === "io_uring_setup") return !WATCHING_RING.test(call);
    // Shared and writable memory of a file writes the file; that of a ring is at these two places (io_uring_setup(2)).
    const isShared = /^mmap/.test(name) && /PROT_WRITE/.test(call) && /MAP_SHARED/.test(call);
    return isShared && !/MAP_ANON|MAP_POPULATE, [0-9]+, (0|0x10000000)\) /.test(call);
  });
}

/** Everything that people and others do to a relay, for a while. */
async function load(relay: RelayProcess): Promise<void> {
  const open = new Set<Client>();
  const connect = async (kind: "plain" | "tls") => {
    const client = await relay[kind]();
    open.add(client);
    return client;
  };
  for (const kind of ["plain", "tls"] as const) {
    const [alice, bob] = [await connect(kind), await connect(kind)];
    const bobKey = drawEd25519();
    const mailbox = fingerprint(bobKey.publicKey);
    const [aliceToken, bobToken] = [await alice.prove(), await bob.prove(bobKey)];
    const lines = (bytes: number, count: number) =>
      Array.from({ length: count }, () => `3;${aliceToken};${mailbox};${noise(bytes)}`);
    for (const [bytes, count] of [
      [1024, 2000],
      [64 * 1024, 60],
      [256 * 1024, 20],
    ] as const) {
      alice.write(...lines(bytes, count));
      for (let i = 0; i < count; i++) assert.match(await alice.line(), /^103;/);
    }
    assert.equal((await bob.askRun(`4;${bobToken}`)).at(-1), "105;2080");
    bob.write(`5;${bobToken};1000`);
    await bob.line();
    for (const line of lines(1024, 200)) {
      assert.match(await alice.ask(line), /^103;/);
      const [, , id] = (await bob.line()).split(";");
      assert.equal(await bob.ask(`6;${bobToken};${id}`), "105;1");
    }
    assert.match(await alice.ask(`7;${aliceToken};card;60;${noise(60_000)}`), /^103;/);
    assert.equal(codeOf(await bob.ask(`8;${bobToken};${nameOf("nobody")}`)), "not-found");
    assert.match(await alice.ask(`9;${noise(32)}`), /^100;/);
    assert.equal(codeOf(await alice.ask(`4;${aliceToken}x`)), "bad-token");
    const garbage = await connect(kind);
    garbage.write(`3${noise(4000)}`, "\u0000\u0001\u0002", noise(3000));
    assert.equal(codeOf(await garbage.line()), "wrong-usage");
    const endless = await connect(kind);
    endless.socket.write(`3;${"x".repeat(500_000)}`);
    assert.equal(codeOf(await endless.line()), "too-large");
  }
  const noPacket = await connect("plain");
  noPacket.write("GET / HTTP/1.1");
  await noPacket.rest();
  const noTls = await connect("plain");
  noTls.socket.write(Buffer.from([0x16, 3, 1, 0xff, 0xff, ...new Array(2000).fill(0x41)]));
  await noTls.closed();
  const told = [...open].filter((client) => !client.isClosed);
  process.kill(relay.pid, "SIGTERM");
  await Promise.all(told.map((client) => client.closed()));
}

const skip = untraceable();
test("a relay under load opens no file for writing, and makes none", { skip: skip ?? false }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "asfaleia-trace-"));
  try {
    const file = join(folder, "trace");
    // -D makes strace the grandchild, so that the relay is ours: its number, its signals, its end.
    const under = ["strace", "-D", "-f", "-qq", "-s", "300", "-e", `trace=${TRACED.join(",")}`, "-o", file];
    await using relay = await RelayProcess.start(["--rate", "1000000"], { under });
    await load(relay);
    const { code, stderr } = await relay.running.ended;
    assert.equal(code, 0);
    assert.equal(stderr, "");
    // strace writes down what it has seen and then ends, in its own time.
    await until(() => readFileSync(file, "utf8").includes("exit_group(0)"), "the trace has an end");

    const calls = callsIn(readFileSync(file, "utf8"));
    const begins = calls.findIndex((call) => call.startsWith("execve(") && call.includes('"--permission"'));
    assert.ok(begins > 0, "the trace does not show how the launcher became the relay");
    // Core dumps are turned off before the relay begins: no file, but a setting of this process.
    const before = writingCalls(calls.slice(0, begins));
    assert.deepEqual(
      before.filter((call) => !/^openat\(AT_FDCWD, "\/proc\/self\/coredump_filter", O_WRONLY/.test(call)),
      [],
    );
    assert.equal(before.length, 1, "the trace shows nothing of what is known to be there");
    const life = calls.slice(begins + 1);
    assert.ok(life.length > 500, "the trace is too short to show a relay");
    assert.deepEqual(writingCalls(life), []);
    assert.deepEqual(
      life.filter((call) => /^(execve|fork|vfork)/.test(call)),
      [],
      "it started something",
    );
    assert.deepEqual(readdirSync(relay.folder).sort(), ["home", "relay_key"], "it left something behind");
    assert.deepEqual(readdirSync(join(relay.folder, "home")), []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the reading of a trace finds what writes", () => {
  const writing = [
    'openat(AT_FDCWD, "/tmp/a", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666) = 17',
    'open("/tmp/a", O_RDWR) = -1 EACCES (Permission denied)',
    'openat(AT_FDCWD, "/tmp", O_RDWR|O_TMPFILE, 0600 <unfinished ...>',
    'mkdirat(AT_FDCWD, "/tmp/a", 0777) = 0',
    'renameat2(AT_FDCWD, "a", AT_FDCWD, "b", 0) = 0',
    'memfd_create("a", 0) = 3',
    "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7f0000000000",
    "io_uring_setup(64, {flags=IORING_SETUP_SQPOLL, sq_thread_cpu=0, sq_thread_idle=10}) = 3",
  ];
  const reading = [
    'openat(AT_FDCWD, "/etc/localtime", O_RDONLY|O_CLOEXEC) = 17',
    "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000",
    'statx(AT_FDCWD, "/a", AT_STATX_SYNC_AS_STAT, STATX_ALL, {stx_mask=0}) = 0',
    'readlink("/proc/self/exe", "/usr/bin/node", 4096) = 13',
  ];
  assert.deepEqual(writingCalls([...writing, ...reading]), writing);
});

/** Tries to write in every way that Node has, and tells what came of it. */
const PROBE = `
const [, , folder] = process.argv;
const tries = {
  writeFile: async () => (await import("node:fs")).writeFileSync(folder + "/a", "x"),
  append: async () => (await import("node:fs")).appendFileSync(folder + "/a", "x"),
  promises: async () => (await import("node:fs/promises")).writeFile(folder + "/a", "x"),
  stream: async () => {
    const { createWriteStream } = await import("node:fs");
    await new Promise((resolve, reject) => createWriteStream(folder + "/a").on("error", reject).on("finish", resolve).end("x"));
  },
  openToWrite: async () => (await import("node:fs")).openSync(folder + "/there", "r+"),
  mkdir: async () => (await import("node:fs")).mkdirSync(folder + "/b"),
  mkdtemp: async () => (await import("node:fs")).mkdtempSync(folder + "/c"),
  rename: async () => (await import("node:fs")).renameSync(folder + "/there", folder + "/away"),
  link: async () => (await import("node:fs")).linkSync(folder + "/there", folder + "/linked"),
  symlink: async () => (await import("node:fs")).symlinkSync(folder + "/there", folder + "/linked"),
  truncate: async () => (await import("node:fs")).truncateSync(folder + "/there"),
  unlink: async () => (await import("node:fs")).unlinkSync(folder + "/there"),
  chmod: async () => (await import("node:fs")).chmodSync(folder + "/there", 0o777),
  sqlite: async () => { const { DatabaseSync } = await import("node:sqlite"); new DatabaseSync(folder + "/db"); },
  child: async () => (await import("node:child_process")).execFileSync("/usr/bin/touch", [folder + "/touched"]),
  fork: async () => { (await import("node:child_process")).fork(folder + "/there"); },
  worker: async () => { const { Worker } = await import("node:worker_threads"); new Worker("0", { eval: true }); },
  addon: async () => process.dlopen({ exports: {} }, folder + "/there"),
  wasi: async () => { const { WASI } = await import("node:wasi"); new WASI({ version: "preview1", preopens: { "/": folder } }); },
  heapSnapshot: async () => (await import("node:v8")).writeHeapSnapshot(folder + "/heap"),
  report: async () => process.report.writeReport(folder + "/report"),
  traceEvents: async () => (await import("node:trace_events")).createTracing({ categories: ["node"] }).enable(),
  inspector: async () => (await import("node:inspector")).open(0),
};
const outcome = {};
for (const [name, attempt] of Object.entries(tries)) {
  try { await attempt(); outcome[name] = "done"; } catch (error) { outcome[name] = error.code ?? error.message; }
}
console.log(JSON.stringify(outcome));
process.exit();
`;

test("the rights that the running relay has let nothing be written, and nothing be started", async () => {
  await using relay = await RelayProcess.start();
  // As it runs, not as we think that it is started: everything up to the program's own file.
  const line = relay.commandLine;
  const entry = line.findIndex((word) => basename(word).startsWith("main."));
  const flags = line.slice(1, entry);
  assert.ok(flags.includes("--permission"), "the relay runs without the permission model");
  assert.equal(
    flags.filter((flag) => /^--allow-(?!fs-read=)/.test(flag)).length,
    0,
    `more rights than reading: ${flags}`,
  );
  const probe = join(relay.folder, "probe.mjs");
  const folder = join(relay.folder, "out");
  writeFileSync(probe, PROBE);
  const rights = [...flags, `--allow-fs-read=${relay.folder}`];
  const run = async (nodeFlags: readonly string[]) => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, "there"), "there");
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, string>>();
    execFile(
      process.execPath,
      [...nodeFlags, probe, folder],
      { cwd: folder, env: {}, timeout: 20_000 },
      (error, stdout) => {
        if (error) reject(error);
        else resolve(JSON.parse(stdout));
      },
    );
    return promise;
  };
  const outcome = await run(rights);
  const done = Object.keys(outcome).filter((name) => outcome[name] === "done");
  assert.deepEqual(done, [], JSON.stringify(outcome));
  assert.deepEqual(readdirSync(folder), ["there"]);
  assert.equal(readFileSync(join(folder, "there"), "utf8"), "there");
  const free = await run([]);
  for (const name of ["writeFile", "sqlite", "child", "worker", "mkdir", "unlink"]) {
    if (name !== "unlink") assert.equal(free[name], "done", `${name} does nothing even where it may`);
  }
});
