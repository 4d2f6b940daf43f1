/**
 * Opens a profile that needs a secret: it stays locked until somebody at a face answers for it. Everybody who comes is
 * asked, each at their own face; the first right answer lets all of them in, and takes the other questions back.
 */
import type { Profile, Unlock } from "@asfaleia/client/messenger";
import { EXIT, Failure, Interrupted } from "../exit.ts";
import { NOBODY, onBehalfOf, type Person } from "../person.ts";

/** Somebody at a face who wants the profile opened. */
interface Visitor {
  /** One face is asked one question at a time. */
  readonly face: object;
  readonly person: Person;
  /** Takes the question back. */
  readonly question: AbortController;
  isAsked: boolean;
  /** Once more does nothing. */
  settle(error?: unknown): void;
}

interface Answer {
  readonly visitor: Visitor;
  readonly secret: unknown;
}

/** A way to one kind of secret: that of the profile. */
type Ask = (way: Unlock) => Promise<unknown>;

export class Gate {
  readonly #visitors = new Set<Visitor>();
  /** In the order in which they came; one of each face at most. */
  readonly #answers: Answer[] = [];
  #onAnswer: (() => void) | undefined;
  /** Asks a visitor; undefined while nobody needs to be asked: an answer is being tried, or one was right. */
  #ask: ((visitor: Visitor) => Promise<unknown>) | undefined;
  #isOpen = false;

  /** Resolves when the profile is open; rejects with what this person's answer came to, or the signal's reason. */
  visit(face: object, person: Person, signal: AbortSignal): Promise<void> {
    if (this.#isOpen) return Promise.resolve();
    if (signal.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => visitor.settle(signal.reason);
    const visitor: Visitor = {
      face,
      person,
      question: new AbortController(),
      isAsked: false,
      settle: (error) => {
        if (!this.#visitors.delete(visitor)) return;
        signal.removeEventListener("abort", leave);
        if (error === undefined) resolve();
        else reject(error);
        visitor.question.abort();
        // Another call of this face may be next.
        this.#askAround();
      },
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#visitors.add(visitor);
    this.#askAround();
    return promise;
  }

  /**
   * Opens the profile: with what needs no person, else with the answers of whoever comes.
   * @param open opens it; holds the profile's lock while it asks
   * @param unlock a new way to the secret for each who is asked, which remembers no earlier answer
   * @param onLocked told, once, when it takes a person
   * @throws what `open` throws, but for wrong and missing answers of people; the signal's reason
   */
  async open(
    open: (unlock: Unlock) => Promise<Profile>,
    unlock: (signal: AbortSignal) => Unlock,
    onLocked: () => void,
    signal: AbortSignal,
  ): Promise<Profile> {
    let isLocked = false;
    let tried: Visitor | undefined;
    const secret = async <T>(ask: (way: Unlock) => Promise<T>): Promise<T> => {
      if (!isLocked) {
        try {
          return await onBehalfOf(NOBODY, () => ask(unlock(signal)));
        } catch (error) {
          if (!isAnswer(error)) throw error;
        }
        isLocked = true;
        onLocked();
      }
      const answer = await this.#nextAnswer(ask, unlock, signal);
      tried = answer.visitor;
      return answer.secret as T;
    };
    const profile = await open({
      passphrase: () => secret((way) => need(way.passphrase)()),
      privateKey: () => secret((way) => need(way.privateKey)()),
      asksAgain: (error) => {
        if (tried === undefined || !isAnswer(error)) return false;
        tried.settle(error);
        return true;
      },
    });
    this.#takeBack();
    return profile;
  }

  /** Lets everybody in who waits, and whoever comes: once the profile can be used. */
  letIn(): void {
    this.#isOpen = true;
    for (const visitor of [...this.#visitors]) visitor.settle();
  }

  /** Asks everybody who is there, and who comes meanwhile. @throws the signal's reason */
  async #nextAnswer(ask: Ask, unlock: (signal: AbortSignal) => Unlock, signal: AbortSignal): Promise<Answer> {
    this.#ask = ({ person, question }) =>
      onBehalfOf(person, () => ask(unlock(AbortSignal.any([signal, question.signal]))));
    this.#askAround();
    try {
      for (;;) {
        signal.throwIfAborted();
        const answer = this.#answers.shift();
        // Whoever has left since is not let in any more, and their answer opens nothing.
        if (answer !== undefined && this.#visitors.has(answer.visitor)) return answer;
        if (answer === undefined) await this.#answered(signal);
      }
    } finally {
      this.#ask = undefined;
    }
  }

  #askAround(): void {
    if (this.#ask === undefined) return;
    const asked = new Set([...this.#visitors].filter(({ isAsked }) => isAsked).map(({ face }) => face));
    for (const visitor of this.#visitors) {
      if (asked.has(visitor.face)) continue;
      asked.add(visitor.face);
      void this.#put(visitor, this.#ask);
    }
  }

  /** Never rejects: what goes wrong at one face is that one's business. */
  async #put(visitor: Visitor, ask: (visitor: Visitor) => Promise<unknown>): Promise<void> {
    visitor.isAsked = true;
    try {
      this.#answers.push({ visitor, secret: await ask(visitor) });
      this.#onAnswer?.();
    } catch (error) {
      // One whose question was taken back waits to be let in.
      if (!visitor.question.signal.aborted) visitor.settle(error);
    }
  }

  async #answered(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onAnswer = resolve;
    const wake = (): void => resolve();
    signal.addEventListener("abort", wake, { once: true });
    await promise;
    this.#onAnswer = undefined;
    signal.removeEventListener("abort", wake);
  }

  /** The profile is unlocked: nobody is asked any more. */
  #takeBack(): void {
    this.#answers.length = 0;
    for (const { question } of this.#visitors) question.abort();
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
