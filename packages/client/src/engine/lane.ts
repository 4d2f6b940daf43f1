/**
 * The way into one mailbox of somebody else: a connection of its own, under a key drawn for it, so that a relay sees
 * envelopes come from nobody in particular. It is opened when there is something to send, and closed when there was
 * nothing for a while.
 */
import { parseAddress } from "@asfaleia/protocol";
import type { Environment } from "../environment.ts";
import type { AuthToken } from "../link/authenticate.ts";
import { RefusedError } from "../link/errors.ts";
import type { Link } from "../link/link.ts";
import type { Route } from "../profile/profile.ts";
import { MAILBOX_SEED_BYTES, mailboxSigner } from "./mailboxkey.ts";
import { redialMs, UNREACHABLE_MS } from "./redial.ts";

/** Envelopes on their way to the relay at a time. */
const WINDOW = 64;
const IDLE_MS = 60_000;

/** Something to send, and who is to hear what became of it. */
export interface Parcel {
  /** Asked for when the relay is there: a fresh seal. Nothing, where it need not be sent any more. */
  envelope(): Uint8Array | undefined;
  /** It is in the memory of that run of the relay. */
  taken(bootId: Uint8Array): void;
  /** `refused`: for good. Otherwise worth another try after so many milliseconds. */
  failed(outcome: "refused" | { readonly retryMs: number }): void;
}

/** What an ERROR says about whether to try again (docs/protocol.md, "Errors"). */
const WORTH_ANOTHER_TRY: ReadonlySet<string> = new Set([
  "mailbox-full",
  "relay-full",
  "slow-down",
  "going-away",
  "auth-failed",
  "bad-token",
]);

/** Nobody empties the mailbox, as it seems. */
const FULL: ReadonlySet<string> = new Set(["mailbox-full", "relay-full"]);
const FULL_MS = 6 * 3_600_000;

export interface LaneOptions {
  readonly route: Route;
  readonly environment: Environment;
  /** Told whenever a link is up. */
  readonly onBoot: (relay: string, bootId: Uint8Array) => void;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #closing = new AbortController();
  readonly #queue: Parcel[] = [];
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #failures = 0;
  /** Calls off the timer of a rest; undefined between rests. */
  #rest: (() => void) | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Nothing is on its way. */
  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** Nothing is to be remembered of it either. */
  get isSpare(): boolean {
    return this.isIdle && this.#failures === 0;
  }

  push(parcel: Parcel): void {
    this.#queue.push(parcel);
    this.#wake?.();
    this.#running ??= this.#run();
  }

  /** Parcels that are not at the relay are given up without a word. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#endRest();
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    let link: Link | undefined;
    try {
      const { environment, route, onBoot } = this.#options;
      const { signal } = this.#closing;
      link = await environment.dial(parseAddress(route.relay), { signal });
      const token = await link.authenticate(mailboxSigner(environment.random.bytes(MAILBOX_SEED_BYTES)));
      onBoot(route.relay, link.relay.bootId);
      await this.#send(link, token);
    } catch (error) {
      this.#failAll(error);
    } finally {
      link?.close();
      this.#running = undefined;
      if (this.#queue.length > 0 && !this.#closing.signal.aborted) this.#running = this.#run();
    }
  }

  /** Sends what comes until there is nothing for a while, or the link is over. */
  async #send(link: Link, token: AuthToken): Promise<void> {
    const onTheWay = new Set<Promise<void>>();
    let isOver = false;
    void link.closed.then(() => {
      isOver = true;
      this.#wake?.();
    });
    while (!isOver && !this.#closing.signal.aborted) {
      const parcel = this.#queue.shift();
      if (parcel === undefined) {
        if (!(await this.#waitForParcel())) break;
        continue;
      }
      const envelope = parcel.envelope();
      if (envelope === undefined) continue;
      const sent = link.send(token, this.#options.route.mailbox, envelope).then(
        () => {
          this.#failures = 0;
          this.#endRest();
          parcel.taken(link.relay.bootId);
        },
        (error) => {
          // The key was drawn for this link; a token that ran out is answered with another link and another key.
          if (error instanceof RefusedError && error.code === "bad-token") link.close();
          this.#fail(parcel, error);
        },
      );
      onTheWay.add(sent);
      void sent.then(() => onTheWay.delete(sent));
      if (onTheWay.size >= WINDOW) await Promise.race(onTheWay);
    }
    await Promise.all(onTheWay);
  }

  /** @returns false where none came in time */
  async #waitForParcel(): Promise<boolean> {
    const { clock, random } = this.#options.environment;
    let cancel: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      cancel = clock.after(IDLE_MS * (0.5 + random.fraction()), resolve);
    });
    this.#wake = undefined;
    cancel?.();
    return this.#queue.length > 0;
  }

  #fail(parcel: Parcel, error: unknown): void {
    if (!this.#closing.signal.aborted) parcel.failed(this.#outcomeOf(error));
  }

  #failAll(error: unknown): void {
    const parcels = this.#queue.splice(0);
    if (this.#closing.signal.aborted) return;
    const outcome = this.#outcomeOf(error);
    for (const parcel of parcels) parcel.failed(outcome);
  }

  #outcomeOf(error: unknown): "refused" | { readonly retryMs: number } {
    const code = error instanceof RefusedError ? error.code : undefined;
    if (code !== undefined && !WORTH_ANOTHER_TRY.has(code)) return "refused";
    const mostMs = code !== undefined && FULL.has(code) ? FULL_MS : UNREACHABLE_MS;
    const { clock, random } = this.#options.environment;
    // All that fails before anything can have waited long enough is one failure: a link is lost with all that was on it,
    // and what comes meanwhile tries at once.
    if (this.#rest === undefined) {
      this.#failures++;
      this.#rest = clock.after(redialMs(this.#failures, 0, mostMs), () => {
        this.#rest = undefined;
      });
    }
    return { retryMs: redialMs(this.#failures, random.fraction(), mostMs) };
  }

  #endRest(): void {
    this.#rest?.();
    this.#rest = undefined;
  }
}
