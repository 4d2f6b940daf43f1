/** How long a relay may keep us waiting. */

/** A relay that sends or takes less than this is as good as silent. */
export const SLOWEST_BYTES_PER_SECOND = 8 * 1024;

/** How many times his patience a client waits at most for the next line of an answer, whatever else arrives before it. */
export const MOST_PATIENCE = 15;

/** Milliseconds that so many bytes may take. */
export function transferMs(bytes: number): number {
  return (bytes / SLOWEST_BYTES_PER_SECOND) * 1000;
}

/**
 * A deadline that moves with what the relay does. One timer serves any number of moves: it looks at the deadline when
 * it fires, and is set again for what is left.
 */
export class Patience {
  readonly #patientMs: number;
  readonly #expired: () => void;
  readonly #now: () => number;
  #deadline = Number.POSITIVE_INFINITY;
  #limit = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param patientMs how long nothing at all may come */
  constructor(patientMs: number, expired: () => void, now: () => number = () => performance.now()) {
    this.#patientMs = patientMs;
    this.#expired = expired;
    this.#now = now;
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** Something is awaited from now on: an answer to a request of so many bytes, which may still be on its way. */
  restart(bytes: number): void {
    this.#deadline = this.#now() + this.#patientMs + transferMs(bytes);
    this.#limit = this.#deadline + (MOST_PATIENCE - 1) * this.#patientMs;
    if (this.#timer === undefined) this.#arm();
  }

  /** Bytes arrived that do not answer yet: a long line on a slow connection, messages before it, or somebody who drips. */
  received(bytes: number): void {
    const later = Math.min(this.#deadline + transferMs(bytes), this.#now() + this.#patientMs, this.#limit);
    this.#deadline = Math.max(this.#deadline, later);
  }

  /** Nothing is awaited. */
  stop(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#now() >= this.#deadline) this.#expired();
        else this.#arm();
      },
      Math.max(1, this.#deadline - this.#now()),
    );
  }
}
