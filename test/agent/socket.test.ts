/** What the agent's socket bears: many calls, nonsense, faces that do not read and faces that die. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { Place, type Running } from "../cli/kit.ts";
import { isAlive, Person, type RawFace, until } from "./kit.ts";

const PARSE = -32_700;
const INVALID = -32_600;
const NO_METHOD = -32_601;
const PARAMS = -32_602;
const BUSY = 2;
const INTERRUPTED = 4;

let house: Place;
let alice: Person;
let agent: Running;

before(async () => {
  house = new Place();
  alice = await new Person((await house.relay()).address).init();
  agent = await alice.agent();
});
after(async () => {
  await alice[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

/** Resident memory of the agent, in MiB. */
function memory(): number {
  const [, kilobytes] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${agent.process.pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

async function stillServes(): Promise<void> {
  using face = await alice.face();
  assert.equal((await face.ok("agent.hello")).state, "open");
}

test("200 calls in flight are all answered", async () => {
  using face = await alice.face();
  const methods = ["status.get", "contacts.list", "settings.list", "card.get"];
  const ids = Array.from({ length: 200 }, (_, at) => face.ask(String(methods[at % 4])));
  const answers = await Promise.all(ids.map((id) => face.answerTo(id)));
  for (const { result } of answers) assert.equal(typeof result, "object");
  assert.equal(answers[0]?.result?.protection, "ssh");
});

test("of calls that wait, 256 are taken and the others refused; each can be taken back, and each id is used once", async () => {
  await using carol = await new Person(String(alice.env.ASFALEIA_RELAY)).initLocked("secret");
  await carol.agent();
  using face = await carol.face();
  assert.equal((await face.ok("agent.hello", { canAsk: true })).state, "locked");
  // The first is asked, and says nothing: the others wait for it.
  for (let id = 1000; id < 1300; id++) face.ask("agent.unlock", {}, id);
  const { error } = await face.answerTo(1256);
  assert.deepEqual([error?.code, error?.message], [BUSY, "more than 256 calls at once"]);
  const { id: question } = await face.said("ask.secret");
  assert.equal((await face.answerTo(1299)).error?.code, BUSY);
  face.ask("agent.unlock", {}, 1001);
  assert.equal((await face.answerTo(1001)).error?.code, INVALID);
  face.write('{"jsonrpc":"2.0","method":"call.cancel","params":{"id":1002}}');
  assert.equal((await face.answerTo(1002)).error?.code, INTERRUPTED);
  // What was given up makes room.
  face.ask("agent.hello", {}, "again");
  assert.equal((await face.answerTo("again")).error, undefined);

  face.write(JSON.stringify({ jsonrpc: "2.0", id: question, result: { answer: "secret" } }));
  for (const id of [1000, 1003, 1255]) assert.deepEqual((await face.answerTo(id)).result, {});
  // Whoever was let in can call at once.
  assert.equal((await face.ok("status.get")).protection, "passphrase");
});

const NONSENSE: readonly [what: string, line: string | Uint8Array, code: number, id: unknown][] = [
  ["no JSON", "{", PARSE, null],
  ["nothing", "", PARSE, null],
  ["a NUL", '{"jsonrpc":"2.0","id":1,"method":"status.get"}\u0000', PARSE, null],
  ["a byte order mark", '\ufeff{"jsonrpc":"2.0","id":1,"method":"status.get"}', PARSE, null],
  ["a batch", '[{"jsonrpc":"2.0","id":1,"method":"status.get"}]', INVALID, null],
  ["an empty batch", "[]", INVALID, null],
  ["a number", "1", INVALID, null],
  ["another version", '{"jsonrpc":"1.0","id":2,"method":"status.get"}', INVALID, 2],
  ["no version", '{"id":3,"method":"status.get"}', INVALID, 3],
  ["parameters without names", '{"jsonrpc":"2.0","id":4,"method":"status.get","params":[]}', INVALID, 4],
  ["an id that is a list", '{"jsonrpc":"2.0","id":[5],"method":"status.get"}', INVALID, null],
  ["an id that is a fraction", '{"jsonrpc":"2.0","id":5.5,"method":"status.get"}', INVALID, null],
  ["an id that is null", '{"jsonrpc":"2.0","id":null,"method":"status.get"}', INVALID, null],
  ["an id of a mile", `{"jsonrpc":"2.0","id":"${"x".repeat(65)}","method":"status.get"}`, INVALID, null],
  ["a method that is a number", '{"jsonrpc":"2.0","id":6,"method":7}', INVALID, 6],
  [
    "a name of the envelope that is not in the standard",
    '{"jsonrpc":"2.0","id":7,"method":"status.get","x":1}',
    INVALID,
    7,
  ],
  ["no such method", '{"jsonrpc":"2.0","id":8,"method":"no.such"}', NO_METHOD, 8],
  ["a method of every object", '{"jsonrpc":"2.0","id":9,"method":"toString"}', NO_METHOD, 9],
  ["a question of the agent", '{"jsonrpc":"2.0","id":10,"method":"ask.secret"}', NO_METHOD, 10],
  [
    "an unknown parameter",
    '{"jsonrpc":"2.0","id":11,"method":"status.get","params":{"verbose":"s3cret"}}',
    PARAMS,
    11,
  ],
  [
    "a parameter of every object",
    '{"jsonrpc":"2.0","id":12,"method":"status.get","params":{"__proto__":"s3cret"}}',
    PARAMS,
    12,
  ],
  [
    "a missing parameter",
    '{"jsonrpc":"2.0","id":13,"method":"messages.send","params":{"contact":1}}',
    PARAMS,
    13,
  ],
  [
    "a wrong type",
    '{"jsonrpc":"2.0","id":14,"method":"messages.send","params":{"contact":"s3cret","text":"x"}}',
    PARAMS,
    14,
  ],
  [
    "a name with odd letters",
    '{"jsonrpc":"2.0","id":15,"method":"status.get","params":{"\\u001b[2Js3cret":1}}',
    PARAMS,
    15,
  ],
  [
    "a text in place of hex",
    '{"jsonrpc":"2.0","id":16,"method":"messages.find","params":{"id":"s3cret"}}',
    PARAMS,
    16,
  ],
  [
    "no base64",
    '{"jsonrpc":"2.0","id":17,"method":"files.put","params":{"upload":1,"bytes":"s3cret!"}}',
    PARAMS,
    17,
  ],
  ["brackets in brackets", `${"[".repeat(500_000)}${"]".repeat(500_000)}`, INVALID, null],
];

test("nonsense gets the code of its kind, repeats nothing of what was said, and ends nothing", async () => {
  using face = await alice.face();
  for (const [what, line, code, id] of NONSENSE) {
    const before = face.lines.length;
    face.write(line);
    const answer = await face.until(() => face.lines[before]);
    assert.deepEqual([answer.error?.code, answer.id], [code, id], what);
    assert.doesNotMatch(JSON.stringify(answer), /s3cret|\\u001b/, what);
  }
  // Notifications, and answers to what nobody asked, are no calls.
  face.write('{"jsonrpc":"2.0","method":"status.get"}', '{"jsonrpc":"2.0","id":1,"result":{}}');
  face.write('{"jsonrpc":"2.0","method":"call.cancel","params":{"id":{"a":[]}}}');
  const before = face.lines.length;
  assert.equal((await face.ok("agent.hello")).state, "open");
  assert.equal(face.lines.length, before + 1);
});

test("bytes after which no line can be trusted end the connection, with a word", async () => {
  const invalid = Uint8Array.from([
    ...Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'),
    0xff,
    0xfe,
    0x22,
    0x7d,
  ]);
  const huge = randomBytes(1024 * 1024).toString("base64");
  for (const line of [invalid, huge]) {
    using face = await alice.face();
    face.write(line);
    await face.closed();
    assert.deepEqual([face.lines.at(-1)?.id, face.lines.at(-1)?.error?.code], [null, PARSE]);
  }
  await stillServes();
});

test("1,000 streams of random bytes crash nothing", async () => {
  const words = [
    '{"jsonrpc":"2.0",',
    '"id":1,',
    '"method":"status.get"',
    '"params":{',
    "}",
    "\n",
    "[",
    "\u0000",
    '"',
  ];
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.constantFrom(...words).map((word) => new Uint8Array(Buffer.from(word))),
  );
  const streams = fc.sample(fc.array(piece, { minLength: 1, maxLength: 12 }), { numRuns: 1000, seed: 4 });
  for (let at = 0; at < streams.length; at += 50) {
    await Promise.all(
      streams.slice(at, at + 50).map(async (stream) => {
        using face = await alice.face();
        face.socket.write(Buffer.concat([...stream, Buffer.from("\n")]));
        // Either the line boundary was clear, and it goes on, or it is told and hung up on.
        face.write('{"jsonrpc":"2.0","id":"after","method":"agent.hello","params":{}}');
        await face
          .until(() =>
            face.lines.find(({ id, error }) => id === "after" || (error?.code === PARSE && face.isClosed)),
          )
          .catch((error) => {
            if (!face.isClosed) throw error;
          });
        assert.ok(face.lines.length > 0);
      }),
    );
  }
  assert.equal(agent.process.exitCode, null);
  await stillServes();
});

test("a face that reads nothing is hung up on, whether of answers or of events, and memory stays", async () => {
  await stillServes();
  const before = memory();
  using other = await alice.face();
  await other.ok("events.subscribe");
  const text = "x".repeat(60_000);
  const contacts = (await other.ok("contacts.list")) as unknown as { id: number; state: string }[];
  const me = contacts.find(({ state }) => state === "me")?.id;
  using deaf = await alice.face();
  await deaf.ok("events.subscribe");
  deaf.socket.pause();
  const hungUp = new Promise<void>((resolve) => deaf.socket.once("close", () => resolve()));
  let count = 0;
  // 16 MiB of events, each of which the other one gets.
  for (; count < 280; count += 20) {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const said = await other.ok("messages.send", { contact: me, text });
        await other.event("said", ({ message }) => (message as unknown as { id: string }).id === said.id);
      }),
    );
  }
  deaf.socket.resume();
  await hungUp;
  assert.ok(deaf.lines.length < count, "it was hung up on before the last event");

  using greedy = await alice.face();
  greedy.socket.pause();
  const ended = new Promise<void>((resolve) => greedy.socket.once("close", () => resolve()));
  for (let call = 0; call < 250; call++) greedy.ask("messages.history", { contact: me, limit: 20 });
  await stillServes();
  greedy.socket.resume();
  await ended;
  assert.equal((await other.ok("agent.hello")).state, "open");
  const grown = memory() - before;
  assert.ok(grown < 350, `${grown} MiB more`);
});

/** Hands over a file without end, until it is killed. */
const UPLOADER = `
const socket = require("node:net").connect(process.argv[1]);
const say = (id, method, params) => socket.write(JSON.stringify({ jsonrpc: "2.0", id, method, params }) + "\\n");
const piece = Buffer.alloc(192 * 1024, 1).toString("base64");
const size = 100 * 1024 * 1024;
for (let id = 1; id <= 4; id++) say(id, "files.begin", { contact: 1, name: "x", type: "y", size });
let uploads = [], sent = 0, text = "";
socket.setEncoding("utf8").on("data", (chunk) => {
  const lines = (text + chunk).split("\\n");
  text = lines.pop();
  for (const line of lines) {
    const { id, result, error } = JSON.parse(line);
    if (error) { console.log(error.message); process.exit(1); }
    if (result.upload) uploads.push(result.upload);
    if (uploads.length < 4) continue;
    if (++sent === 150) console.log("half");
    say(1000 + sent, "files.put", { upload: uploads[sent % 4], bytes: piece });
  }
});
`;

test("faces that are killed in the middle of calls and uploads leave nothing behind", async () => {
  for (let round = 0; round < 3; round++) {
    const [path] = alice.sockets();
    const uploader = spawn(process.execPath, ["-e", UPLOADER, String(path)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = await once(uploader.stdout, "data");
    assert.equal(String(said), "half\n");
    using another = await alice.face();
    const full = await another.call("files.begin", { contact: 1, name: "x", type: "y", size: 1 });
    // As much as all faces together may have under way.
    assert.match(String(full.error?.message), /too many files/);
    uploader.kill("SIGKILL");
    await once(uploader, "close");
    const given = async () =>
      (await another.call("files.begin", { contact: 1, name: "x", type: "y", size: 1 })).result;
    await until(async () => (await given()) !== undefined, "what the killed face has begun is not forgotten");
    for (let call = 0; call < 100; call++) another.ask("outbox.quiet", { ms: 60_000 });
  }
  await stillServes();
  assert.ok(isAlive(Number(agent.process.pid)));
  assert.ok(memory() < 700, `${memory()} MiB`);
});

test("an upload is its face's own, can be discarded, and is as long as was announced", async () => {
  using face = await alice.face();
  using thief = await alice.face();
  const { upload } = await face.ok("files.begin", { contact: 1, name: "x", type: "y", size: 3 });
  const bytes = Buffer.from("abcd").toString("base64");
  assert.match(
    String((await thief.call("files.put", { upload, bytes: "YQ==" })).error?.message),
    /no such upload/,
  );
  assert.match(String((await face.call("files.put", { upload, bytes })).error?.message), /longer than/);
  assert.match(String((await face.call("files.send", { upload })).error?.message), /shorter than/);
  assert.equal((await thief.call("files.discard", { upload })).error?.code, PARAMS);
  await face.ok("files.discard", { upload });
  assert.match(String((await face.call("files.send", { upload })).error?.message), /no such upload/);
});

test("the 65th face at a time is told, and there is room when one goes", async () => {
  const faces: RawFace[] = [];
  try {
    while (faces.length < 64) faces.push(await alice.face());
    using late = await alice.face();
    assert.match(String((await late.said("closing")).params.message), /64 programs/);
    await late.closed();
    faces.pop()?.socket.destroy();
    await until(async () => {
      using next = await alice.face();
      next.ask("agent.hello");
      return (await next.until(() => next.lines[0])).result !== undefined;
    }, "there is no room");
  } finally {
    for (const face of faces) face.socket.destroy();
  }
});
