/** What lies between installations and relays: connections that take time, break, and cannot be had. */
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { Signer } from "@asfaleia/identity";
import { type Address, formatHello, HELLO_BYTES, maxLineBytes, parseRelay, RELAY } from "@asfaleia/protocol";
import {
  type AuthToken,
  type Clock,
  Connection,
  checkRelayProof,
  type Dial,
  hasPinPrefix,
  type Link,
  LinkError,
  RelayLink,
} from "../../packages/client/test/internals.ts";
import type { Scheduler } from "./clock.ts";
import type { Seeded } from "./random.ts";
import type { SimulatedRelay } from "./relay.ts";
import { type Latency, Wire } from "./wire.ts";

/** A dial that nobody answers ends after so long at the latest. */
const DIAL_MS = 20_000;
/** A connection that swallows everything is noticed by its ends after so long at the latest: TCP keep-alive. */
const DEAF_MS = 10 * 60_000;
/** In real time, of which a world takes none: its connections end by what happens in it. */
const NEVER_MS = 2 ** 30;

export interface NetworkOptions {
  readonly scheduler: Scheduler;
  readonly random: Seeded;
  readonly latency: Latency;
  readonly relays: readonly SimulatedRelay[];
}

/** Who dials. */
export interface Machine {
  readonly name: string;
  readonly clock: Clock;
}

interface Open {
  readonly machine: string;
  readonly relay: string;
  readonly wire: Wire;
}

export class Network {
  readonly #options: NetworkOptions;
  readonly #open = new Set<Open>();
  readonly #apart = new Map<string, number>();
  readonly #dialled = new Map<string, number>();

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  dialFor(machine: Machine): Dial {
    return (address, options) => this.#dial(machine, address, options);
  }

  /** Until `ms` from now a machine does not reach a relay. Its connections break at once, or swallow everything. */
  part(machine: string, relay: string, ms: number): void {
    const { random, scheduler } = this.#options;
    this.#apart.set(pair(machine, relay), scheduler.now + ms);
    const isDeaf = random.chance(0.5);
    for (const open of this.#open) {
      if (open.machine !== machine || open.relay !== relay) continue;
      if (isDeaf) open.wire.goDeaf(DEAF_MS);
      else open.wire.cut();
    }
  }

  /** Cuts every connection of a machine. */
  cut(machine: string): void {
    for (const open of this.#open) if (open.machine === machine) open.wire.cut();
  }

  /** The machine's process is gone: the system closes its sockets. */
  hangUp(machine: string): void {
    for (const open of this.#open) if (open.machine === machine) open.wire.client.destroy();
  }

  /** How many connections a machine has. */
  countOf(machine: string): number {
    return [...this.#open].filter((open) => open.machine === machine).length;
  }

  /** Everybody reaches everything again. */
  heal(): void {
    this.#apart.clear();
  }

  /** The world ends: nothing of it keeps the process from ending too. */
  close(): void {
    for (const { wire } of this.#open) {
      wire.client.hangUp();
      wire.relay.hangUp();
    }
  }

  async #dial(machine: Machine, address: Address, { signal, pinPrefix }: Parameters<Dial>[1]): Promise<Link> {
    const { random, scheduler, latency, relays } = this.#options;
    const count = (this.#dialled.get(machine.name) ?? 0) + 1;
    this.#dialled.set(machine.name, count);
    const name = `${machine.name}#${count}`;
    const chance = random.for(name);
    const relay = relays.find(({ address: { fingerprint = "" } }) =>
      pinPrefix === undefined ? fingerprint === address.fingerprint : hasPinPrefix(fingerprint, pinPrefix),
    );
    const isApart = relay === undefined || this.#isApart(machine.name, relay.name);
    const ms = isApart ? chance.between(0, DIAL_MS) : 2 * chance.between(latency.least, latency.most);
    await this.#wait(ms, `${name} dials ${relay?.name ?? "nobody"}`, signal);
    if (relay === undefined || isApart || !relay.isUp) throw new LinkError("unreachable");
    const wire = new Wire({ scheduler, random: chance, latency, name });
    const open = { machine: machine.name, relay: relay.name, wire };
    this.#open.add(open);
    wire.client.on("close", () => this.#open.delete(open));
    relay.accept(wire, machine.name);
    return openLink(wire, machine.clock, signal);
  }

  #isApart(machine: string, relay: string): boolean {
    return (this.#apart.get(pair(machine, relay)) ?? 0) > this.#options.scheduler.now;
  }

  #wait(ms: number, label: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.#options.scheduler.after(ms, label, () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      });
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}

/** As openLink of packages/client does it, over a wire and without TLS. */
async function openLink(wire: Wire, clock: Clock, signal: AbortSignal): Promise<Link> {
  const socket = wire.client as unknown as Socket;
  const connection = new Connection(socket, { timeoutMs: NEVER_MS, signal });
  try {
    const random = randomBytes(HELLO_BYTES);
    const relay = await connection.ask(() => formatHello(random), RELAY, parseRelay);
    const identity = checkRelayProof(relay, random, { socket, binding: new Uint8Array(0) });
    connection.open(maxLineBytes(identity.envelopeBytes));
    return new VirtualLink(connection, identity, clock);
  } catch (error) {
    connection.fail(error);
    throw error;
  }
}

/** The real link, but for tokens that end by the machine's own clock. */
class VirtualLink extends RelayLink {
  readonly #clock: Clock;

  constructor(connection: Connection, relay: Link["relay"], clock: Clock) {
    super(connection, relay);
    this.#clock = clock;
  }

  override async authenticate(signer: Signer): Promise<AuthToken> {
    const token = await super.authenticate(signer);
    const seconds = Math.round((token.expires.getTime() - Date.now()) / 1000);
    return { ...token, expires: new Date(this.#clock.now() + seconds * 1000) };
  }
}

function pair(machine: string, relay: string): string {
  return `${machine} ${relay}`;
}
