/** What another program of the same user may try at the agent's socket: odd JSON, floods, half-closed connections. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { API } from "../../packages/app/test/internals.ts";
import { Place, type Running } from "../cli/kit.ts";
import { type Answer, inTime, Person, type RawFace, until } from "./kit.ts";

const INVALID = -32_600;
const PARAMS = -32_602;
const INTERRUPTED = 4;

let house: Place;
let alice: Person;
let agent: Running;
/** The contact that stands for oneself. */
let me: number;

before(async () => {
  house = new Place();
  alice = await new Person((await house.relay()).address).init();
  agent = await alice.agent();
  using face = await alice.face();
  me = Number((await face.ok("contacts.get", { name: "me" })).id);
});
after(async () => {
  await alice[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

/** What the next line that comes is. */
async function reply(face: RawFace, line: string): Promise<Answer> {
  const before = face.lines.length;
  face.write(line);
  return face.until(() => face.lines[before]);
}

async function history(face: RawFace): Promise<string[]> {
  const messages = (await face.ok("messages.history", { contact: me })) as unknown as { text: string }[];
  return messages.map(({ text }) => text);
}

test("an id is a whole number or a text, and nothing else", async () => {
  using face = await alice.face();
  for (const id of ['"\\u0000"', '"__proto__"', '""', "0", "-1", "1e3", "9007199254740991"]) {
    const { result, id: back } = await reply(face, `{"jsonrpc":"2.0","id":${id},"method":"agent.hello"}`);
    assert.ok(result, id);
    assert.equal(back, JSON.parse(id));
  }
  for (const id of ["true", "false", "null", "{}", "[]", "1.5", "1e400", "9007199254740993", '{"a":1}']) {
    const { error, id: back } = await reply(face, `{"jsonrpc":"2.0","id":${id},"method":"agent.hello"}`);
    assert.deepEqual([error?.code, back], [INVALID, null], id);
  }
});

test("names of every object are names like others, in the envelope, in parameters, and deep inside", async () => {
  using face = await alice.face();
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"]) {
    const inside = JSON.stringify({ [name]: { canAsk: true } }).replace("canAsk", "polluted");
    const around = await reply(face, `{"jsonrpc":"2.0","id":1,"method":"agent.hello",${inside.slice(1)}`);
    assert.deepEqual([around.error?.code, around.id], [INVALID, 1], name);
    const params = `{"jsonrpc":"2.0","id":2,"method":"contacts.list","params":${inside}}`;
    assert.equal((await reply(face, params)).error?.code, PARAMS, name);
    // A hello passes over what it does not know.
    const hello = `{"jsonrpc":"2.0","id":3,"method":"agent.hello","params":${inside}}`;
    assert.ok((await reply(face, hello)).result, name);
    const method = `{"jsonrpc":"2.0","id":4,"method":${JSON.stringify(name)}}`;
    assert.equal((await reply(face, method)).error?.code, -32_601, name);
  }
});

test("of a name that is there twice the last one counts, for all that is checked and all that is done", async () => {
  using face = await alice.face();
  const twice = `{"jsonrpc":"2.0","id":1,"id":2,"method":"no.such","method":"messages.send","params":{"contact":"x","contact":${me},"text":"first","text":"second"}}`;
  const { id, result } = await reply(face, twice);
  assert.deepEqual([id, result?.text], [2, "second"]);
});

test("a text with half a character is refused, and half a character breaks nothing elsewhere", async () => {
  using face = await alice.face();
  const params = `{"contact":${me},"text":"half \\ud83d of it"}`;
  const { error } = await reply(
    face,
    `{"jsonrpc":"2.0","id":"x","method":"messages.send","params":${params}}`,
  );
  assert.deepEqual([error?.data?.exit, error?.data?.code], [2, "not-allowed"]);
  assert.deepEqual(
    (await history(face)).filter((text) => text.startsWith("half")),
    [],
  );
  for (const [method, params] of [
    ["contacts.rename", `{"contact":${me},"name":"\\udc00"}`],
    ["messages.search", '{"words":"\\ud800"}'],
    ["contacts.get", '{"name":"\\ud800\\ud800"}'],
  ] as const)
    await reply(face, `{"jsonrpc":"2.0","id":"${method}","method":"${method}","params":${params}}`);
  assert.ok(await face.ok("contacts.list"));
});

test("brackets in brackets end where a value of another kind has to stand", async () => {
  using face = await alice.face();
  const deep = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
  for (const [line, code] of [
    [`{"jsonrpc":"2.0","id":"x","method":"messages.send","params":{"contact":1,"text":${deep}}}`, PARAMS],
    [`{"jsonrpc":"2.0","id":"x","method":"contacts.list","params":${deep}}`, PARAMS],
    [`{"jsonrpc":"2.0","id":${deep},"method":"contacts.list"}`, INVALID],
    [`{"jsonrpc":"2.0","id":"x","error":{"code":1,"message":"x","data":${deep}},"more":1}`, INVALID],
  ] as const)
    assert.equal((await reply(face, line)).error?.code, code, line.slice(0, 60));
  // A result and a notification are read to their end, and mean nothing to an agent that has asked nothing.
  face.write(
    `{"jsonrpc":"2.0","id":"x","result":${deep}}`,
    `{"jsonrpc":"2.0","method":"x","params":${deep}}`,
  );
  assert.ok(await face.ok("agent.hello"));
});

test("the code of an error tells parameters of the wrong form from what is not there", async () => {
  using face = await alice.face();
  const { error } = await face.call("messages.send", { contact: 999, text: "x" });
  assert.deepEqual([error?.code, error?.data?.exit], [1, 2]);
  const both = await face.call("contacts.add", { card: "x", keys: ["x"] });
  assert.deepEqual([both.error?.code, both.error?.data?.exit], [PARAMS, 2]);
});

test("a request without an id does nothing, whatever it asks for", async () => {
  using face = await alice.face();
  for (const method of [...Object.keys(API), "agent.stop", "agent.unlock", "events.subscribe"])
    face.write(
      JSON.stringify({ jsonrpc: "2.0", method, params: { contact: me, text: "unasked", name: "me" } }),
    );
  face.write(`[{"jsonrpc":"2.0","method":"messages.send","params":{"contact":${me},"text":"unasked"}}]`);
  assert.equal((await history(face)).includes("unasked"), false);
  assert.equal(face.lines.filter(({ method }) => method === "event").length, 0);
  assert.equal(agent.process.exitCode, null);
});

test("10,000 requests at once are answered, one by one, and another face does not wait for them", async () => {
  using flood = await alice.face();
  using other = await alice.face();
  const lines = Array.from(
    { length: 10_000 },
    (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"contacts.list"}`,
  );
  flood.socket.write(`${lines.join("\n")}\n`);
  await flood.until(() => flood.lines[0]);
  await other.ok("agent.hello");
  assert.ok(flood.lines.length < 10_000, "it was served in between");
  await flood.until(() => flood.lines[9_999]);
  const ids = new Set(flood.lines.map(({ id }) => id));
  assert.equal(ids.size, 10_000);
});

test("garbage without end, from a face that reads no answer, ends that face", async () => {
  using face = await alice.face();
  face.socket.pause();
  const closed = new Promise<void>((resolve) => face.socket.once("close", () => resolve()));
  // Two million lines, whose answers take some 200 MB.
  for (let nth = 0; nth < 20; nth++) face.socket.write("{]\n".repeat(100_000));
  using other = await alice.face();
  assert.ok(await other.ok("agent.hello"));
  await inTime(closed, "it is not hung up on");
});

test("faces that say no more and read nothing make room for others", async () => {
  const [path = ""] = alice.sockets();
  using face = await alice.face();
  // What they ask for is more than the kernel holds for somebody who does not read.
  for (let nth = 0; nth < 8; nth++) await face.ok("messages.send", { contact: me, text: "x".repeat(60_000) });
  face.socket.destroy();
  const halves = await Promise.all(
    Array.from({ length: 64 }, async () => {
      const socket = connect({ path, allowHalfOpen: true });
      await new Promise((resolve) => socket.once("connect", resolve));
      socket.on("error", () => {});
      socket.pause();
      for (let id = 0; id < 4; id++)
        socket.write(`{"jsonrpc":"2.0","id":${id},"method":"messages.history","params":{"contact":${me}}}\n`);
      socket.end();
      return socket;
    }),
  );
  try {
    await until(async () => {
      using next = await alice.face();
      next.ask("agent.hello");
      const first = await next.until(() => next.lines[0] ?? (next.isClosed || undefined));
      return first !== true && first.result !== undefined;
    }, "there is no room");
  } finally {
    for (const socket of halves) socket.destroy();
  }
});

test("who waits for a code can take that back, and wait again; an ended code is forgotten", async () => {
  using face = await alice.face();
  const { id: code } = await face.ok("codes.make");
  const call = face.ask("codes.wait", { id: code });
  face.write(JSON.stringify({ jsonrpc: "2.0", method: "call.cancel", params: { id: call } }));
  assert.equal((await face.answerTo(call)).error?.code, INTERRUPTED);
  const again = face.ask("codes.wait", { id: code });
  await face.ok("codes.end", { id: code });
  assert.ok((await face.answerTo(again)).error);
  assert.match(String((await face.call("codes.wait", { id: code })).error?.message), /no such code/);
});
