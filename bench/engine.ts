/**
 * Speed of the messenger, with everything that makes it slow: two clients and a relay as processes, TLS on loopback,
 * profiles encrypted on disk, every message committed on both sides: `npm run bench:engine`.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createProfile, openProfile } from "@asfaleia/client/messenger";
import type { Order } from "./engine-client.ts";

const PACED = Number(process.env.MESSAGES ?? 1_000);
const EVERY_MS = 20;
const QUEUED = 1_000;
const FILE_BYTES = 20 * 1024 * 1024;
const HISTORY = 100_000;
const CONDITIONS = ["--conditions=asfaleia-source"];

class Client {
  readonly #child: ChildProcess;
  #number = 0;

  constructor() {
    this.#child = fork(new URL("engine-client.ts", import.meta.url), { execArgv: CONDITIONS });
    this.#child.setMaxListeners(0);
  }

  ask<T>(order: Order): Promise<T> {
    const number = ++this.#number;
    this.#child.send({ number, order });
    return new Promise((resolve, reject) => {
      const onMessage = (message: { number: number; answer: T }): void => {
        if (message.number !== number) return;
        this.#child.off("message", onMessage);
        resolve(message.answer);
      };
      this.#child.on("message", onMessage);
      this.#child.once("exit", () => reject(new Error("a client has ended")));
    });
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}

interface Heard {
  readonly latencies: readonly number[];
  readonly lastAt: string;
}

const folder = await mkdtemp(join(tmpdir(), "asfaleia-bench-"));
const relay = fork(new URL("relay-process.ts", import.meta.url), {
  execArgv: [...CONDITIONS, "--expose-gc"],
});
const [{ address }] = (await once(relay, "message")) as [{ address: string }];
try {
  report("machine", `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, Node ${process.version}`);
  const { alice, bob } = await pair("talk");
  await Promise.all([alice.ask({ do: "start" }), bob.ask({ do: "start" })]);
  // The first message opens the session, and the answer the other side's.
  await Promise.all([
    bob.ask<Heard>({ do: "hear", count: 1 }),
    alice.ask({ do: "send", count: 1, everyMs: 0 }),
  ]);
  await Promise.all([
    alice.ask<Heard>({ do: "hear", count: 1 }),
    bob.ask({ do: "send", count: 1, everyMs: 0 }),
  ]);
  const [{ latencies }] = await Promise.all([
    bob.ask<Heard>({ do: "hear", count: PACED }),
    alice.ask({ do: "send", count: PACED, everyMs: EVERY_MS }),
  ]);
  report(
    `sent to shown at ${1000 / EVERY_MS} a second`,
    `p50 ${quantile(latencies, 0.5)} ms, p99 ${quantile(latencies, 0.99)} ms (${PACED} messages)`,
  );
  const [fetchedMs] = await Promise.all([
    bob.ask<number>({ do: "fetch" }),
    alice.ask({ do: "offer", bytes: FILE_BYTES }),
  ]);
  report("20 MiB file, asked for to whole", `${(fetchedMs / 1000).toFixed(2)} s`);
  await Promise.all([alice.stop(), bob.stop()]);

  const queue = await pair("queue");
  await queue.bob.ask({ do: "start" });
  await queue.alice.ask({ do: "send", count: QUEUED, everyMs: 0 });
  const hearing = queue.bob.ask<Heard>({ do: "hear", count: QUEUED });
  const begin = process.hrtime.bigint();
  await queue.alice.ask({ do: "start" });
  const { lastAt } = await hearing;
  report(
    `${QUEUED} queued messages, sent and received`,
    `${(Number(BigInt(lastAt) - begin) / 1e9).toFixed(2)} s`,
  );
  await Promise.all([queue.alice.stop(), queue.bob.stop()]);
  await history();
} finally {
  relay.kill("SIGKILL");
  await rm(folder, { recursive: true });
}

async function pair(name: string): Promise<{ alice: Client; bob: Client }> {
  const [alice, bob] = [new Client(), new Client()];
  const [aliceCard, bobCard] = await Promise.all([
    alice.ask<string>({ do: "init", folder: join(folder, `${name}-alice`), relay: address }),
    bob.ask<string>({ do: "init", folder: join(folder, `${name}-bob`), relay: address }),
  ]);
  await Promise.all([alice.ask({ do: "meet", card: bobCard }), bob.ask({ do: "meet", card: aliceCard })]);
  return { alice, bob };
}

/** A profile with many messages: opening it, its last lines, and finding some. */
async function history(): Promise<void> {
  const place = join(folder, "history");
  const profile = await createProfile(place, { kind: "none" });
  const contact = profile.contacts.add({
    name: "peer",
    state: "contact",
    verified: false,
    retentionMs: undefined,
    timerMs: 0,
    sent: 0,
    createdAt: 0,
  });
  profile.transaction(() => {
    for (let index = 0; index < HISTORY; index++) {
      const id = Buffer.alloc(16);
      id.writeUInt32BE(index);
      const text = `message ${index} about ${index % 997} and ${index % 31} things`;
      const body = Buffer.from(text);
      profile.messages.add({
        contact,
        id,
        sender: "somebody",
        isOwn: false,
        n: index + 1,
        at: index,
        arrivedAt: index,
        until: undefined,
        readAt: index,
        kind: "text",
        body,
        text,
        editedAt: undefined,
        isDeleted: false,
      });
    }
  });
  profile.close();
  let begin = performance.now();
  const again = await openProfile(place, {});
  const last = again.messages.last(contact, 50);
  report(
    `opening ${HISTORY} messages and reading the last ${last.length}`,
    `${(performance.now() - begin).toFixed(0)} ms`,
  );
  for (const words of ["message", "about 500", "thin", "5000 things"]) {
    begin = performance.now();
    const found = again.messages.search(words, 50);
    report(`searching them, ${found.length} hits`, `${(performance.now() - begin).toFixed(1)} ms`);
  }
  again.close();
}

function quantile(values: readonly number[], part: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1);
}

function report(what: string, figure: string): void {
  console.log(`${what}: ${figure}`);
}
