/** Events that wait for their reader, a bounded number of them. */
import { EXIT, Failure } from "../exit.ts";

/** A reader that is further behind looks into the history. */
export const MAX_WAITING = 10_000;

export class Queue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #waiting: T[] = [];
  readonly #onEnd: () => void;
  #failure: unknown;
  #hasEnded = false;
  #wake: (() => void) | undefined;

  /** @param onEnd told once, when nothing more is to be pushed */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(item: T): void {
    if (this.#hasEnded) return;
    if (this.#waiting.length >= MAX_WAITING)
      this.fail(
        new Failure(
          EXIT.failed,
          `more than ${MAX_WAITING} events were waiting to be read; asfaleia history has them`,
        ),
      );
    else this.#waiting.push(item);
    this.#wake?.();
  }

  /** The iteration throws this, once, after what came before. */
  fail(error: unknown): void {
    if (this.#hasEnded) return;
    this.#failure = error;
    this.end();
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#onEnd();
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const item = this.#waiting.shift();
      if (item !== undefined) return { value: item };
      if (this.#failure !== undefined) {
        const error = this.#failure;
        this.#failure = undefined;
        throw error;
      }
      if (this.#hasEnded) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#waiting.length = 0;
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
