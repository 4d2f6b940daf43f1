/**
 * The real relay without sockets, TLS and the machine's clock: its connections, dispatch, mailboxes, documents, tokens,
 * rates and limits are those of packages/relay. Not real is what listener.ts and relay.ts do there: doors, start, stop.
 */
import { fingerprint } from "@asfaleia/identity";
import type { Address } from "@asfaleia/protocol";
import {
  Core,
  Gate,
  type RelayKey,
  type RelaySettings,
  relaySettings,
  Tokens,
} from "../../packages/relay/test/internals.ts";
import { BEGINNING, type Scheduler, type Waited } from "./clock.ts";
import { drawKey } from "./keys.ts";
import type { Lies } from "./lies.ts";
import type { Seeded } from "./random.ts";
import { Served } from "./served.ts";
import type { Wire } from "./wire.ts";
import type { Witness } from "./witness.ts";

const PORT = 3308;
const BOOT_ID_BYTES = 16;
/** A real relay looks after its connections every second; nothing in a world waits for less than this. */
const TEND_MS = 60_000;

export interface SimulatedRelayOptions {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly random: Seeded;
  readonly witness: Witness;
  readonly settings?: Partial<RelaySettings>;
}

export class SimulatedRelay implements Waited {
  readonly name: string;
  readonly address: Address;
  /** What it lies about from now on; undefined for an honest one. */
  lies: Lies | undefined;
  readonly #options: SimulatedRelayOptions;
  readonly #settings: RelaySettings;
  readonly #key: Omit<RelayKey, "bootId"> & { bootId: Uint8Array };
  readonly #served = new Set<Served>();
  readonly #published: Uint8Array[] = [];
  #core: Core | undefined;
  #isTended = false;
  #isExpiring = false;

  constructor(options: SimulatedRelayOptions) {
    const { name, random, settings } = options;
    const { keyObject, signer } = drawKey(random.for("key"));
    const { publicKey } = signer;
    this.#options = options;
    this.#settings = relaySettings(settings);
    this.name = name;
    this.#key = {
      publicKey,
      fingerprint: fingerprint(publicKey),
      bootId: new Uint8Array(0),
      keyObject,
      signer,
    };
    this.address = { transport: "tcp", host: `${name}.test`, port: PORT, fingerprint: this.#key.fingerprint };
  }

  get isUp(): boolean {
    return this.#core !== undefined;
  }

  get isBusy(): boolean {
    return [...this.#served].some((served) => served.isBusy);
  }

  /** Bytes of mailboxes and documents. */
  get bytes(): number {
    return this.#core?.mailboxes.bytes ?? 0;
  }

  async start(): Promise<void> {
    const { random, scheduler } = this.#options;
    const settings = this.#settings;
    this.#key.bootId = random.bytes(BOOT_ID_BYTES);
    const tokens = await Tokens.create(this.#key.fingerprint, settings["token-time"]);
    const gate = new Gate({
      minRsaBits: settings["min-rsa-bits"],
      openChallenges: settings["open-challenges"],
      challengeSeconds: settings["challenge-time"],
    });
    this.#core = new Core(settings, this.#key, tokens, gate, () => BEGINNING + scheduler.now);
  }

  /** Its process ends at once: all it held is gone, and so are its connections. */
  stop(): void {
    for (const { wire } of this.#served) wire.cut();
    this.#core?.wipe();
    this.#core = undefined;
  }

  /** Takes in a connection. @param from which installation it is; the relay is not told */
  accept(wire: Wire, from: string): void {
    if (this.#core === undefined) {
      wire.relay.hangUp();
      return;
    }
    const { random, witness } = this.#options;
    const core = this.#core;
    if (random.chance(this.lies?.boot ?? 0)) this.#key.bootId = random.bytes(BOOT_ID_BYTES);
    const served = new Served({
      core,
      wire,
      random: random.for(wire.name),
      witness,
      seen: witness.connected(from, this.name),
      published: this.#published,
      lies: () => this.lies,
      liar: {
        forget: (mailbox, id) => this.#forget(core, mailbox, id),
        later: (ms, line) => wire.sayLater(ms, line),
      },
    });
    this.#served.add(served);
    wire.relay.on("close", () => this.#served.delete(served));
    this.#tendSoon();
    this.#expireSoon();
  }

  /** Tells whoever reads one of its mailboxes that somebody else does now. @returns whether anybody read */
  takeOver(random: Seeded): boolean {
    const subscriptions = [...this.#served].flatMap(({ connection }) => [
      ...connection.subscriptions.values(),
    ]);
    if (subscriptions.length === 0) return false;
    random.pick(subscriptions).onTakenOver();
    return true;
  }

  #forget(core: Core, mailbox: string, id: string): void {
    const message = core.mailboxes.open(mailbox).messages.get(id);
    if (message !== undefined) core.mailboxes.remove(message);
  }

  // Only while there is a connection that its times could end, or virtual weeks would be spent looking.
  #tendSoon(): void {
    if (this.#isTended) return;
    this.#isTended = true;
    this.#options.scheduler.after(TEND_MS, `${this.name} tends`, () => {
      this.#isTended = false;
      const now = BEGINNING + this.#options.scheduler.now;
      for (const { connection } of this.#served) connection.checkTimes(now);
      if ([...this.#served].some(({ connection }) => connection.subscriptions.size === 0)) this.#tendSoon();
    });
  }

  #expireSoon(): void {
    if (this.#isExpiring) return;
    this.#isExpiring = true;
    const ms = this.#settings.ttl * 1000 + TEND_MS;
    this.#options.scheduler.after(ms, `${this.name} expires`, () => {
      this.#isExpiring = false;
      this.#core?.expire();
      if (this.bytes > 0) this.#expireSoon();
    });
  }
}
