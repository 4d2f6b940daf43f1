/**
 * Speed and memory of one relay process over plain loopback: `npm run bench:relay`.
 *
 * The relay is a process of its own; this one is the load. Both sides' processor time is reported: where the
 * load's share of a core comes near 100 %, it is what limits. Each figure is the best and the median of the rounds.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import {
  formatGet,
  formatSend,
  formatSubscribe,
  messageLineBytes,
  parseAddress,
  SENT_LINE_BYTES,
} from "@asfaleia/protocol";
import { drawSigner, LoadConnection, noise } from "./load.ts";

const CONNECTIONS = 32;
const ENVELOPE_BYTES = 1024;
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const PER_ROUND = Number(process.env.MESSAGES ?? 320_000);
const PER_CONNECTION = Math.floor(PER_ROUND / CONNECTIONS);
/** Requests written at once, and in flight, on one connection. */
const BATCH = 64;
const IN_FLIGHT = 256;
const MESSAGE_LINE = messageLineBytes(ENVELOPE_BYTES);
const envelope = noise(ENVELOPE_BYTES);

/** A relay process, and what it answers. */
class RelayProcess {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(): Promise<RelayProcess> {
    const child = fork(new URL("relay-process.ts", import.meta.url), {
      execArgv: ["--conditions=asfaleia-source", "--expose-gc"],
    });
    const [{ address }] = (await once(child, "message")) as [{ address: string }];
    const place = parseAddress(address);
    return new RelayProcess(child, place.transport === "tcp" ? place.port : 0);
  }

  open(): Promise<LoadConnection> {
    return LoadConnection.open(this.port);
  }

  /** Resident bytes after a collection, and processor time so far. */
  async state(): Promise<{ resident: number; cpu: NodeJS.CpuUsage }> {
    this.#child.send("state");
    const [answer] = await once(this.#child, "message");
    return answer as { resident: number; cpu: NodeJS.CpuUsage };
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await once(this.#child, "exit");
  }
}

const relay = await RelayProcess.start();
console.log(
  `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, ${CONNECTIONS} connections`,
);
const connections = await Promise.all(
  Array.from({ length: CONNECTIONS }, async () => (await relay.open()).login(drawSigner())),
);

/** Sends so many messages from one connection to a mailbox, a window of them in flight. */
function send(from: LoadConnection, mailbox: string, count: number, sentAt?: Float64Array): Promise<void> {
  const one = Buffer.from(formatSend(from.token, mailbox, envelope));
  const batch = Buffer.concat(Array.from({ length: BATCH }, () => one));
  return new Promise((resolve) => {
    let sent = 0;
    let bytes = 0;
    const more = (): void => {
      while (sent < count && sent - bytes / SENT_LINE_BYTES < IN_FLIGHT) {
        const now = Math.min(BATCH, count - sent);
        sentAt?.fill(performance.now(), sent, sent + now);
        from.socket.write(now === BATCH ? batch : batch.subarray(0, now * one.length));
        sent += now;
      }
    };
    from.onBytes = (received) => {
      bytes += received.length;
      if (bytes < count * SENT_LINE_BYTES) return more();
      from.onBytes = () => {};
      resolve();
    };
    more();
  });
}

/** GETs everything, and checks how many messages came. */
async function drain(from: LoadConnection, count: number): Promise<void> {
  const whole = count * MESSAGE_LINE + `105;${count}\n`.length;
  await new Promise<void>((resolve, reject) => {
    let bytes = 0;
    from.onBytes = (received) => {
      bytes += received.length;
      if (bytes > whole) reject(new Error("more than was stored"));
      if (bytes !== whole) return;
      from.onBytes = () => {};
      resolve();
    };
    from.socket.write(formatGet(from.token));
  });
}

interface Round {
  readonly perSecond: number;
  readonly relayUs: number;
  readonly relayShare: number;
  readonly loadShare: number;
}

async function measured(count: number, work: () => Promise<unknown>): Promise<Round> {
  const before = await relay.state();
  const load = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const mine = process.cpuUsage(load);
  const after = await relay.state();
  const relayUs = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
  return {
    perSecond: count / seconds,
    relayUs: relayUs / count,
    relayShare: relayUs / 1e6 / seconds,
    loadShare: (mine.user + mine.system) / 1e6 / seconds,
  };
}

function report(name: string, rounds: readonly Round[]): void {
  const sorted = rounds.toSorted((a, b) => b.perSecond - a.perSecond);
  const best = sorted[0] as Round;
  const median = sorted[Math.floor(sorted.length / 2)] as Round;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  console.log(
    `${name.padEnd(8)} best ${Math.round(best.perSecond)}/s, median ${Math.round(median.perSecond)}/s; at the median ` +
      `${median.relayUs.toFixed(1)} µs of the relay each, relay ${percent(median.relayShare)} of a core, load ${percent(median.loadShare)}`,
  );
}

const storeRounds: Round[] = [];
const drainRounds: Round[] = [];
for (let round = 0; round <= ROUNDS; round++) {
  const total = PER_CONNECTION * CONNECTIONS;
  const store = await measured(total, () => all((c) => send(c, c.mailbox, PER_CONNECTION)));
  const drained = await measured(total, () => all((c) => drain(c, PER_CONNECTION)));
  if (round === 0) continue; // the compiler's warm-up
  storeRounds.push(store);
  drainRounds.push(drained);
}
report("stores", storeRounds);
report("drains", drainRounds);

// Half of the connections write, the other half have subscribed; each message is confirmed, 64 ids a line.
const writers = connections.slice(0, CONNECTIONS / 2);
const readers = connections.slice(CONNECTIONS / 2);
const pushRounds: Round[] = [];
let latencies = new Float64Array(0);
for (const reader of readers) await reader.ask(formatSubscribe({ token: reader.token, window: 1024 }));
for (let round = 0; round <= ROUNDS; round++) {
  const total = PER_CONNECTION * writers.length;
  latencies = new Float64Array(total);
  const pushed = await measured(total, () =>
    Promise.all(
      writers.map((writer, i) =>
        push(writer, readers[i] as LoadConnection, latencies.subarray(i * PER_CONNECTION)),
      ),
    ),
  );
  if (round > 0) pushRounds.push(pushed);
}
report("pushes", pushRounds);
console.log(`         from SEND to MESSAGE at that load: ${quantiles(latencies)}`);

// The same with one message in flight at a time: what a person sees.
const [writer, reader] = [writers[0] as LoadConnection, readers[0] as LoadConnection];
const quiet = new Float64Array(2000);
for (let i = 0; i < quiet.length; i++) await push(writer, reader, quiet.subarray(i, i + 1), 1);
console.log(`         one at a time: ${quantiles(quiet)}`);

/** Sends to a subscriber, which confirms in batches. Fills in milliseconds from SEND to MESSAGE. */
function push(
  from: LoadConnection,
  to: LoadConnection,
  ms: Float64Array,
  count = PER_CONNECTION,
): Promise<unknown> {
  const sentAt = new Float64Array(count);
  const ack = ackWriter(to);
  const arrived = new Promise<void>((resolve) => {
    let at = 0;
    let line = Buffer.alloc(0);
    let acks = 0;
    let got = 0;
    to.onBytes = (bytes) => {
      const all =
        line.length > 0
          ? Buffer.concat([line, bytes])
          : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      at = 0;
      for (;;) {
        // END lines, replies to the ACKs, stand between the messages.
        if (all[at + 2] === 0x35) {
          const end = all.indexOf(0x0a, at);
          if (end < 0) break;
          at = end + 1;
          acks--;
        } else {
          if (all.length - at < MESSAGE_LINE) break;
          ms[got] = performance.now() - (sentAt[got] as number);
          got++;
          if (ack(all.subarray(at + 55, at + 79), got === count)) acks++;
          at += MESSAGE_LINE;
        }
        if (got === count && acks === 0) {
          to.onBytes = () => {};
          resolve();
          return;
        }
      }
      line = Buffer.from(all.subarray(at));
    };
  });
  return Promise.all([arrived, send(from, to.mailbox, count, sentAt)]);
}

/** @returns a function that takes an id and writes an ACK when 64 are together. */
function ackWriter(to: LoadConnection): (id: Uint8Array, last: boolean) => boolean {
  const head = Buffer.concat([Buffer.from("6;"), to.token]);
  const line = Buffer.alloc(head.length + 64 * 25 + 1);
  head.copy(line);
  let length = head.length;
  return (id, last) => {
    line[length] = 0x3b;
    line.set(id, length + 1);
    length += 25;
    if (length < head.length + 64 * 25 && !last) return false;
    line[length] = 0x0a;
    to.socket.write(Buffer.from(line.subarray(0, length + 1)));
    length = head.length;
    return true;
  };
}

function quantiles(ms: Float64Array): string {
  const sorted = ms.toSorted();
  const at = (q: number) => (sorted[Math.floor(sorted.length * q)] as number).toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

// Logins: a challenge, a signature made by the load, a token; 8 connections at once.
const LOGINS = 2000;
const signer = drawSigner();
const logins = await measured(LOGINS, () =>
  Promise.all(
    connections.slice(0, 8).map(async (connection) => {
      for (let i = 0; i < LOGINS / 8; i++) await connection.login(signer);
    }),
  ),
);
report("logins", [logins]);
for (const connection of connections) connection.socket.destroy();
await relay.stop();
await memory();

/** What stored messages, and idle connections that have logged in, add to the resident set of a relay that is otherwise fresh. */
async function memory(): Promise<void> {
  const STORED = 200_000;
  const storing = await RelayProcess.start();
  const keeper = await (await storing.open()).login(drawSigner());
  await send(keeper, keeper.mailbox, 2000);
  await drain(keeper, 2000);
  const empty = await storing.state();
  await send(keeper, keeper.mailbox, STORED);
  const full = await storing.state();
  const each = Math.round((full.resident - empty.resident) / STORED);
  console.log(`memory   ${each} bytes resident a stored message of ${ENVELOPE_BYTES} bytes`);
  keeper.socket.destroy();
  await storing.stop();

  const IDLE = 4000;
  const idling = await RelayProcess.start();
  const idle: LoadConnection[] = [];
  const more = async (count: number) => {
    for (let i = 0; i < count; i++) idle.push(await (await idling.open()).login(signer));
  };
  // First as many that go again: the collector's young space grows with the logins, whoever stays.
  await more(IDLE);
  for (const connection of idle.splice(0)) connection.socket.destroy();
  const few = await idling.state();
  await more(IDLE);
  const many = await idling.state();
  const one = Math.round((many.resident - few.resident) / IDLE);
  console.log(`         ${one} bytes resident an idle plain connection that has logged in`);
  for (const connection of idle) connection.socket.destroy();
  await idling.stop();
}

async function all(work: (connection: LoadConnection) => Promise<unknown>): Promise<void> {
  await Promise.all(connections.map(work));
}
