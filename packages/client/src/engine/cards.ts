/** Cards of the profile, opened once: they were checked when they were taken in, and checking takes longer than sealing. */
import { type Card, openCard } from "../format/card.ts";
import type { Device } from "../profile/profile.ts";

const MAX_CARDS = 1_000;

export class Cards {
  readonly #cards = new Map<string, Card>();

  /** The card of a device, as it is kept, ended or not. */
  of(device: Device): Card {
    const known = this.#cards.get(device.id);
    if (known !== undefined && Buffer.compare(known.bytes, device.card) === 0) return known;
    const card = openCard(device.card);
    if (this.#cards.size >= MAX_CARDS) this.#cards.clear();
    this.#cards.set(device.id, card);
    return card;
  }
}
