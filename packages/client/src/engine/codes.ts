/** The spoken codes of this device, made and used: in memory only, few at a time, gone with the process. */
import { type Address, ProtocolError, parseAddress } from "@asfaleia/protocol";
import { formatCode, parseCode } from "../code/spokencode.ts";
import {
  type CodeOffer,
  type ContactView,
  type JoinOptions,
  type MakeCodeOptions,
  MessengerError,
} from "../messenger.ts";
import { codeTimedOut, explained, noAnswer } from "./codeerrors.ts";
import { useCode } from "./codeguest.ts";
import { type CardExchange, makeInviter } from "./codeinviter.ts";
import { CodeRun } from "./coderun.ts";
import { type Context, keep, now } from "./context.ts";
import { frontCard } from "./owncard.ts";
import { ownRelays } from "./ownsettings.ts";
import { checkPaired, pair } from "./pairing.ts";
import { checkedName } from "./people.ts";
import { CODE_MS } from "./rendezvous.ts";
import { TriedCodes } from "./triedcodes.ts";
import { TurnsClosed } from "./turns.ts";
import { contactView } from "./views.ts";

/** Made and used together. */
export const MAX_CODES = 4;

export class Codes {
  readonly #context: Context;
  readonly #runs = new Map<CodeRun, Promise<unknown>>();
  /** Relay and number of those that were made here and are open. */
  readonly #own = new Set<string>();
  readonly #tried = new TriedCodes();
  #isClosed = false;

  constructor(context: Context) {
    this.#context = context;
  }

  async make({ as, signal }: MakeCodeOptions): Promise<CodeOffer> {
    const name = as === undefined ? undefined : checkedName(as);
    const [relay] = ownRelays(this.#context.profile);
    if (relay === undefined) throw new Error("a profile without a relay");
    const run = this.#begin(codeTimedOut, signal);
    const endsAt = now(this.#context) + CODE_MS;
    const offer = Promise.withResolvers<CodeOffer>();
    const work = async (): Promise<ContactView> => {
      const inviter = await makeInviter(run, relay, endsAt);
      const number = placeOf(inviter.relayFingerprint, inviter.code.number);
      this.#own.add(number);
      try {
        offer.resolve({ code: formatCode(inviter.code), endsAt, result });
        const card = await inviter.exchange(this.#cards()).catch((error) => Promise.reject(explained(error)));
        return await this.#pair(card, name);
      } finally {
        this.#own.delete(number);
      }
    };
    const result = this.#follow(run, work());
    result.catch((error) => offer.reject(error));
    return offer.promise;
  }

  async join(text: string, { as, relay: at, signal }: JoinOptions): Promise<ContactView> {
    const name = as === undefined ? undefined : checkedName(as);
    const code = parseCode(text);
    if (code === undefined)
      throw new MessengerError(
        "bad-code",
        "this is no code: a code is a number and two words, like 48213-crossover-clockwork, with words from a fixed list",
      );
    const relay = at === undefined ? ownRelays(this.#context.profile)[0] : address(at);
    if (relay === undefined) throw new Error("a profile without a relay");
    const run = this.#begin(noAnswer, signal);
    const refuseOwn = (relayFingerprint: string): void => {
      if (!this.#own.has(placeOf(relayFingerprint, code.number))) return;
      throw new MessengerError("not-allowed", "this is a code of your own: tell it to somebody else");
    };
    const work = async (): Promise<ContactView> => {
      const spend = (relayFingerprint: string): void =>
        this.#tried.add(placeOf(relayFingerprint, code.number), now(this.#context));
      const card = await useCode(run, { ...this.#cards(), relay, code, refuseOwn, spend });
      return this.#pair(card, name);
    };
    return this.#follow(run, work());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const runs = [...this.#runs];
    for (const [run] of runs) run.end(closed());
    await Promise.allSettled(runs.map(([, ended]) => ended));
  }

  #begin(late: () => Error, signal: AbortSignal | undefined): CodeRun {
    if (this.#isClosed) throw closed();
    signal?.throwIfAborted();
    if (this.#runs.size >= MAX_CODES)
      throw new MessengerError(
        "not-allowed",
        `${MAX_CODES} codes are open: take one back, or wait until one has ended`,
      );
    const run = new CodeRun(this.#context.environment, CODE_MS, late, signal);
    // So that another that is asked for at once finds this one.
    this.#runs.set(run, Promise.resolve());
    return run;
  }

  /** A run that nobody waits for must not end the process. */
  #follow<T>(run: CodeRun, work: Promise<T>): Promise<T> {
    const ended = work.finally(async () => {
      await run.close();
      this.#runs.delete(run);
    });
    ended.catch(() => {});
    this.#runs.set(run, ended);
    return ended;
  }

  #cards(): CardExchange {
    return {
      own: () => this.#turn(() => frontCard(this.#context)),
      check: (theirs) => checkPaired(this.#context, theirs),
    };
  }

  #pair(card: Uint8Array, as: string | undefined): Promise<ContactView> {
    return this.#turn(() =>
      keep(this.#context, (tell) => contactView(this.#context, pair(this.#context, tell, card, as))),
    );
  }

  async #turn<T>(work: () => T): Promise<T> {
    try {
      return await this.#context.turns.take(work);
    } catch (error) {
      throw error instanceof TurnsClosed ? closed() : error;
    }
  }
}

function placeOf(relayFingerprint: string, number: string): string {
  return `${relayFingerprint} ${number}`;
}

function address(text: string): Address {
  try {
    return parseAddress(text);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new MessengerError("bad-address", error.message);
  }
}

function closed(): MessengerError {
  return new MessengerError("closed", "the messenger is closed");
}
