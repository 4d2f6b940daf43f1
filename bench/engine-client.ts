/** One client of bench/engine.ts: a messenger over a profile on disk, told by its parent what to do. */
import { randomBytes } from "node:crypto";
import { openLink } from "@asfaleia/client";
import {
  createProfile,
  DEFAULT_DELAYS,
  type Environment,
  initProfile,
  type Messenger,
  openMessenger,
} from "@asfaleia/client/messenger";
import { parseAddress } from "@asfaleia/protocol";
import { drawSigner } from "./load.ts";

/** What the parent asks; each is answered by one message. */
export type Order =
  | { readonly do: "init"; readonly folder: string; readonly relay: string }
  | { readonly do: "meet"; readonly card: string }
  | { readonly do: "start" }
  | { readonly do: "send"; readonly count: number; readonly everyMs: number }
  | { readonly do: "hear"; readonly count: number }
  | { readonly do: "offer"; readonly bytes: number }
  | { readonly do: "fetch" };

const environment: Environment = {
  clock: {
    now: () => Date.now(),
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  },
  random: {
    bytes: (count) => new Uint8Array(randomBytes(count)),
    fraction: () => randomBytes(4).readUInt32BE() / 2 ** 32,
  },
  dial: (address, { signal }) => openLink(address, { signal }),
};

let messenger: Messenger;
let contact = 0;

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case "init": {
      const profile = await createProfile(order.folder, { kind: "none" });
      await initProfile({ profile, environment, signer: drawSigner(), relays: [parseAddress(order.relay)] });
      messenger = openMessenger({ profile, environment, delays: DEFAULT_DELAYS });
      return Buffer.from(messenger.card()).toString("base64");
    }
    case "meet":
      contact = (await messenger.addCard(Buffer.from(order.card, "base64"), "peer")).id;
      return undefined;
    case "start":
      messenger.start();
      return undefined;
    case "send":
      return send(order.count, order.everyMs);
    case "hear":
      return hear(order.count);
    case "offer":
      await messenger.sendFile(contact, {
        name: "noise",
        type: "application/octet-stream",
        bytes: randomBytes(order.bytes),
      });
      return undefined;
    case "fetch":
      return fetchFile();
  }
}

/** Sends texts that say when they were sent, by the clock that all processes share. */
async function send(count: number, everyMs: number): Promise<void> {
  const begin = performance.now();
  for (let index = 0; index < count; index++) {
    const waitMs = begin + index * everyMs - performance.now();
    if (everyMs > 0 && waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    await messenger.send(
      contact,
      `${process.hrtime.bigint()} a message of about a hundred characters, as people write them, more or less, on most days`,
    );
  }
}

/** @returns milliseconds from `send` to the event, of each message, and when the last one came */
async function hear(count: number): Promise<{ latencies: number[]; lastAt: string }> {
  const latencies: number[] = [];
  for await (const event of messenger.events()) {
    if (event.type !== "message") continue;
    const now = process.hrtime.bigint();
    latencies.push(Number(now - BigInt(event.message.text.split(" ")[0] ?? "0")) / 1e6);
    if (latencies.length === count) return { latencies, lastAt: String(now) };
  }
  throw new Error("the messenger has ended");
}

/** @returns milliseconds from asking for the file to having it whole */
async function fetchFile(): Promise<number> {
  let begin = 0;
  for await (const event of messenger.events()) {
    if (event.type === "message" && event.message.file !== undefined) {
      begin = performance.now();
      await messenger.acceptFile(contact, event.message.file.id);
    }
    if (event.type === "file" && event.file.state === "complete") return performance.now() - begin;
    if (event.type === "file" && event.file.state === "failed") throw new Error("the file is not whole");
  }
  throw new Error("the messenger has ended");
}

process.on("message", ({ number, order }: { number: number; order: Order }) => {
  obey(order).then(
    (answer) => process.send?.({ number, answer }),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
