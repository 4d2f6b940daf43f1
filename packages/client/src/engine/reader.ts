/** Reads one own mailbox, on a connection of its own: what has been taken in is acknowledged, and nothing else is. */
import { parseAddress } from "@asfaleia/protocol";
import type { Environment } from "../environment.ts";
import { RefusedError } from "../link/errors.ts";
import type { Link } from "../link/link.ts";
import type { OwnMailbox } from "../profile/profile.ts";
import { mailboxSigner } from "./mailboxkey.ts";
import { redialMs } from "./redial.ts";

/** Messages that the relay may send ahead of our acknowledgements. */
const WINDOW = 64;
/** Somebody else reads the mailbox: perhaps an older copy of this profile. */
const TAKEN_OVER_MS = 10 * 60_000;

export interface ReaderOptions {
  readonly mailbox: OwnMailbox;
  readonly environment: Environment;
  /** Resolves when the envelope is dealt with and need not come again. */
  readonly receive: (envelope: Uint8Array) => Promise<void>;
  readonly onBoot: (relay: string, bootId: Uint8Array) => void;
  readonly onChange: (isUp: boolean) => void;
}

export class Reader {
  readonly #options: ReaderOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #isUp = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 1; !signal.aborted; failures++) {
      let waitMs: number | undefined;
      try {
        await this.#readOnce(() => {
          failures = 0;
        });
      } catch (error) {
        if (error instanceof RefusedError && error.code === "taken-over") waitMs = TAKEN_OVER_MS;
      }
      this.#setUp(false);
      const fraction = this.#options.environment.random.fraction();
      if (!signal.aborted) await this.#wait(waitMs ?? redialMs(Math.max(1, failures), fraction));
    }
  }

  async #readOnce(onUp: () => void): Promise<void> {
    const { mailbox, environment, receive, onBoot } = this.#options;
    const link = await environment.dial(parseAddress(mailbox.relay), { signal: this.#closing.signal });
    try {
      const signer = mailboxSigner(mailbox.seed);
      const token = await link.authenticate(signer);
      const { messages } = await link.subscribe(token, WINDOW);
      onBoot(mailbox.relay, link.relay.bootId);
      onUp();
      this.#setUp(true);
      const acks = new Acks(link, () => link.authenticate(signer), token);
      for await (const { id, envelope } of messages) {
        await receive(envelope);
        acks.add(id);
      }
    } finally {
      link.close();
    }
  }

  #setUp(isUp: boolean): void {
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    this.#options.onChange(isUp);
  }

  async #wait(ms: number): Promise<void> {
    const { signal } = this.#closing;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const cancel = this.#options.environment.clock.after(ms, end);
      signal.addEventListener("abort", end);
    });
  }
}

type Token = Awaited<ReturnType<Link["authenticate"]>>;

/** One acknowledgement on its way at a time; what comes meanwhile goes with the next. */
class Acks {
  readonly #link: Link;
  readonly #renew: () => Promise<Token>;
  #token: Token;
  #waiting: Uint8Array[] = [];
  #isBusy = false;

  constructor(link: Link, renew: () => Promise<Token>, token: Token) {
    this.#link = link;
    this.#renew = renew;
    this.#token = token;
  }

  add(id: Uint8Array): void {
    this.#waiting.push(id);
    if (!this.#isBusy) void this.#flush();
  }

  async #flush(): Promise<void> {
    this.#isBusy = true;
    try {
      while (this.#waiting.length > 0) await this.#acknowledge(this.#waiting.splice(0));
    } catch {
      // What the relay did not hear of comes again, and is known then.
      this.#link.close();
    } finally {
      this.#isBusy = false;
    }
  }

  async #acknowledge(ids: readonly Uint8Array[]): Promise<void> {
    try {
      await this.#link.ack(this.#token, ids);
    } catch (error) {
      if (!(error instanceof RefusedError && error.code === "bad-token")) throw error;
      this.#token = await this.#renew();
      await this.#link.ack(this.#token, ids);
    }
  }
}
