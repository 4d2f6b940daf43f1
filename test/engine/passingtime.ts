/** Time that a test lets pass: timers are called when theirs has come, or when the test has set the clock beyond it. */
import type { Clock } from "@asfaleia/client/messenger";

interface Timer {
  dueAt: number;
  readonly act: () => void;
  readonly real: NodeJS.Timeout;
}

export class PassingTime implements Clock {
  readonly #timers = new Set<Timer>();
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  after(ms: number, act: () => void): () => void {
    const call = (): void => {
      if (this.#timers.delete(timer)) act();
    };
    const timer: Timer = { dueAt: this.now() + ms, act: call, real: setTimeout(call, ms) };
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer.real);
      this.#timers.delete(timer);
    };
  }

  /** The time of day is set, by so much forward or back: timers do not care. */
  set(ms: number): void {
    this.#ahead += ms;
    for (const timer of this.#timers) timer.dueAt += ms;
  }

  /** So much time is over. What is due by then is called, the earliest first. */
  pass(ms: number): void {
    this.#ahead += ms;
    const due = [...this.#timers].filter(({ dueAt }) => dueAt <= this.now());
    for (const { act, real } of due.sort((one, other) => one.dueAt - other.dueAt)) {
      clearTimeout(real);
      act();
    }
  }
}
