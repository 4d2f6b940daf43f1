/** A token bucket: so many a second, and as many at once after a second's rest. */
export class Rate {
  #left: number;
  #at: number;

  /** @param now milliseconds */
  constructor(perSecond: number, now: number) {
    this.#left = perSecond;
    this.#at = now;
  }

  /** Takes one, if one is left. @param now milliseconds, never less than before */
  take(perSecond: number, now: number): boolean {
    if (now > this.#at) {
      this.#left = Math.min(perSecond, this.#left + ((now - this.#at) * perSecond) / 1000);
      this.#at = now;
    }
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
