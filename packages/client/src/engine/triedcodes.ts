/**
 * Codes that were told to us and tried. Whoever holds the mailbox of a number, a relay for one, can guess the words each time
 * that somebody tries them there: so that is once (docs/messaging.md, "The guest").
 */
import { codeTried } from "./codeerrors.ts";
import { CODE_MS } from "./rendezvous.ts";

/** Far more than anybody types in ten minutes; the oldest go. */
const MAX_TRIED = 1_000;

export class TriedCodes {
  /** Relay and number, in the order of their times. */
  readonly #until = new Map<string, number>();

  /**
   * @param place relay and number, whatever the words: who has mistyped them would say the right ones next
   * @param at milliseconds since 1970
   * @throws MessengerError `no-such-code` where one at this place was tried within the time that a code has
   */
  add(place: string, at: number): void {
    for (const [other, until] of this.#until) if (until <= at) this.#until.delete(other);
    if (this.#until.has(place)) throw codeTried();
    const [oldest] = this.#until.keys();
    if (oldest !== undefined && this.#until.size >= MAX_TRIED) this.#until.delete(oldest);
    this.#until.set(place, at + CODE_MS);
  }
}
