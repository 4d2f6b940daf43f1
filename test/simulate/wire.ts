/** A connection without sockets: two ends, and bytes that take their time between them. */
import { EventEmitter } from "node:events";
import type { Scheduler } from "./clock.ts";
import { said } from "./lines.ts";
import type { Seeded } from "./random.ts";

/** Milliseconds one way. */
export interface Latency {
  readonly least: number;
  readonly most: number;
}

export interface WireOptions {
  readonly scheduler: Scheduler;
  readonly random: Seeded;
  readonly latency: Latency;
  /** Stands in the trace. */
  readonly name: string;
}

/** What node:net's Socket is to those who use one here, and no more. */
export class End extends EventEmitter {
  readonly writableNeedDrain = false;
  readonly #wire: Wire;
  readonly #inbox: Uint8Array[] = [];
  #other: "open" | "ended" | "told" = "open";
  #isPaused = false;
  #hasEnded = false;
  #isClosed = false;

  constructor(wire: Wire) {
    super();
    this.#wire = wire;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  write(bytes: Uint8Array, taken?: (error?: Error) => void): boolean {
    if (!this.#isClosed && !this.#hasEnded) this.#wire.carry(this, bytes.slice());
    if (taken !== undefined) queueMicrotask(() => taken());
    return true;
  }

  pause(): this {
    this.#isPaused = true;
    return this;
  }

  resume(): this {
    this.#isPaused = false;
    queueMicrotask(() => this.#flow());
    return this;
  }

  isPaused(): boolean {
    return this.#isPaused;
  }

  unshift(bytes: Uint8Array): void {
    this.#inbox.unshift(bytes.slice());
  }

  /** Says no more; gone once the other end has said so too. */
  end(): void {
    if (this.#hasEnded || this.#isClosed) return;
    this.#hasEnded = true;
    this.#wire.tellEnd(this);
    if (this.#other !== "open") this.hangUp();
  }

  destroySoon(): void {
    this.destroy();
  }

  destroy(): void {
    if (!this.#hasEnded && !this.#isClosed) this.#wire.tellEnd(this);
    this.#hasEnded = true;
    this.hangUp();
  }

  /** What the other end has written arrives. */
  receive(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#inbox.push(bytes);
    this.#flow();
  }

  /** The other end says no more. */
  hearEnd(): void {
    if (this.#isClosed || this.#other !== "open") return;
    this.#other = "ended";
    this.#flow();
    if (this.#hasEnded) this.hangUp();
  }

  /** The connection is gone, without a word to the other end. */
  hangUp(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#inbox.length = 0;
    queueMicrotask(() => this.emit("close"));
  }

  #flow(): void {
    while (!this.#isPaused && !this.#isClosed) {
      const bytes = this.#inbox.shift();
      if (bytes === undefined) break;
      this.emit("data", bytes);
    }
    if (this.#isPaused || this.#isClosed || this.#other !== "ended") return;
    this.#other = "told";
    this.emit("end");
  }
}

export class Wire {
  readonly client: End = new End(this);
  readonly relay: End = new End(this);
  readonly name: string;
  /** Changes what the relay says; nothing where it is not said at all. */
  fromRelay: (bytes: Uint8Array) => Uint8Array | undefined = (bytes) => bytes;
  readonly #options: WireOptions;
  readonly #lastArrival = new Map<End, number>();
  #isDeaf = false;

  constructor(options: WireOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get isOpen(): boolean {
    return !this.client.isClosed || !this.relay.isClosed;
  }

  /** Takes bytes that arrive at the other end, after those before. */
  carry(from: End, bytes: Uint8Array): void {
    this.#options.scheduler.stir();
    const told = from === this.relay ? this.fromRelay(bytes) : bytes;
    if (told !== undefined)
      this.#arrive(from, `${this.#arrow(from)} ${said(told)}`, (to) => to.receive(told));
  }

  /** Something arrives at the client that the relay says `ms` later, of whatever it says meanwhile. */
  sayLater(ms: number, bytes: Uint8Array): void {
    this.#options.scheduler.after(ms, `${this.#arrow(this.relay)} late ${said(bytes)}`, () => {
      if (!this.#isDeaf) this.client.receive(bytes);
    });
  }

  tellEnd(from: End): void {
    this.#arrive(from, `${this.#arrow(from)} end`, (to) => to.hearEnd());
  }

  /** Cuts it: each end hears of it in its own time. */
  cut(): void {
    this.#isDeaf = true;
    for (const end of [this.client, this.relay]) this.hangUpSoon(end, this.#latency());
  }

  /** It swallows everything; the ends notice much later, each by itself. @param mostMs until both have noticed */
  goDeaf(mostMs: number): void {
    this.#isDeaf = true;
    for (const end of [this.client, this.relay])
      this.hangUpSoon(end, this.#options.random.between(0, mostMs));
  }

  hangUpSoon(end: End, ms: number): void {
    if (end.isClosed) return;
    this.#options.scheduler.after(ms, `${this.name} ${end === this.client ? "client" : "relay"} cut`, () =>
      end.hangUp(),
    );
  }

  #arrive(from: End, what: string, arrive: (to: End) => void): void {
    const { scheduler } = this.#options;
    const to = from === this.client ? this.relay : this.client;
    const time = Math.max(scheduler.now + this.#latency(), this.#lastArrival.get(to) ?? 0);
    this.#lastArrival.set(to, time);
    scheduler.after(time - scheduler.now, what, () => {
      if (!this.#isDeaf) arrive(to);
    });
  }

  #arrow(from: End): string {
    return `${this.name} ${from === this.client ? ">" : "<"}`;
  }

  #latency(): number {
    const { random, latency } = this.#options;
    return random.between(latency.least, latency.most);
  }
}
