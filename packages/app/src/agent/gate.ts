/** Opens a profile that needs a secret: it stays locked until a face answers for it. */
import type { Profile, Unlock } from "@asfaleia/client/messenger";
import { EXIT, Failure, Interrupted } from "../exit.ts";
import { NOBODY, onBehalfOf, type Person } from "../person.ts";

/** Somebody at a face who wants the profile opened. */
interface Visitor {
  readonly person: Person;
  readonly signal: AbortSignal;
  settle(error?: unknown): void;
}

export class Gate {
  readonly #visitors: Visitor[] = [];
  #onVisitor: (() => void) | undefined;
  #current: Visitor | undefined;
  #isOpen = false;

  /** Resolves when the profile is open; rejects with what this person's answers came to. */
  visit(person: Person, signal: AbortSignal): Promise<void> {
    if (this.#isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#visitors.push({
        person,
        signal,
        settle: (error) => (error === undefined ? resolve() : reject(error)),
      });
      this.#onVisitor?.();
    });
  }

  /**
   * Opens the profile: with what needs no person, else with the answers of whoever comes.
   * @param open opens it, once; holds the profile's lock while it asks
   * @param unlock a new way to the secret each time, which remembers no earlier answer
   * @param onLocked told when it takes a person
   * @throws what `open` throws, but for wrong and missing answers; the signal's reason
   */
  async open(
    open: (unlock: Unlock) => Promise<Profile>,
    unlock: () => Unlock,
    onLocked: () => void,
    signal: AbortSignal,
  ): Promise<Profile> {
    const answered = async <T>(ask: (way: Unlock) => Promise<T>): Promise<T> => {
      try {
        return await onBehalfOf(NOBODY, () => ask(unlock()));
      } catch (error) {
        if (!isAnswer(error)) throw error;
      }
      onLocked();
      this.#current = await this.#next(signal);
      return onBehalfOf(this.#current.person, () => ask(unlock()));
    };
    const throughPeople: Unlock = {
      passphrase: () => answered((way) => need(way.passphrase)()),
      privateKey: () => answered((way) => need(way.privateKey)()),
    };
    for (;;) {
      try {
        const profile = await open(throughPeople);
        this.#isOpen = true;
        this.#settle();
        for (const visitor of this.#visitors.splice(0)) visitor.settle();
        return profile;
      } catch (error) {
        signal.throwIfAborted();
        if (this.#current === undefined || !isAnswer(error)) throw error;
        this.#settle(error);
      }
    }
  }

  async #next(signal: AbortSignal): Promise<Visitor> {
    for (;;) {
      signal.throwIfAborted();
      const visitor = this.#visitors.shift();
      if (visitor !== undefined && !visitor.signal.aborted) return visitor;
      if (visitor !== undefined) continue;
      await new Promise<void>((resolve) => {
        this.#onVisitor = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      this.#onVisitor = undefined;
    }
  }

  #settle(error?: unknown): void {
    this.#current?.settle(error);
    this.#current = undefined;
  }
}

function need<T>(way: T | undefined): T {
  if (way === undefined) throw new Error("a way to unlock that is not there");
  return way;
}

/** A wrong secret, or none, and not a profile that could not be opened with the right one either. */
function isAnswer(error: unknown): boolean {
  if (error instanceof Interrupted) return true;
  if (error instanceof Failure) return error.exit === EXIT.key;
  if (!(error instanceof Error)) return false;
  return error.name === "KeyError" || ("code" in error && error.code === "wrong-key");
}
