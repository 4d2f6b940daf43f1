/** People with messengers on a real relay, all in one process. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { openLink } from "@asfaleia/client";
import {
  DEFAULT_DELAYS,
  type Delays,
  type Environment,
  initProfile,
  type Messenger,
  type MessengerEvent,
  openMemoryProfile,
  openMessenger,
  type Profile,
} from "@asfaleia/client/messenger";
import type { Signer } from "@asfaleia/identity";
import { type Address, parseAddress } from "@asfaleia/protocol";
import { type Relay, relaySettings, startRelay } from "@asfaleia/relay";
import { newEd25519 } from "../kit/keys.ts";

/** Short waits, so that a test waits for nothing. */
export const QUICK: Delays = {
  ...DEFAULT_DELAYS,
  receiptMeanMs: 0,
  copyMeanMs: 0,
  roundWithinMs: 20,
  roundEveryMs: 20,
  resendFirstMs: 2_000,
  lookupFirstMs: 50,
};

export const environment: Environment = {
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
  dial: (address, options) => openLink(address, options),
};

export async function newRelay(
  t: TestContext,
  options: { readonly key?: Uint8Array; readonly port?: number } = {},
): Promise<Relay> {
  const { port = 0, ...rest } = options;
  const relay = await startRelay({
    settings: relaySettings(),
    listen: [{ kind: "tcp", host: "127.0.0.1", port }],
    ...rest,
  });
  t.after(() => relay.stop());
  return relay;
}

/** An OpenSSH private key file. */
export async function newRelayKey(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "asfaleia-relay-"));
  try {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")]);
    return await readFile(join(folder, "key"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same relay at the same address, with nothing left in its memory. */
export async function restart(t: TestContext, relay: Relay, key: Uint8Array): Promise<Relay> {
  await relay.stop();
  const address = parseAddress(relay.addresses[0]!);
  if (address.transport !== "tcp") throw new Error("a relay on a port was expected");
  return newRelay(t, { key, port: address.port });
}

export interface Person {
  readonly signer: Signer;
  readonly profile: Profile;
  messenger: Messenger;
  readonly events: MessengerEvent[];
  /** Resolves with the next event, of those that were not taken yet, that is as wanted. */
  next<T extends MessengerEvent["type"]>(
    type: T,
    isWanted?: (event: Extract<MessengerEvent, { type: T }>) => boolean,
  ): Promise<Extract<MessengerEvent, { type: T }>>;
}

/** Somebody whose messenger is running. */
export async function newPerson(
  t: TestContext,
  relay: Relay,
  options: {
    readonly signer?: Signer;
    readonly link?: Uint8Array;
    readonly replaces?: boolean;
    readonly delays?: Delays;
    readonly environment?: Environment;
    /** Instead of that of the relay. */
    readonly relays?: readonly Address[];
    /** Of somebody whose messenger was closed. */
    readonly profile?: Profile;
  } = {},
): Promise<Person> {
  const profile = options.profile ?? openMemoryProfile();
  const signer = options.signer ?? newEd25519().signer;
  const world = options.environment ?? environment;
  const relays = [...(options.relays ?? [parseAddress(relay.addresses[0]!)])];
  const link = {
    ...(options.link === undefined ? {} : { link: options.link }),
    ...(options.replaces === undefined ? {} : { replaces: options.replaces }),
  };
  if (options.profile === undefined)
    await initProfile({ profile, environment: world, signer, relays, ...link });
  const messenger = openMessenger({
    profile,
    environment: world,
    delays: options.delays ?? QUICK,
    publisher: signer,
  });
  const stream = messenger.events();
  const events: MessengerEvent[] = [];
  const taken = new Set<MessengerEvent>();
  let wake = (): void => {};
  let arrived = new Promise<void>((resolve) => (wake = resolve));
  void (async () => {
    for await (const event of stream) {
      events.push(event);
      const now = wake;
      arrived = new Promise((resolve) => (wake = resolve));
      now();
    }
  })();
  messenger.start();
  t.after(async () => {
    await messenger.close();
    if (options.profile === undefined) profile.close();
  });
  return {
    signer,
    profile,
    messenger,
    events,
    async next(type, isWanted = () => true) {
      for (;;) {
        const found = events.find(
          (event) => event.type === type && !taken.has(event) && isWanted(event as never),
        );
        if (found !== undefined) {
          taken.add(found);
          return found as never;
        }
        await arrived;
      }
    },
  };
}

/** Both have each other's card, as if from hand to hand. */
export async function introduce(
  a: Person,
  b: Person,
): Promise<{ readonly aToB: number; readonly bToA: number }> {
  const aToB = (await a.messenger.addCard(b.messenger.card(), "bob")).id;
  const bToA = (await b.messenger.addCard(a.messenger.card(), "alice")).id;
  return { aToB, bToA };
}

/** Resolves when it is so. For what is told by no event; the test's own time-out ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
