/** One installation in a world: a profile, the messenger that runs over it, and what its user does. */
import type { PublicKey, Signer } from "@asfaleia/identity";
import type { Address } from "@asfaleia/protocol";
import {
  type Delays,
  LinkError,
  MessengerError,
  type Profile,
  RefusedError,
} from "../../packages/client/test/internals.ts";
import { MachineClock, type Scheduler, type Waited } from "./clock.ts";
import { MARK } from "./ledger.ts";
import { type End, Killed, Life } from "./life.ts";
import type { Told } from "./meetings.ts";
import type { Network } from "./network.ts";
import type { Engine, Played } from "./person.ts";
import type { Seeded } from "./random.ts";

export interface InstallationOptions {
  /** Stands in the trace. */
  readonly name: string;
  readonly person: number;
  readonly engine: Engine;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly random: Seeded;
  readonly signer: Signer;
  readonly relays: readonly Address[];
  readonly delays: Delays;
  /** Told of what a messenger must not throw. */
  readonly onUnexpected: (error: unknown) => void;
}

/** Who is to hear what becomes of something, and how long it may take. */
export interface Heard {
  readonly told: Told;
  readonly patienceMs: number;
}

export class Installation implements Waited {
  readonly name: string;
  readonly person: number;
  readonly clock: MachineClock;
  readonly profile: Profile;
  readonly signer: Signer;
  /** The newest card it has made, as its owner would have passed it on. */
  lastCard: Uint8Array | undefined;
  /** How long it was not running at a time, at most, in milliseconds. */
  longestRest = 0;
  readonly #options: InstallationOptions;
  readonly #pending = new Set<symbol>();
  #life: Life | undefined;
  #messenger: Played | undefined;
  #isLost = false;
  #endWaiting: (() => void) | undefined;

  constructor(options: InstallationOptions) {
    const { name, person, engine, scheduler, signer } = options;
    this.#options = options;
    this.name = name;
    this.person = person;
    this.signer = signer;
    this.clock = new MachineClock(scheduler, name);
    this.profile = engine.newProfile();
  }

  get publicKey(): PublicKey {
    return this.signer.publicKey;
  }

  /** UUID. */
  get device(): string {
    return this.#options.engine.deviceOf(this.profile);
  }

  /** The messenger while it runs. */
  get messenger(): Played | undefined {
    return this.#life?.isAlive === true ? this.#messenger : undefined;
  }

  /** Thrown away, and never to run again. */
  get isLost(): boolean {
    return this.#isLost;
  }

  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  async settled(): Promise<void> {
    try {
      await this.messenger?.idle();
    } catch (error) {
      if (!isRefusal(error) && !(error instanceof Killed)) this.#options.onUnexpected(error);
    }
  }

  /** @param link a card of another device of the same key */
  async init(link?: Uint8Array): Promise<void> {
    const { engine, signer, relays, random, person } = this.#options;
    await engine.init({
      profile: this.profile,
      environment: { clock: this.clock, random },
      signer,
      relays,
      name: `${MARK} person ${person}`,
      ...(link === undefined ? {} : { link }),
    });
  }

  /** Opens a messenger over the profile, unless one runs. */
  start(): void {
    if (this.#isLost || this.messenger !== undefined) return;
    const { engine, scheduler, network, random, delays } = this.#options;
    this.#life = new Life({
      profile: this.profile,
      clock: this.clock,
      scheduler,
      random,
      dial: network.dialFor(this),
      onKilled: () => this.#onKilled(),
    });
    const { profile, environment } = this.#life;
    this.#messenger = engine.open({ profile, environment, publisher: this.signer, delays });
    this.#endWaiting ??= scheduler.waitFor(this);
    this.#messenger.start();
    scheduler.stir();
    this.lastCard = this.#messenger.card();
  }

  /** Kills it at a commit to come, and starts it again later. */
  killAt(end: End, forMs: number): void {
    this.#life?.killAt(end);
    this.#rest(forMs);
  }

  kill(): void {
    this.#life?.kill();
  }

  /** Closes it as its user would, and starts it again later. */
  close(forMs: number): void {
    const life = this.#life;
    this.actAfar("closes", async (messenger) => {
      try {
        await messenger.close();
      } finally {
        life?.kill();
      }
    });
    this.#rest(forMs);
  }

  /** Its profile is gone for good. */
  lose(): void {
    this.#isLost = true;
    this.kill();
  }

  /** Lets the user do something; what a user may be refused is no harm. */
  act<T>(what: string, work: (messenger: Played) => Promise<T>, onDone?: (result: T) => void): void {
    const { messenger } = this;
    if (messenger === undefined) return;
    const { scheduler } = this.#options;
    const action = Symbol(what);
    this.#pending.add(action);
    scheduler.note(`${this.name} ${what}`);
    this.#try(work, messenger, undefined, onDone).finally(() => {
      this.#pending.delete(action);
      scheduler.stir();
    });
  }

  /** The same for what waits for a relay: virtual time goes on meanwhile. */
  actAfar<T>(what: string, work: (messenger: Played) => Promise<T>, heard?: Heard): void {
    const { messenger } = this;
    if (messenger === undefined) return;
    this.#options.scheduler.note(`${this.name} ${what}`);
    void this.#try(work, messenger, heard?.told);
    if (heard !== undefined) this.#watch(heard);
  }

  #watch({ told, patienceMs }: Heard): void {
    const life = this.#life;
    this.#options.scheduler.after(patienceMs, `${this.name} has waited`, () => {
      told.isLate = told.outcome === undefined && life?.isAlive === true;
    });
  }

  async #try<T>(
    work: (messenger: Played) => Promise<T>,
    messenger: Played,
    told?: Told,
    onDone?: (result: T) => void,
  ): Promise<void> {
    const { scheduler } = this.#options;
    try {
      const result = await work(messenger);
      onDone?.(result);
      if (told !== undefined) {
        told.outcome = "worked";
        scheduler.note(`${this.name} hears that it worked`);
      }
    } catch (error) {
      if (isRefusal(error)) {
        scheduler.note(`${this.name} may not: ${error.code}`);
        if (told !== undefined) Object.assign(told, { outcome: "refused", code: error.code });
      } else if (!(error instanceof Killed)) this.#options.onUnexpected(error);
    }
  }

  #rest(forMs: number): void {
    this.longestRest = Math.max(this.longestRest, forMs);
    this.#options.scheduler.after(forMs, `${this.name} starts`, () => {
      // It may not have come to the commit at which it was to be killed.
      this.kill();
      this.start();
    });
  }

  #onKilled(): void {
    this.#pending.clear();
    this.#messenger = undefined;
    this.#options.network.hangUp(this.name);
  }
}

/** What a messenger tells its user, as against what breaks. */
function isRefusal(error: unknown): error is MessengerError | LinkError | RefusedError {
  return error instanceof MessengerError || error instanceof LinkError || error instanceof RefusedError;
}
