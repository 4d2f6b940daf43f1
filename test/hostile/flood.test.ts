/**
 * Strangers who send nonsense, too much, too slowly or nothing at all (issue 2; docs/threat-model.md): the relay keeps to
 * its memory, honest people are served meanwhile, nothing is said in a log, and the process goes on.
 */
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { fingerprint, sshsigSign } from "@asfaleia/identity";
import { AUTH_NAMESPACE } from "@asfaleia/protocol";
import { drawEd25519, pairSigner } from "../../packages/identity/test/keys.ts";
import {
  base64,
  bytesOf,
  type Client,
  codeOf,
  envelopeOf,
  nameOf,
  until,
} from "../../packages/relay/test/kit.ts";
import { noise, RelayProcess } from "./kit.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
/** What a silent connection may cost the relay: the target for an idle one that has a token. */
const IDLE_BYTES = 16 * KiB;
/** What V8 lets lie around before it collects: the same for a crowd of any size, as measured with three times as many. */
const UNCOLLECTED_BYTES = 160 * MiB;
/** How long an honest request may take while others flood, on a machine that has other things to do. */
const PROMPT_MS = 1500;
const SILENT = 10_000;
const PER_ADDRESS = 1000;
const READERS = 800;

/** Sockets that read nothing but what they are told to, and are gone with the test. */
class Crowd implements Disposable {
  readonly sockets: Socket[] = [];
  open = 0;
  #ended = new Map<Socket, string>();

  async join(count: number, options: (index: number) => NetConnectOpts): Promise<Socket[]> {
    const joined: Promise<Socket>[] = [];
    for (let index = 0; index < count; index++) {
      const socket = connect(options(index));
      this.sockets.push(socket);
      joined.push(
        new Promise((resolve, reject) => {
          socket.once("connect", () => {
            this.open++;
            socket.once("close", () => this.open--);
            resolve(socket);
          });
          socket.on("error", reject);
        }),
      );
      // A listener's queue has an end as well.
      if (index % 500 === 499) await Promise.all(joined);
    }
    return Promise.all(joined);
  }

  /** Collects what is said to a socket. */
  hear(socket: Socket): void {
    this.#ended.set(socket, "");
    socket.setEncoding("latin1").on("data", (text) => this.#ended.set(socket, this.heard(socket) + text));
  }

  heard(socket: Socket): string {
    return this.#ended.get(socket) ?? "";
  }

  [Symbol.dispose](): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

/** Somebody with a key, a mailbox and good manners. */
class Honest implements AsyncDisposable {
  readonly client: Client;
  readonly token: string;
  readonly mailbox: string;

  constructor(client: Client, token: string, mailbox: string) {
    this.client = client;
    this.token = token;
    this.mailbox = mailbox;
  }

  static async come(relay: RelayProcess, kind: "plain" | "tls" = "plain"): Promise<Honest> {
    const client = await relay[kind]();
    const key = drawEd25519();
    return new Honest(client, await client.prove(key), fingerprint(key.publicKey));
  }

  /** Writes to itself and reads it. @returns how long that took, in milliseconds */
  async useIt(): Promise<number> {
    const began = performance.now();
    const envelope = randomBytes(1024);
    assert.match(
      await this.client.ask(`3;${this.token};${this.mailbox};${envelope.toString("base64")}`),
      /^103;/,
    );
    const [message, end] = await this.client.askRun(`4;${this.token}`);
    assert.equal(end, "105;1");
    assert.deepEqual(Buffer.from(envelopeOf(message as string)), envelope);
    return performance.now() - began;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client[Symbol.asyncDispose]();
  }
}

/** A new and an old user are served; the relay lives, and has said nothing. */
async function assertUnharmed(relay: RelayProcess, old?: Honest): Promise<void> {
  await old?.useIt();
  for (const kind of ["plain", "tls"] as const) {
    await using honest = await Honest.come(relay, kind);
    await honest.useIt();
  }
  assert.ok(relay.isAlive);
  assert.equal(relay.logs, "");
}

const at = (relay: RelayProcess) => ({ port: relay.port, host: "127.0.0.1" });
const sent = (socket: Socket, bytes: string | Uint8Array) =>
  new Promise((resolve) => socket.write(bytes, resolve));
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const mebibytes = (bytes: number) => `${(bytes / MiB).toFixed(1)} MiB`;

/** Why so many connections cannot be had here. */
function tooFewFiles(): string | false {
  if (process.platform !== "linux") return "only Linux has all of 127.0.0.0/8";
  const most = Number(
    /^Max open files +[0-9]+ +([0-9]+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1],
  );
  // Node itself raises the soft limit to the hard one.
  return most < SILENT + 500
    ? `a process may have ${most} open files here, and this takes ${SILENT + 500}`
    : false;
}

test(`${SILENT} connections that say nothing`, { skip: tooFewFiles() }, async (t: TestContext) => {
  const memory = 256 * MiB;
  await using relay = await RelayProcess.start(["--first-byte-time", "15s", "--memory", "256MiB"]);
  await using honest = await Honest.come(relay);
  await honest.useIt();
  const before = relay.resident;
  using crowd = new Crowd();
  const began = performance.now();
  await crowd.join(SILENT, (index) => ({
    ...at(relay),
    localAddress: `127.0.0.${2 + Math.floor(index / PER_ADDRESS)}`,
  }));
  await until(() => relay.openFiles >= SILENT, "the relay has taken in every one of them");
  assert.equal(crowd.open, SILENT);
  const connected = performance.now() - began;
  const waits: number[] = [];
  for (let i = 0; i < 50; i++) waits.push(await honest.useIt());
  assert.equal(crowd.open, SILENT, "some were closed too early");
  const { resident } = relay;
  await using late = await Honest.come(relay, "tls");
  waits.push(await late.useIt());
  const slowest = Math.max(...waits);
  t.diagnostic(
    `${SILENT} silent connections in ${connected.toFixed(0)} ms: ${mebibytes(before)} before, ${mebibytes(resident)} with them, ` +
      `${((resident - before) / SILENT / KiB).toFixed(1)} KiB each; an honest user waited ${slowest.toFixed(0)} ms at most`,
  );
  assert.ok(resident - before < SILENT * IDLE_BYTES, `they cost ${mebibytes(resident - before)}`);
  assert.ok(resident < memory, `${mebibytes(resident)} is more than --memory`);
  assert.ok(slowest < PROMPT_MS, `an honest user waited ${slowest} ms`);
  const end = performance.now() + 40_000;
  while (crowd.open > 0) {
    assert.ok(performance.now() < end, `${crowd.open} of them are still there`);
    await pause(100);
  }
  await assertUnharmed(relay, honest);
});

test("a crowd from one address is capped, and told so", async () => {
  await using relay = await RelayProcess.start(["--connections-per-address", "20"]);
  using crowd = new Crowd();
  const strangers = { ...at(relay), localAddress: "127.0.0.9" };
  await crowd.join(20, () => strangers);
  const [refused] = (await crowd.join(1, () => strangers)) as [Socket];
  crowd.hear(refused);
  await sent(refused, "9;x\n");
  await until(() => refused.closed, "the one too many was closed");
  assert.equal(codeOf(crowd.heard(refused)), "slow-down");
  await crowd.join(40, () => strangers);
  await until(() => crowd.open <= 40, "from twice the cap on nobody is taken in");
  await assertUnharmed(relay);
});

test("garbage of every kind", async () => {
  await using relay = await RelayProcess.start();
  await using honest = await Honest.come(relay);
  using crowd = new Crowd();
  const openings = [
    "",
    "3;",
    "9",
    "0;AAAA",
    "2;",
    "\n",
    "105;",
    "GET / HTTP/1.1\r\n",
    "SSH-2.0-x\r\n",
    "\u0000",
    "\u00ff",
  ];
  const sockets = await crowd.join(150, () => at(relay));
  await Promise.all(
    sockets.map((socket, index) => {
      socket.resume();
      const opening = Buffer.from(openings[index % openings.length] as string, "latin1");
      const lines = randomBytes(32 * KiB).map((byte) => (byte < 8 ? 0x0a : byte < 20 ? 0x3b : byte));
      return sent(socket, Buffer.concat([opening, lines]));
    }),
  );
  await assertUnharmed(relay, honest);
  // Ten thousand lines of nonsense are nothing special, and each gets its answer.
  await using patient = await relay.plain();
  for (let i = 0; i < 10; i++) {
    patient.write(...new Array<string>(100).fill(`77;${noise(30)}`));
    for (let reply = 0; reply < 100; reply++)
      assert.match(codeOf(await patient.line()) ?? "", /^(wrong-usage|slow-down)$/);
  }
  await assertUnharmed(relay, honest);
});

test("senders of one byte at a time are given their time, and no more", async () => {
  await using relay = await RelayProcess.start(["--line-time", "2s", "--login-time", "60s"]);
  await using honest = await Honest.come(relay);
  using crowd = new Crowd();
  const sockets = await crowd.join(100, () => at(relay));
  for (const socket of sockets) crowd.hear(socket);
  const began = performance.now();
  for (let at = 0; crowd.open > 0; at++) {
    for (const socket of sockets) if (socket.writable) socket.write("3;slow"[at] ?? "x");
    await pause(20);
    assert.ok(performance.now() - began < 15_000, `${crowd.open} of them are still there`);
  }
  assert.ok(performance.now() - began > 1900, "they were closed too early");
  assert.ok(sockets.every((socket) => /^102;(going-away|slow-down);/.test(crowd.heard(socket))));
  await assertUnharmed(relay, honest);
});

test("lines that never end share one piece of memory", async (t: TestContext) => {
  const limit = 16 * MiB;
  await using relay = await RelayProcess.start(["--input-memory", "16MiB", "--line-time", "60s"]);
  await using honest = await Honest.come(relay);
  await honest.useIt();
  const before = relay.resident;
  using crowd = new Crowd();
  const sockets = await crowd.join(1000, () => at(relay));
  const line = `3;${"x".repeat(100)};${nameOf("nobody")};${"A".repeat(300 * KiB)}`;
  for (const socket of sockets) {
    crowd.hear(socket);
    socket.write(line);
  }
  const refused = () => sockets.filter((socket) => crowd.heard(socket).startsWith("102;relay-full;")).length;
  await until(
    () => refused() + Math.floor(limit / line.length) >= sockets.length,
    "who is too much was refused",
  );
  const slowest = await honest.useIt();
  const grown = relay.residentPeak - before;
  t.diagnostic(
    `${refused()} of ${sockets.length} lines of ${line.length} bytes refused; at most ${mebibytes(grown)} more memory; ` +
      `an honest user waited ${slowest.toFixed(0)} ms`,
  );
  assert.ok(grown < 2 * limit + UNCOLLECTED_BYTES, `they cost ${mebibytes(grown)}`);
  assert.ok(slowest < PROMPT_MS, `an honest user waited ${slowest} ms`);
  for (const socket of sockets) socket.destroy();
  await assertUnharmed(relay, honest);
  // And who is not too much may have a long line again.
  const long = await honest.client.ask(`3;${honest.token};${honest.mailbox};${noise(256 * KiB)}`);
  assert.match(long, /^103;/);
});

test("half a TLS handshake, and what is no TLS at all", async () => {
  await using relay = await RelayProcess.start(["--first-byte-time", "3s"]);
  await using honest = await Honest.come(relay);
  const hello = await clientHello(relay);
  using crowd = new Crowd();
  const sockets = await crowd.join(300, () => at(relay));
  const halves: Socket[] = [];
  for (const [index, socket] of sockets.entries()) {
    socket.resume();
    if (index % 3 === 0) {
      halves.push(socket);
      socket.write(hello.subarray(0, 1 + Math.floor(((hello.length - 2) * index) / sockets.length)));
    } else if (index % 3 === 1) {
      const changed = Buffer.from(hello);
      for (let i = 0; i < 20; i++) changed[1 + Math.floor(Math.random() * (changed.length - 1))] = i * 13;
      socket.write(changed);
    } else socket.write(Buffer.concat([Buffer.from([0x16]), randomBytes(20 * KiB)]));
  }
  await honest.useIt();
  await until(() => halves.every((socket) => socket.closed), "half a handshake is not waited for");
  // A whole handshake, then bytes that are none of TLS.
  const raw = connect(at(relay));
  const tls = connectTls({ socket: raw, rejectUnauthorized: false });
  await new Promise((resolve) => tls.once("secureConnect", resolve));
  tls.on("error", () => {});
  raw.on("error", () => {});
  raw.write(randomBytes(40 * KiB));
  await until(() => raw.closed || raw.destroyed, "a broken TLS connection is closed");
  await assertUnharmed(relay, honest);
});

/** The first bytes of a TLS connection, taken from a real one. */
async function clientHello(relay: RelayProcess): Promise<Buffer> {
  const { createServer } = await import("node:net");
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (bytes) => {
      resolve(bytes);
      socket.destroy();
      server.close();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }).on("error", () => {});
  const hello = await promise;
  assert.equal(hello[0], 0x16, `no hello for ${relay.port}`);
  return hello;
}

test("tokens that are forged, foreign, without a signature, or over", async () => {
  await using relay = await RelayProcess.start(["--token-time", "2s"]);
  await using other = await RelayProcess.start();
  await using honest = await Honest.come(relay);
  await using foreigner = await Honest.come(other);
  const [header, payload, signature] = honest.token.split(".") as [string, string, string];
  const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  const signed = (head: unknown, body: unknown, secret: string | Buffer = "secret") => {
    const text = `${json(head)}.${json(body)}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  };
  const fresh = { ...claims, exp: Math.floor(Date.now() / 1000) + 3600 };
  const forgeries = {
    "alg none": `${json({ alg: "none" })}.${json(fresh)}.`,
    "alg None, a signature": `${json({ alg: "None" })}.${json(fresh)}.${signature}`,
    "alg NONE": `${json({ alg: "NONE", typ: "JWT" })}.${payload}.`,
    "no signature": `${header}.${payload}.`,
    "another secret": signed({ alg: "HS256" }, fresh),
    "an empty secret": signed({ alg: "HS256" }, fresh, Buffer.alloc(0)),
    "the relay's fingerprint for a secret": signed({ alg: "HS256" }, fresh, relay.fingerprint),
    "a key of its own": signed({ alg: "HS256", jwk: { kty: "oct", k: json("secret") } }, fresh),
    "a key identifier": signed({ alg: "HS256", kid: "../../../../dev/null" }, fresh, Buffer.alloc(0)),
    "another relay's": foreigner.token,
    "another relay's, our name in it": `${foreigner.token.split(".")[0]}.${payload}.${foreigner.token.split(".")[2]}`,
    "another mailbox": `${header}.${json({ ...claims, sub: nameOf("victim") })}.${signature}`,
    "a later end": `${header}.${json(fresh)}.${signature}`,
    "a bit less": honest.token.slice(0, -1),
    "a bit more": `${honest.token}A`,
    "more parts": `${honest.token}.${signature}`,
    "critical extensions": signed({ alg: "HS256", crit: ["b64"], b64: false }, fresh),
    "nothing in it": "..",
    "no token": "x",
  };
  await using stranger = await relay.plain();
  const replies = new Set<string>();
  for (const [name, token] of Object.entries(forgeries)) {
    for (const request of [
      `4;${token}`,
      `5;${token};1`,
      `3;${token};${honest.mailbox};QUFB`,
      `8;${token};${honest.mailbox}`,
    ]) {
      const reply = await stranger.ask(request);
      assert.equal(codeOf(reply), "bad-token", name);
      replies.add(reply);
    }
  }
  // It held, and then its time is over: on the connection that knows it too.
  assert.equal(await stranger.ask(`5;${honest.token};0`), "105;0");
  await until(() => Date.now() / 1000 > (claims.exp as number) + 0.1, "the token's time went by");
  for (const client of [stranger, honest.client, await relay.plain()]) {
    const reply = await client.ask(`4;${honest.token}`);
    assert.equal(codeOf(reply), "bad-token");
    replies.add(reply);
    if (client !== stranger && client !== honest.client) await client[Symbol.asyncDispose]();
  }
  assert.equal(replies.size, 1, "the refusals tell one forgery from another");
  assert.ok(relay.isAlive);
  assert.equal(relay.logs, "");
});

test("handles that are replayed, guessed, or of another connection", async () => {
  await using relay = await RelayProcess.start();
  await using alice = await relay.plain();
  await using mallory = await relay.plain();
  const key = drawEd25519();
  const claim = `0;${base64(key.publicKey.blob)};sign`;
  const begin = async (client: Client) => {
    const [, handle, challenge] = (await client.ask(claim)).split(";") as [string, string, string];
    const proof = base64(await sshsigSign(pairSigner(key), AUTH_NAMESPACE, bytesOf(challenge)));
    return { handle, proof };
  };
  const replies = new Set<string>();
  const refused = async (client: Client, handle: string, proof: string) => {
    const reply = await client.ask(`2;${handle};${proof}`);
    assert.equal(codeOf(reply), "auth-failed");
    replies.add(reply);
  };
  const first = await begin(alice);
  await refused(mallory, first.handle, first.proof);
  assert.match(await alice.ask(`2;${first.handle};${first.proof}`), /^101;/);
  await refused(alice, first.handle, first.proof);
  const second = await begin(alice);
  await refused(alice, second.handle, first.proof);
  await refused(alice, second.handle, second.proof);
  for (let i = 0; i < 200; i++) await refused(mallory, randomBytes(16).toString("base64url"), second.proof);
  assert.equal(replies.size, 1, "the refusals tell one from another");
  await assertUnharmed(relay);
});

test("a flood of AUTH fills its share of challenges, and honest people wait for their time only", async () => {
  await using relay = await RelayProcess.start(["--open-challenges", "64", "--challenge-time", "2s"]);
  const claim = `0;${base64(drawEd25519().publicKey.blob)};sign`;
  const crowd = await Promise.all(Array.from({ length: 20 }, () => relay.plain()));
  const count = { answered: 0, refused: 0 };
  for (const client of crowd) {
    client.write(...new Array<string>(20).fill(claim));
    for (let i = 0; i < 20; i++) {
      const reply = await client.line();
      if (reply.startsWith("1;")) count.answered++;
      else if (codeOf(reply) === "slow-down") count.refused++;
    }
  }
  assert.deepEqual(count, { answered: 64, refused: 400 - 64 });
  const end = performance.now() + 10_000;
  await using honest = await relay.plain();
  while (codeOf(await honest.ask(claim)) === "slow-down") {
    assert.ok(performance.now() < end, "nobody can prove a key any more");
    await pause(100);
  }
  for (const client of crowd) await client[Symbol.asyncDispose]();
  await assertUnharmed(relay);
});

test("proofs of strangers get their part of the processor, and no more", async () => {
  await using relay = await RelayProcess.start(["--proofs", "50"]);
  await using honest = await Honest.come(relay);
  const hello = `9;${base64(randomBytes(32))}`;
  const crowd = await Promise.all(Array.from({ length: 10 }, () => relay.plain()));
  let refused = 0;
  for (const client of crowd) client.write(...new Array<string>(100).fill(hello));
  const slowest = await honest.useIt();
  for (const client of crowd)
    for (let i = 0; i < 100; i++) if (codeOf(await client.line()) === "slow-down") refused++;
  assert.ok(refused > 500, `${refused} of 1000 refused`);
  assert.ok(slowest < PROMPT_MS, `an honest user waited ${slowest} ms`);
  for (const client of crowd) await client[Symbol.asyncDispose]();
  await pause(500);
  await assertUnharmed(relay, honest);
});

test("small questions with large answers, asked by readers who never read", async (t: TestContext) => {
  const limit = 16 * MiB;
  await using relay = await RelayProcess.start(["--output-memory", "16MiB", "--stall-time", "5s"]);
  await using honest = await Honest.come(relay);
  for (let slot = 0; slot < 8; slot++) {
    assert.match(await honest.client.ask(`7;${honest.token};slot-${slot};600;${noise(65_535)}`), /^103;/);
  }
  const before = relay.resident;
  using crowd = new Crowd();
  // Paused before a byte is read: the system's own buffers fill up, and then the relay's.
  const sockets = await crowd.join(READERS, () => at(relay));
  for (const socket of sockets) {
    socket.pause();
    socket.write(`8;${honest.token};${honest.mailbox}\n`.repeat(50));
  }
  // Requests of one token are limited, so some who ask have a token of their own.
  const waits: number[] = [];
  const began = performance.now();
  await using other = await Honest.come(relay);
  while (performance.now() - began < 6000) {
    waits.push(await other.useIt());
    await pause(50);
  }
  const grown = relay.residentPeak - before;
  const slowest = Math.max(...waits);
  t.diagnostic(
    `${READERS} readers who never read asked for ${mebibytes(READERS * 50 * 8 * 87_400)}: at most ${mebibytes(grown)} more memory, ` +
      `an honest user waited ${slowest.toFixed(0)} ms at most`,
  );
  assert.ok(grown < 2 * limit + UNCOLLECTED_BYTES, `they cost ${mebibytes(grown)}`);
  assert.ok(slowest < 2 * PROMPT_MS, `an honest user waited ${slowest} ms`);
  for (const socket of sockets) socket.destroy();
  await assertUnharmed(relay, other);
});

test("mailboxes without end fill the relay, which says so and gets over it", async () => {
  await using relay = await RelayProcess.start(["--memory", "8MiB", "--ttl", "2s", "--rate", "1000000"]);
  await using flooder = await Honest.come(relay);
  const before = relay.resident;
  const envelope = noise(600);
  let full = 0;
  let stored = 0;
  for (let round = 0; round < 10; round++) {
    flooder.client.write(
      ...Array.from({ length: 1000 }, (_, i) => `3;${flooder.token};${nameOf(`${round}/${i}`)};${envelope}`),
    );
    for (let i = 0; i < 1000; i++) {
      const code = codeOf(await flooder.client.line());
      if (code === "relay-full") full++;
      else stored++;
    }
  }
  assert.ok(stored > 3000 && full > 3000, `${stored} stored, ${full} refused`);
  assert.ok(relay.resident - before < 64 * MiB, `they cost ${mebibytes(relay.resident - before)}`);
  const end = performance.now() + 30_000;
  while (
    codeOf(await flooder.client.ask(`3;${flooder.token};${nameOf("again")};${envelope}`)) === "relay-full"
  ) {
    assert.ok(performance.now() < end, "the relay stays full");
    await pause(100);
  }
  await assertUnharmed(relay);
});

test("requests faster than the rate are refused, one by one, and the next second is a new one", async () => {
  await using relay = await RelayProcess.start(["--rate", "100"]);
  await using honest = await Honest.come(relay);
  const line = `3;${honest.token};${honest.mailbox};QUFB`;
  honest.client.write(...new Array<string>(1000).fill(line));
  const codes = { stored: 0, refused: 0 };
  for (let i = 0; i < 1000; i++) {
    const reply = await honest.client.line();
    if (reply.startsWith("103;")) codes.stored++;
    else {
      assert.equal(codeOf(reply), "slow-down");
      codes.refused++;
    }
  }
  assert.ok(codes.stored >= 90 && codes.stored <= 500, JSON.stringify(codes));
  await pause(1100);
  assert.match(await honest.client.ask(line), /^103;/);
  await assertUnharmed(relay);
});

test("people who hang up at any moment", async () => {
  await using relay = await RelayProcess.start(["--rate", "1000000"]);
  await using honest = await Honest.come(relay);
  const stored = `3;${honest.token};${honest.mailbox};${noise(200 * KiB)}\n`;
  const all = `9;${base64(randomBytes(32))}\n${stored}4;${honest.token}\n5;${honest.token};9\n8;${honest.token};${honest.mailbox}\n`;
  using crowd = new Crowd();
  const sockets = await crowd.join(200, () => at(relay));
  for (const [index, socket] of sockets.entries()) {
    const bytes = all.slice(0, Math.floor((all.length * index) / sockets.length));
    socket.write(bytes, () => (index % 2 === 0 ? socket.resetAndDestroy() : socket.end()));
    if (index % 4 === 1) socket.resume();
  }
  await until(
    () => sockets.every((socket, index) => index % 4 > 1 || socket.closed || socket.destroyed),
    "they went",
  );
  for (const socket of sockets) socket.destroy();
  await until(() => relay.openFiles < 60, "the relay has let go of every one of them");
  await honest.client.askRun(`4;${honest.token}`);
  await assertUnharmed(relay);
});
