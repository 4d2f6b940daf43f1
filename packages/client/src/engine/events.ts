/** Events for any number of readers, each with a bounded queue of its own. */
import type { MessengerEvent } from "../messenger.ts";

/** Events that a reader may fall behind. */
export const MAX_EVENTS_BEHIND = 10_000;

/** A reader that does not keep up: what it missed it finds in the history. */
export class EventsMissedError extends Error {
  constructor() {
    super(`more than ${MAX_EVENTS_BEHIND} events were waiting to be read`);
    this.name = "EventsMissedError";
  }
}

export class Events {
  readonly #readers = new Set<Reader>();
  #closed = false;

  emit(event: MessengerEvent): void {
    for (const reader of this.#readers) reader.push(event);
  }

  /** Takes events from this call on, not from the first `next`. */
  read(signal: AbortSignal | undefined): AsyncIterableIterator<MessengerEvent> {
    const reader = new Reader(() => {
      this.#readers.delete(reader);
      signal?.removeEventListener("abort", end);
    });
    const end = (): void => reader.end();
    if (this.#closed || signal?.aborted) reader.end();
    else {
      this.#readers.add(reader);
      signal?.addEventListener("abort", end);
    }
    return reader;
  }

  close(): void {
    this.#closed = true;
    for (const reader of [...this.#readers]) reader.end();
  }

  /** Something went wrong that nobody waits for: every reader hears of it, after what came before. */
  fail(error: unknown): void {
    this.#closed = true;
    for (const reader of [...this.#readers]) reader.fail(error);
  }
}

class Reader implements AsyncIterableIterator<MessengerEvent> {
  readonly #waiting: MessengerEvent[] = [];
  readonly #onEnd: () => void;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(event: MessengerEvent): void {
    if (this.#waiting.length < MAX_EVENTS_BEHIND) this.#waiting.push(event);
    else this.fail(new EventsMissedError());
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.end();
  }

  end(): void {
    this.#ended = true;
    this.#onEnd();
    this.#wake?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Rejects with EventsMissedError or what has ended the messenger, once, after the last event that came in time. */
  async next(): Promise<IteratorResult<MessengerEvent, undefined>> {
    for (;;) {
      const event = this.#waiting.shift();
      if (event !== undefined) return { value: event };
      if (this.#failure !== undefined) {
        const { error } = this.#failure;
        this.#failure = undefined;
        throw error;
      }
      if (this.#ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  async return(): Promise<IteratorResult<MessengerEvent, undefined>> {
    this.#waiting.length = 0;
    this.end();
    return { done: true, value: undefined };
  }
}
