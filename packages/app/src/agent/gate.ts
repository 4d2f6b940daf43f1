/** Opens a profile that needs a secret: it stays locked until a face answers for it. */
import type { Profile, Unlock } from "@asfaleia/client/messenger";
import { EXIT, Failure, Interrupted } from "../exit.ts";
import { NOBODY, onBehalfOf, type Person } from "../person.ts";

/** Somebody at a face who wants the profile opened. */
interface Visitor {
  readonly person: Person;
  settle(error?: unknown): void;
}

export class Gate {
  readonly #visitors = new Set<Visitor>();
  #onVisitor: (() => void) | undefined;
  #current: Visitor | undefined;
  #isOpen = false;

  /** Resolves when the profile is open; rejects with what this person's answers came to, or the signal's reason. */
  visit(person: Person, signal: AbortSignal): Promise<void> {
    if (this.#isOpen) return Promise.resolve();
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const visitor: Visitor = {
        person,
        settle: (error) => (error === undefined ? resolve() : reject(error)),
      };
      this.#visitors.add(visitor);
      // Whoever is being asked already is waited for: the question comes back without an answer.
      signal.addEventListener("abort", () => this.#visitors.delete(visitor) && reject(signal.reason), {
        once: true,
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
        return await open(throughPeople);
      } catch (error) {
        signal.throwIfAborted();
        if (this.#current === undefined || !isAnswer(error)) throw error;
        this.#settle(error);
      }
    }
  }

  /** Lets everybody in who waits, and whoever comes: once the profile can be used. */
  letIn(): void {
    this.#isOpen = true;
    this.#settle();
    for (const visitor of this.#visitors) visitor.settle();
    this.#visitors.clear();
  }

  async #next(signal: AbortSignal): Promise<Visitor> {
    for (;;) {
      signal.throwIfAborted();
      for (const visitor of this.#visitors) {
        this.#visitors.delete(visitor);
        return visitor;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => resolve();
      this.#onVisitor = wake;
      signal.addEventListener("abort", wake, { once: true });
      await promise;
      this.#onVisitor = undefined;
      signal.removeEventListener("abort", wake);
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
