/** The tokens that a connection has shown and that held: looked up by their exact bytes, so that a request costs no signature. */
import { sameBytes } from "@asfaleia/protocol";
import type { TokenRates } from "./core.ts";
import type { Rate } from "./rate.ts";
import type { Claims } from "./token.ts";

/** Tokens remembered on one connection; the one that was used longest ago goes first. */
const MAX_REMEMBERED = 4;

/** A token that held. */
export interface Session extends Claims {
  readonly token: Uint8Array;
  readonly rate: Rate;
}

export class Sessions {
  readonly #rates: TokenRates;
  /** The one used last stands first. */
  readonly #known: Session[] = [];

  constructor(rates: TokenRates) {
    this.#rates = rates;
  }

  /** Whether no token ever held here. */
  get isEmpty(): boolean {
    return this.#known.length === 0;
  }

  /** The session of a token, unless it is not known or has ended. @param now milliseconds */
  recall(token: Uint8Array, now: number): Session | undefined {
    for (let i = 0; i < this.#known.length; i++) {
      const session = this.#known[i] as Session;
      if (!sameBytes(session.token, token)) continue;
      if (i > 0) this.#known.unshift(...this.#known.splice(i, 1));
      return now < session.ends ? session : undefined;
    }
    return undefined;
  }

  /** Remembers a token that held. Its bytes are kept, not copied. */
  remember(token: Uint8Array, claims: Claims, now: number): void {
    this.#forget(this.#known.findIndex((session) => sameBytes(session.token, token)));
    if (this.#known.length === MAX_REMEMBERED) this.#forget(MAX_REMEMBERED - 1);
    const { mailbox, id, ends } = claims;
    this.#known.unshift({ mailbox, id, ends, token, rate: this.#rates.join(id, now) });
  }

  /** Zeroes and forgets them all. */
  clear(): void {
    while (this.#known.length > 0) this.#forget(0);
  }

  #forget(index: number): void {
    const [session] = index < 0 ? [] : this.#known.splice(index, 1);
    if (!session) return;
    session.token.fill(0);
    this.#rates.leave(session.id);
  }
}
