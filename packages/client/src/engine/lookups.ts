/** Looks for the cards of pinned keys at the own relays, one key on one connection under a key drawn for it. */
import { type Card, openCard } from "../format/card.ts";
import { ifWellFormed } from "../format/errors.ts";
import type { Identity } from "../profile/profile.ts";
import { lookupDelay } from "../rules/resend.ts";
import { type Context, keep, now } from "./context.ts";
import { MAILBOX_SEED_BYTES, mailboxSigner } from "./mailboxkey.ts";
import { ownRelays } from "./ownsettings.ts";
import { learnCard } from "./peers.ts";

/** Slots of cards begin so; what stands in others is none of ours. */
export const CARD_SLOT = "card-";

/** Has the card of an identity looked up soon, unless that is about to happen. To be called in or out of a transaction. */
export function lookUpSoon(context: Context, fingerprint: string): void {
  const { profile, environment, delays } = context;
  const identity = profile.identities.get(fingerprint);
  // Whoever was added by a card was never asked for by his SSH key, and is not now: relays would hear of it.
  if (identity === undefined || (identity.lookupAt === undefined && identity.lookups === 0)) return;
  const soon = now(context) + lookupDelay(0, environment.random.fraction(), delays);
  if (identity.lookupAt !== undefined && identity.lookupAt !== RESTORED && identity.lookupAt <= soon) return;
  profile.identities.update(fingerprint, { lookupAt: soon });
}

/** A restored profile has nothing but people to look up: not all of them at once. */
const RESTORED = 0;

export class Lookups {
  readonly #context: Context;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Begins with those that are due, unless it is at it. */
  begin(): void {
    if (this.#closing.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { profile } = this.#context;
    for (;;) {
      const [identity] = profile.identities.toLookUp(now(this.#context), 1);
      if (identity === undefined || this.#closing.signal.aborted) return;
      if (identity.lookupAt === RESTORED) {
        await this.#context.inTurn(() => lookUpSoon(this.#context, identity.fingerprint));
        continue;
      }
      const cards = await this.#ask(identity);
      if (this.#closing.signal.aborted) return;
      await this.#context.inTurn(() => this.#keep(identity, cards));
    }
  }

  /** What every own relay has; a relay that does not answer has nothing. */
  async #ask(identity: Identity): Promise<Card[]> {
    const { environment, profile } = this.#context;
    const { signal } = this.#closing;
    const cards: Card[] = [];
    for (const relay of ownRelays(profile)) {
      try {
        const link = await environment.dial(relay, { signal });
        try {
          const token = await link.authenticate(mailboxSigner(environment.random.bytes(MAILBOX_SEED_BYTES)));
          for (const { slot, document } of await link.lookup(token, identity.fingerprint)) {
            const card = slot.startsWith(CARD_SLOT) ? this.#open(document, identity) : undefined;
            if (card !== undefined) cards.push(card);
          }
        } finally {
          link.close();
        }
      } catch {
        // The next try asks again, and the other relays are asked now.
      }
    }
    return cards;
  }

  /** A relay may show whatever it likes: only a card of this very key counts. */
  #open(document: Uint8Array, identity: Identity): Card | undefined {
    const card = ifWellFormed(() => openCard(document, now(this.#context)));
    return card?.fingerprint === identity.fingerprint && card.isListed ? card : undefined;
  }

  #keep(identity: Identity, cards: readonly Card[]): void {
    const { profile, environment, delays, own } = this.#context;
    keep(this.#context, (tell) => {
      const fresh = profile.identities.get(identity.fingerprint);
      if (fresh === undefined) return;
      for (const card of cards) if (card.deviceId !== own.id) learnCard(this.#context, tell, card, "outside");
      const lookups = fresh.lookups + 1;
      const isWaited = cards.length === 0 && profile.devices.ofIdentity(identity.fingerprint).length === 0;
      profile.identities.update(identity.fingerprint, {
        lookups,
        lookupAt: isWaited
          ? now(this.#context) + lookupDelay(lookups, environment.random.fraction(), delays)
          : undefined,
      });
    });
  }
}
