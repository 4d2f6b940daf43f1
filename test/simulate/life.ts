/**
 * One run of an engine, which may end at any commit: from then on nothing it does reaches its disk, its clock or the
 * network, as if its process had been killed.
 */
import type { Address } from "@asfaleia/protocol";
import type { Dial, Environment, Link, Profile } from "../../packages/client/test/internals.ts";
import type { MachineClock, Scheduler } from "./clock.ts";
import type { Seeded } from "./random.ts";

/** Thrown where the process would be gone: into an engine that nobody listens to any more. */
export class Killed extends Error {
  constructor() {
    super("killed");
    this.name = "Killed";
  }
}

/** Where a life ends: at this commit from now on, counted from 1, with what it was to keep or without. */
export interface End {
  readonly commits: number;
  readonly when: "before" | "after";
}

export interface LifeOptions {
  readonly profile: Profile;
  readonly clock: MachineClock;
  readonly scheduler: Scheduler;
  readonly random: Seeded;
  readonly dial: Dial;
  /** Called once, when it is killed. */
  readonly onKilled: () => void;
}

export class Life {
  readonly profile: Profile;
  readonly environment: Environment;
  readonly #options: LifeOptions;
  readonly #ended = new AbortController();
  #isAlive = true;
  #end: { left: number; readonly when: End["when"] } | undefined;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.profile = this.#guarded(options.profile);
    this.environment = {
      clock: {
        now: () => options.clock.now(),
        after: (ms, act) => (this.#isAlive ? this.#after(ms, act) : () => {}),
      },
      random: options.random,
      dial: (relay, options) => this.#dial(relay, options),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Kills it when it has committed so often from now on. */
  killAt({ commits, when }: End): void {
    this.#end = { left: commits, when };
  }

  kill(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#ended.abort(new Killed());
    this.#options.scheduler.stir();
    this.#options.onKilled();
  }

  // Promises of a process that is gone are never kept.
  #dial(relay: Address, options: Parameters<Dial>[1]): Promise<Link> {
    return new Promise((resolve, reject) => {
      if (!this.#isAlive) return;
      this.#options
        .dial(relay, { ...options, signal: AbortSignal.any([options.signal, this.#ended.signal]) })
        .then(
          (link) => (this.#isAlive ? resolve(link) : link.close()),
          (error) => {
            if (this.#isAlive) reject(error);
          },
        );
    });
  }

  #after(ms: number, act: () => void): () => void {
    return this.#options.clock.after(ms, () => {
      if (!this.#isAlive) return;
      try {
        act();
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    });
  }

  #transaction<T>(work: () => T): T {
    const { profile, scheduler } = this.#options;
    scheduler.stir();
    const isLast = this.#end !== undefined && --this.#end.left === 0;
    const result = profile.transaction(() => {
      const done = work();
      if (isLast && this.#end?.when === "before") this.#die();
      return done;
    });
    if (isLast) this.#die();
    return result;
  }

  #die(): never {
    this.kill();
    throw new Killed();
  }

  /** The same tables, for as long as it lives. */
  #guarded(profile: Profile): Profile {
    const guard = <T extends object>(of: T, own: Partial<Record<string, unknown>>): T => {
      const members = new Map<PropertyKey, unknown>();
      return new Proxy(of, {
        get: (target, key) => {
          if (members.has(key)) return members.get(key);
          const member: unknown = own[key as string] ?? Reflect.get(target, key);
          const shown =
            typeof member === "function"
              ? (...values: unknown[]) => {
                  if (!this.#isAlive) throw new Killed();
                  return Reflect.apply(member, target, values);
                }
              : typeof member === "object" && member !== null
                ? guard(member, {})
                : member;
          members.set(key, shown);
          return shown;
        },
      });
    };
    return guard(profile, { transaction: (work: () => unknown) => this.#transaction(work) });
  }
}
