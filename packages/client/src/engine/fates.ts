/** What relays answered, kept many at a time: a busy minute must not be a transaction for every envelope. */
import { type Context, keep, now } from "./context.ts";
import type { Fate } from "./parcels.ts";
import { tellState } from "./receipts.ts";
import { NEVER } from "./say.ts";
import { furthest } from "./views.ts";

export class Fates {
  readonly #context: Context;
  #waiting: Fate[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  /** Kept in the next turn that is free. */
  readonly add = (fate: Fate): void => {
    this.#waiting.push(fate);
    if (this.#waiting.length > 1) return;
    // Once closed, what the relay took is simply sent again next time.
    void this.#context.inTurn(() => this.#keep());
  };

  #keep(): void {
    const fates = this.#waiting;
    this.#waiting = [];
    keep(this.#context, (tell) => {
      const { deliveries } = this.#context.profile;
      for (const { row, outcome } of fates) {
        const delivery = deliveries.get(row);
        if (delivery?.nextAt === undefined) continue;
        const before = furthest(deliveries.ofContent(delivery.contact, delivery.id));
        if (outcome === "refused") {
          // What must not be given up is tried again when its time comes.
          if (delivery.expiresAt === NEVER) continue;
          deliveries.update(row, {
            state: "refused",
            content: new Uint8Array(0),
            ciphertext: undefined,
            nextAt: undefined,
          });
        } else if ("bootId" in outcome) {
          const { bootId } = outcome;
          deliveries.update(row, { state: "at-relay", bootId, attempts: delivery.attempts + 1 });
        } else {
          deliveries.update(row, { nextAt: now(this.#context) + outcome.retryMs });
        }
        tellState(this.#context, tell, delivery.contact, delivery.id, before);
      }
    });
  }
}
