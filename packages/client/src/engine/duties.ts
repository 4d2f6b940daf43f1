/** Everything that is done when its time has come, in turns, with one timer for the next of it. */
import type { Context } from "./context.ts";

export interface Duty {
  /** Does some of what is due. @returns when to be asked again, by `now`; undefined: not before something changes */
  readonly run: () => Promise<number | undefined> | number | undefined;
  /** Changes do not matter to it, only time does: it is not asked before. */
  readonly isSlow?: boolean;
}

export class Duties {
  readonly #context: Pick<Context, "environment" | "inTurn" | "delays">;
  readonly #duties: readonly Duty[];
  readonly #dueAt = new Map<Duty, number>();
  #isStarted = false;
  #isWaiting = false;
  #cancel: (() => void) | undefined;

  constructor(context: Pick<Context, "environment" | "inTurn" | "delays">, duties: readonly Duty[]) {
    this.#context = context;
    this.#duties = duties;
  }

  start(): void {
    this.#isStarted = true;
    this.wake();
  }

  /** Something may be due: looks in the next free turn. */
  wake(): void {
    if (this.#isWaiting || !this.#isStarted) return;
    this.#isWaiting = true;
    void this.#context.inTurn(() => this.#do());
  }

  close(): void {
    this.#isStarted = false;
    this.#cancel?.();
  }

  async #do(): Promise<void> {
    this.#isWaiting = false;
    this.#cancel?.();
    const { environment, delays } = this.#context;
    const { clock } = environment;
    const times: number[] = [];
    for (const duty of this.#duties) {
      const at = clock.now();
      const dueAt = this.#dueAt.get(duty) ?? at;
      // A clock that was set back is noticed by a time that is too far away.
      const isDue = dueAt <= at || dueAt > at + delays.lookAgainMs;
      if (duty.isSlow && !isDue) times.push(dueAt);
      else {
        const next = Math.min(
          (await duty.run()) ?? Number.POSITIVE_INFINITY,
          clock.now() + delays.lookAgainMs,
        );
        this.#dueAt.set(duty, next);
        times.push(next);
      }
    }
    if (!this.#isStarted || this.#isWaiting) return;
    const waitMs = Math.max(0, Math.min(...times) - clock.now());
    this.#cancel = clock.after(waitMs, () => this.wake());
  }
}
