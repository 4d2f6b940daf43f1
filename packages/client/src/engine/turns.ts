/**
 * One thing at a time: whatever touches a ratchet or changes the profile takes its turn. Two encryptions side by side
 * would use one message key twice, and turns that never mix are turns that can be read one by one.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();
  #open = 0;
  #closed = false;

  /**
   * Runs `work` when all turns asked for before are over.
   * Rejects with what `work` throws, or with `TurnsClosed` where `close` came first.
   */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      if (this.#closed) throw new TurnsClosed();
      return work();
    };
    this.#open++;
    const turn = this.#last.then(run);
    this.#last = turn.then(
      () => void this.#open--,
      () => void this.#open--,
    );
    return turn;
  }

  get isQuiet(): boolean {
    return this.#open === 0;
  }

  /** Resolves when no turn is left. */
  async quiet(): Promise<void> {
    while (this.#open > 0) await this.#last;
  }

  /** Lets the running turn end; those that wait are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.quiet();
  }
}

export class TurnsClosed extends Error {
  constructor() {
    super("closed");
    this.name = "TurnsClosed";
  }
}
