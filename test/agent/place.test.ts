/** Where the agent's socket is, who reaches it, and how agents begin and end. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { missing } from "../../packages/identity/test/oracle.ts";
import { Place } from "../cli/kit.ts";
import { isAlive, Person, until } from "./kit.ts";

const NOBODY = 65_534;
const UID = Number(process.getuid?.());
/** What makes a command line one of root's. */
const SUDO = UID === 0 ? [] : ["sudo", "-n"];

/** Why nothing can be done as root here; false where it can. */
function rootless(): string | false {
  const { status } = spawnSync("sh", ["-c", [...SUDO, "true"].join(" ")]);
  return status === 0 || process.env.CI === "true" ? false : "not root, and sudo wants a password";
}

function asRoot(...words: string[]): { status: number | null; output: string } {
  const [command = "", ...args] = [...SUDO, ...words];
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

let house: Place;
let alice: Person;
/** Of the agent's socket. */
let path: string;

before(async () => {
  house = new Place();
  alice = await new Person((await house.relay()).address).init();
  const agent = await alice.agent();
  path = String(alice.sockets()[0]);
  agent.process.kill("SIGTERM");
  assert.equal((await agent.ended).code, 0);
  assert.deepEqual(alice.sockets(), [], "it takes its socket along");
});
after(async () => {
  await alice[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

const folder = (): string => `${alice.runtime}/asfaleia`;

/** Somebody else behind the socket. @returns lines that it was told */
async function impostor(reply: (id: number) => string): Promise<{ server: Server; told: string[] }> {
  const told: string[] = [];
  const server = createServer((socket) => {
    socket.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.trimEnd().split("\n")) {
        told.push(line);
        const { id, method } = JSON.parse(line);
        socket.write(`${method === "agent.stop" ? `{"jsonrpc":"2.0","id":${id},"result":{}}` : reply(id)}\n`);
        if (method === "agent.stop") socket.end();
      }
    });
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  chmodSync(path, 0o600);
  return { server, told };
}

test("another user of the machine reaches neither the folder nor the socket", {
  skip: rootless(),
}, async () => {
  await alice.agent();
  assert.equal(statSync(folder()).mode & 0o777, 0o700);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const attempt = `require("net").connect(process.argv[1]).on("connect", function () { console.log("in"); this.destroy(); }).on("error", (e) => console.log(e.code))`;
  // Ours may lie where they do not reach.
  const node = alice.path("node");
  copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
  const connect = () =>
    asRoot("setpriv", `--reuid=${NOBODY}`, "--clear-groups", node, "-e", attempt, path).output.trim();
  // All that is around it lets them pass; then its folder does too.
  for (const open of [alice.folder, alice.runtime]) chmodSync(open, 0o711);
  assert.equal(connect(), "EACCES");
  chmodSync(folder(), 0o711);
  assert.equal(connect(), "EACCES");
  // The test could tell: with both open they are in.
  chmodSync(path, 0o666);
  assert.equal(connect(), "in");
  for (const closed of [folder(), alice.runtime, alice.folder]) chmodSync(closed, 0o700);
  chmodSync(path, 0o600);
  await alice.ok(["agent", "stop"]);
});

test("a folder that others may enter, a link, and one of somebody else's are refused by both sides", async () => {
  const refused = async (what: string): Promise<void> => {
    const [begun, verb] = await Promise.all([alice.run(["agent"]), alice.run(["status"])]);
    assert.deepEqual(
      [begun.code, begun.stderr.includes("is not a folder that only you can enter")],
      [1, true],
      what,
    );
    assert.deepEqual([verb.code, verb.stderr], [1, begun.stderr], what);
  };
  const { server, told } = await impostor((id) => `{"jsonrpc":"2.0","id":${id},"result":{}}`);
  chmodSync(folder(), 0o755);
  await refused("a folder of mode 0755");
  chmodSync(folder(), 0o700);
  if (rootless() === false) {
    asRoot("chown", String(NOBODY), folder());
    await refused("a folder of somebody else's");
    asRoot("chown", String(UID), folder());
  }
  renameSync(folder(), `${folder()}-moved`);
  symlinkSync(`${folder()}-moved`, folder());
  await refused("a link");
  rmSync(folder());
  renameSync(`${folder()}-moved`, folder());
  assert.deepEqual(told, [], "nobody has spoken to what is there");
  server.close();
  rmSync(path, { force: true });
});

test("a folder that others can put another in the place of is used by neither side", {
  skip: rootless(),
}, async () => {
  const shared = alice.path("shared");
  const own = `${shared}/asfaleia-${UID}`;
  mkdirSync(shared);
  for (const open of [alice.folder, shared]) chmodSync(open, 0o711);
  const env = { XDG_RUNTIME_DIR: "", TMPDIR: shared };
  const asNobody = (...words: string[]) =>
    asRoot("setpriv", `--reuid=${NOBODY}`, "--clear-groups", ...words).status;
  const steal = () => asNobody("mv", own, `${shared}/stolen`);
  const refused = async (what: string): Promise<void> => {
    const [agent, verb, stop] = [
      await alice.run(["agent"], { env }),
      await alice.run(["status"], { env }),
      await alice.run(["agent", "stop"], { env }),
    ];
    assert.deepEqual([agent.code, verb.code, stop.code], [1, 1, 6], what);
    assert.match(agent.stderr, /^asfaleia: \S+ is not a folder that only you can enter, or others/, what);
    assert.equal(verb.stderr, agent.stderr, what);
  };
  const hasLogin = readdirSync("/run").includes("user") && readdirSync("/run/user").includes(String(UID));
  if (hasLogin) return;

  // As /tmp is: everybody may write, and nobody renames what is another's.
  chmodSync(shared, 0o1777);
  await alice.ok(["status"], { env });
  assert.notEqual(steal(), 0);
  await alice.ok(["agent", "stop"], { env });

  chmodSync(shared, 0o777);
  await refused("where everybody renames everything");
  assert.equal(steal(), 0, "and so it would have been");
  chmodSync(shared, 0o775);
  await refused("where a group does");
  chmodSync(shared, 0o755);
  await alice.ok(["status"], { env });
  await alice.ok(["agent", "stop"], { env });
  asRoot("chown", String(NOBODY), shared);
  await refused("where its owner does");
  asRoot("chown", String(UID), shared);

  // Somebody was there first.
  chmodSync(shared, 0o1777);
  rmSync(own, { recursive: true, force: true });
  assert.equal(asNobody("mkdir", "-m", "0700", own), 0);
  await refused("a folder of theirs");
  asRoot("rm", "-r", own);
  assert.equal(asNobody("ln", "-s", alice.folder, own), 0);
  await refused("a link of theirs");
  asRoot("rm", own);

  // XDG_RUNTIME_DIR is passed over where it is of no use, and both sides do so.
  const link = alice.path("link");
  symlinkSync(alice.runtime, link);
  const theirs = `${shared}/theirs`;
  assert.equal(asNobody("mkdir", theirs), 0);
  mkdirSync(alice.path("wide"));
  chmodSync(alice.path("wide"), 0o777);
  for (const named of ["run", link, alice.path("wide"), theirs]) {
    await alice.ok(["status"], { env: { ...env, XDG_RUNTIME_DIR: named } });
    assert.equal(readdirSync(own).length, 1, named);
    await alice.ok(["agent", "stop"], { env: { ...env, XDG_RUNTIME_DIR: named } });
  }
  asRoot("rm", "-r", theirs);
  chmodSync(alice.folder, 0o700);
});

test("a socket that others may use, or of somebody else's, is not spoken to, and gives way to an agent", async () => {
  const spoil: [what: string, () => void][] = [["a socket of mode 0666", () => chmodSync(path, 0o666)]];
  if (rootless() === false)
    spoil.push(["a socket of somebody else's", () => void asRoot("chown", String(NOBODY), path)]);
  for (const [what, act] of spoil) {
    const { server, told } = await impostor((id) => `{"jsonrpc":"2.0","id":${id},"result":{}}`);
    act();
    await alice.ok(["status"]);
    assert.deepEqual(told, [], what);
    await alice.ok(["agent", "stop"]);
    server.close();
  }
  alice.write(path.slice(alice.folder.length), "no socket");
  const verb = await alice.run(["status"]);
  assert.deepEqual([verb.code, verb.stderr], [1, `asfaleia: ${path} is not a socket: remove it\n`]);
  rmSync(path);
});

test("an agent of another version is told of, and can be stopped; one that is none too", async () => {
  const hello = { api: 2, version: "9.9\u001b[2J", profile: "default", state: "open", pid: 1 };
  const { server, told } = await impostor((id) => JSON.stringify({ jsonrpc: "2.0", id, result: hello }));
  const verb = await alice.run(["status"]);
  assert.deepEqual(
    [verb.code, verb.stderr],
    [
      1,
      "asfaleia: the agent that runs is of another version of asfaleia (9.9<U+001B>[2J): end it with asfaleia agent stop, and say this again\n",
    ],
  );
  assert.equal(told.length, 1, "no more than a hello");
  await alice.ok(["agent", "stop"]);
  server.close();
  rmSync(path, { force: true });

  const odd = await impostor((id) => `{"jsonrpc":"2.0","id":${id},"result":{"hi":"there"}}`);
  const answered = await alice.run(["status"]);
  assert.deepEqual(
    [answered.code, answered.stderr],
    [1, "asfaleia: what listens there is no agent of asfaleia\n"],
  );
  odd.server.close();
  rmSync(path, { force: true });
});

test("without XDG_RUNTIME_DIR there is a folder of our own for temporary files", async () => {
  const env = { XDG_RUNTIME_DIR: alice.path("nowhere"), TMPDIR: alice.folder };
  await alice.ok(["status"], { env });
  const hasLogin = readdirSync("/run").includes("user") && readdirSync("/run/user").includes(String(UID));
  if (!hasLogin) {
    const [path = ""] = alice.sockets();
    assert.match(path, new RegExp(`/asfaleia-${UID}/[0-9a-f]{16}\\.sock$`));
    assert.equal(statSync(alice.path(`asfaleia-${UID}`)).mode & 0o777, 0o700);
  }
  await alice.ok(["agent", "stop"], { env });
  const relative = await alice.run(["agent", "stop"], { env: { ...env, XDG_RUNTIME_DIR: "run" } });
  assert.equal(relative.code, 6);
  const long = await alice.run(["status"], { env: { ...env, XDG_RUNTIME_DIR: longFolder() } });
  assert.deepEqual([long.code, /too long: set XDG_RUNTIME_DIR/.test(long.stderr)], [1, true]);
});

function longFolder(): string {
  const path = alice.path("x".repeat(90));
  mkdirSync(path, { mode: 0o700 });
  return path;
}

/** Processes of this place's profile that are alive. */
function processes(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const isOurs = readFileSync(`/proc/${pid}/environ`, "latin1").includes(
          `ASFALEIA_HOME=${alice.asfaleiaHome}`,
        );
        return isOurs && isAlive(pid);
      } catch {
        return false;
      }
    });
}

test("faces that start an agent at the same time share one", async () => {
  const all = await Promise.all([alice.run(["status"]), alice.run(["contacts"])]);
  for (const { code, stderr } of all) assert.equal(code, 0, stderr);
  const pid = await alice.pid();
  await until(() => processes().length === 1, `more than one agent: ${processes()}`);
  assert.deepEqual(processes(), [pid]);

  // Killed, it leaves a socket that nobody is behind, and a lock that is free.
  process.kill(pid, "SIGKILL");
  await until(() => !isAlive(pid), "it does not die");
  assert.equal(alice.sockets().length, 1);
  assert.equal((await alice.run(["agent", "stop"])).code, 6);
  await alice.ok(["status"]);
  assert.notEqual(await alice.pid(), pid);
  await alice.ok(["agent", "stop"]);
});

test("--no-agent beside an agent ends with 7 and says what to do; ASFALEIA_AGENT is on or off", async () => {
  const agent = await alice.agent();
  const text = `asfaleia: the agent has the profile open (process ${agent.process.pid}): leave out --no-agent (or ASFALEIA_AGENT=off), or end it with asfaleia agent stop\n`;
  const beside = await alice.run(["status", "--no-agent"]);
  assert.deepEqual([beside.code, beside.stderr], [7, text]);
  const off = await alice.run(["status"], { env: { ASFALEIA_AGENT: "off" } });
  assert.deepEqual([off.code, off.stderr], [7, text]);
  const wrong = await alice.run(["status"], { env: { ASFALEIA_AGENT: "wrong" } });
  assert.deepEqual([wrong.code, wrong.stderr], [2, "asfaleia: ASFALEIA_AGENT is on or off\n"]);
  const second = await alice.run(["agent"]);
  assert.deepEqual(
    [second.code, second.stderr],
    [7, `asfaleia: the profile is in use by process ${agent.process.pid}\n`],
  );
  await alice.ok(["status"]);
  agent.process.kill("SIGTERM");
  assert.deepEqual([(await agent.ended).code, alice.sockets()], [0, []]);
  await alice.ok(["status", "--no-agent"]);
  assert.deepEqual(alice.sockets(), [], "none was started");
});

test("--idle ends an agent when its last face has gone, and not before", async () => {
  const agent = await alice.agent(["--idle", "1"]);
  using face = await alice.face();
  await face.ok("agent.hello");
  // As long as somebody is there, whatever the time.
  await sleep(1500);
  assert.equal((await face.ok("agent.hello")).state, "open");
  face.socket.destroy();
  assert.deepEqual([(await agent.ended).code, alice.sockets()], [0, []]);
  assert.equal((await alice.run(["agent", "--idle", "0"])).code, 2);
});

test("an agent whose folder is gone, as after a log-out, ends, and the profile is free", async () => {
  const agent = await alice.agent();
  using face = await alice.face();
  await face.ok("agent.hello");
  rmSync(folder(), { recursive: true });
  assert.deepEqual((await face.said("closing")).params, { message: "the agent was stopped", exit: 1 });
  assert.equal((await agent.ended).code, 0);
  await alice.ok(["status", "--no-agent"]);

  await using bob = await new Person(String(alice.env.ASFALEIA_RELAY)).initLocked("secret");
  const locked = await bob.agent();
  rmSync(`${bob.runtime}/asfaleia`, { recursive: true });
  assert.equal((await locked.ended).code, 0);
});

test("where the disk is full, faces hear why", { skip: rootless() }, async () => {
  await using carol = new Person(String(alice.env.ASFALEIA_RELAY));
  mkdirSync(carol.asfaleiaHome, { mode: 0o700 });
  const mounted = asRoot(
    "mount",
    "-t",
    "tmpfs",
    "-o",
    `size=3m,mode=0700,uid=${UID}`,
    "tmpfs",
    carol.asfaleiaHome,
  );
  assert.equal(mounted.status, 0, mounted.output);
  try {
    await carol.init();
    const agent = await carol.agent();
    using face = await carol.face();
    await face.ok("events.subscribe");
    const [{ id } = { id: 0 }] = (await face.ok("contacts.list")) as unknown as { id: number }[];
    const text = "x".repeat(60_000);
    const errors: string[] = [];
    for (let count = 0; count < 200 && errors.length === 0 && !face.isClosed; count++) {
      const { error } = await face
        .call("messages.send", { contact: id, text })
        .catch(() => ({ error: undefined }));
      if (error !== undefined) errors.push(error.message);
    }
    const closing = face.lines.find(({ method }) => method === "closing");
    const told = [...errors, String(closing?.params.message)].join("\n");
    assert.match(told, /full|no space/, told);
    agent.process.kill("SIGTERM");
    await agent.ended;
  } finally {
    asRoot("umount", "-l", carol.asfaleiaHome);
  }
});

const WRITES =
  /^(?:\d+ +)?(?:openat?\(.*\bO_(?:WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b|(?:creat|mkdir|mknod|rename|unlink|rmdir|link|symlink|truncate|bind)(?:at2?)?\()/;

test("the agent writes nothing but its profile, its socket and the cache of its code", {
  skip: missing("strace"),
}, async () => {
  const trace = alice.path("trace");
  const words = ["strace", "-f", "-qq", "-s", "400", "-e", "trace=%file,bind", "-o", trace, process.execPath];
  const agent = alice.shellAtTerminal(
    [...words, new URL("../../packages/app/bin/asfaleia.js", import.meta.url).pathname, "agent"].join(" "),
  );
  await agent.says("listening");
  await alice.ok(["send", "me", "kept"]);
  await alice.ok(["history", "me"]);
  await alice.ok(["agent", "stop"]);
  await agent.ended;
  const calls = readFileSync(trace, "utf8")
    .split("\n")
    .filter((line) => WRITES.test(line) && !/ = -1 E/.test(line));
  const paths = calls.flatMap((line) => [...line.matchAll(/"([^"]+)"/g)].map(([, path]) => String(path)));
  const elsewhere = paths.filter(
    (path) =>
      !path.startsWith(`${alice.profile}/`) &&
      !path.startsWith(folder()) &&
      !path.startsWith(`${alice.home}/.cache/asfaleia/`) &&
      !path.startsWith("/dev/"),
  );
  assert.deepEqual(elsewhere, []);
  assert.ok(
    paths.some((path) => path.endsWith("/profile.db")),
    "the trace saw something",
  );
  assert.ok(
    paths.some((path) => path.endsWith(".sock")),
    "and the socket",
  );
});
