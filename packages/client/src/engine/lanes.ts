/** The lanes to the mailboxes of others: one each, made when something goes there. */
import type { Environment } from "../environment.ts";
import type { Route } from "../profile/profile.ts";
import { Lane, type Parcel } from "./lane.ts";

export interface LanesOptions {
  readonly environment: Environment;
  /** Told whenever a link is up. */
  readonly onBoot: (relay: string, bootId: Uint8Array) => void;
}

/** Of those that failed, so many are remembered. */
const MAX_LANES = 1_000;

export class Lanes {
  readonly #options: LanesOptions;
  readonly #lanes = new Map<string, Lane>();
  #closed = false;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  push(route: Route, parcel: Parcel): void {
    if (this.#closed) return;
    const key = keyOf(route);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      this.#forgetSpare();
      lane = new Lane({ route, ...this.#options });
      this.#lanes.set(key, lane);
    }
    lane.push(parcel);
  }

  /** Parcels that wait for the lane of a route. */
  waiting(route: Route): number {
    return this.#lanes.get(keyOf(route))?.waiting ?? 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
  }

  #forgetSpare(): void {
    for (const [key, lane] of this.#lanes) {
      if (!lane.isSpare && !(lane.isIdle && this.#lanes.size >= MAX_LANES)) continue;
      void lane.close();
      this.#lanes.delete(key);
    }
  }
}

function keyOf({ relay, mailbox }: Route): string {
  return `${relay}\n${mailbox}`;
}
