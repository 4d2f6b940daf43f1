/** Keeps a relay of one's own running for as long as the agent does. */
import { setTimeout as pause } from "node:timers/promises";
import { failureOf } from "../exit.ts";
import { type OwnRelay, startOwnRelay } from "./ownrelay.ts";
import type { OwnRelayPlace } from "./settings.ts";

/** Between tries to start it, each twice the last. */
const RETRY_MS = { first: 1000, most: 60_000 } as const;

export class OwnRelayKeeper {
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #relay: OwnRelay | undefined;
  #trouble: string | undefined;
  #tried: () => void = () => {};
  /** Resolves when the first try is over, whatever it came to. */
  readonly tried: Promise<void>;

  constructor(home: string, place: OwnRelayPlace) {
    this.tried = new Promise((resolve) => {
      this.#tried = resolve;
    });
    this.#running = this.#run(home, place);
  }

  /** Why it does not run, in words; undefined where it does. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#relay?.stop();
    await this.#running;
  }

  async #run(home: string, place: OwnRelayPlace): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs: number = RETRY_MS.first; !signal.aborted; ) {
      try {
        this.#relay = await startOwnRelay(home, place, signal);
        this.#trouble = undefined;
        this.#tried();
        const since = performance.now();
        await this.#relay.ended;
        // One that ends as soon as it is there is not started without a pause either.
        if (performance.now() - since > RETRY_MS.most) waitMs = RETRY_MS.first;
        this.#trouble = "your relay has ended, and is started again";
      } catch (error) {
        this.#trouble = failureOf(error).message;
      }
      this.#tried();
      await pause(waitMs, undefined, { signal }).catch(() => {});
      waitMs = Math.min(2 * waitMs, RETRY_MS.most);
    }
  }
}
