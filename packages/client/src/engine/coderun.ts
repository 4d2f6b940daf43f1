/** One side of one spoken code while it runs: what ends it, what it waits for, and its links. */
import type { Address } from "@asfaleia/protocol";
import type { Environment } from "../environment.ts";
import type { AuthToken } from "../link/authenticate.ts";
import type { Link } from "../link/link.ts";
import { MAILBOX_SEED_BYTES, mailboxSigner } from "./mailboxkey.ts";

/** How long a relay may take to hear that it is over. */
const LAST_WORDS_MS = 3_000;

export interface CodeLink {
  readonly link: Link;
  readonly token: AuthToken;
}

export class CodeRun {
  readonly environment: Environment;
  readonly #ending = new AbortController();
  readonly #links = new Set<Link>();
  readonly #lastWords: Promise<unknown>[] = [];
  readonly #tidy: () => void;
  #isClosed = false;

  /**
   * @param ms after which it ends with `late`
   * @param signal of the user, which ends it with its reason
   */
  constructor(environment: Environment, ms: number, late: () => Error, signal?: AbortSignal) {
    this.environment = environment;
    const cancel = environment.clock.after(ms, () => this.end(late()));
    const abort = (): void => this.end(signal?.reason);
    this.#tidy = () => {
      cancel();
      signal?.removeEventListener("abort", abort);
    };
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
  }

  /** From outside: what waits rejects with the reason. */
  end(reason: unknown): void {
    this.#ending.abort(reason);
  }

  /** What is to go out before the links are hung up, also when the run was ended from outside. */
  lastWord(said: Promise<unknown>): void {
    said.catch(() => {});
    this.#lastWords.push(said);
  }

  /** Over: hangs up. Resolves when the last words are out, or nobody took them in time. */
  async close(): Promise<void> {
    this.#tidy();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.environment.clock.after(LAST_WORDS_MS, resolve);
    await Promise.race([Promise.allSettled(this.#lastWords), promise]);
    cancel();
    this.#isClosed = true;
    for (const link of this.#links) link.close();
  }

  /** A link under a key; the end of the run does not cut it, so that a last word can go out. @param seed left out: one drawn for it */
  async dial(
    relay: Address,
    seed: Uint8Array | ((relay: string) => Uint8Array) = this.environment.random.bytes(MAILBOX_SEED_BYTES),
  ): Promise<CodeLink> {
    const link = await this.#open(relay);
    const own = typeof seed === "function" ? seed(link.relay.fingerprint) : seed;
    try {
      return { link, token: await this.race(link.authenticate(mailboxSigner(own))) };
    } catch (error) {
      this.hangUp(link);
      throw error;
    }
  }

  hangUp(link: Link): void {
    this.#links.delete(link);
    link.close();
  }

  async #open(relay: Address): Promise<Link> {
    const { signal } = this.#ending;
    signal.throwIfAborted();
    const opening = new AbortController();
    const abort = (): void => opening.abort(signal.reason);
    signal.addEventListener("abort", abort);
    try {
      const link = await this.environment.dial(relay, { signal: opening.signal });
      this.#links.add(link);
      if (this.#isClosed) link.close();
      return link;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /**
   * Waits for something until the run ends, or for `ms` milliseconds.
   * Rejects with what ended the run, with `late()`, or as the promise does.
   */
  async race<T>(promise: Promise<T>, ms?: number, late?: () => Error): Promise<T> {
    const { signal } = this.#ending;
    const other = Promise.withResolvers<never>();
    const abort = (): void => other.reject(signal.reason);
    const cancel =
      ms === undefined || late === undefined
        ? undefined
        : this.environment.clock.after(ms, () => other.reject(late()));
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    try {
      return await Promise.race([promise, other.promise]);
    } finally {
      cancel?.();
      signal.removeEventListener("abort", abort);
      promise.catch(() => {});
    }
  }

  async wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.environment.clock.after(ms, resolve);
    try {
      await this.race(promise);
    } finally {
      cancel();
    }
  }
}
