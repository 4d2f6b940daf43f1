/** How the messenger reaches relays: as every verb does, but in the background and again and again. */
import type { Link } from "@asfaleia/client";
import type { Dial } from "@asfaleia/client/messenger";
import { type Address, formatAddress } from "@asfaleia/protocol";
import { Failure, failureOf } from "../exit.ts";
import { complain } from "../io.ts";
import { dialTrusted, type Trusting } from "../relays.ts";

export class Dialling {
  readonly #trusting: Trusting;
  /** What went wrong with a relay the last time. */
  readonly #troubles = new Map<string, Error>();
  /** Relays that a person did not trust, or whose key has changed: nobody is asked or warned twice. */
  readonly #refused = new Map<string, Error>();
  /** Links that are being opened, logins and envelopes that wait for the relay's answer. */
  #underWay = 0;
  /** One question at a time. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(trusting: Trusting) {
    this.#trusting = trusting;
  }

  readonly dial: Dial = async (relay, { signal, pinPrefix }) => {
    // A relay that an invite names by the beginning of its pin is another matter than the one known at that place.
    const half = pinPrefix === undefined ? "" : ` ${Buffer.from(pinPrefix).toString("hex")}`;
    const place = formatAddress(relay) + half;
    const refusal = this.#refused.get(place);
    if (refusal !== undefined) throw refusal;
    try {
      const opening =
        relay.fingerprint === undefined && pinPrefix === undefined
          ? this.#inTurn(relay, signal)
          : this.#open(relay, signal, pinPrefix);
      const link = this.#counting(await this.#count(opening));
      this.#troubles.delete(place);
      return link;
    } catch (error) {
      if (!signal.aborted && error instanceof Error) this.#remember(place, error);
      throw error;
    }
  };

  get isSending(): boolean {
    return this.#underWay > 0;
  }

  /** Says why relays could not be reached, if they could not. */
  explain(): void {
    for (const text of this.troubles()) complain(text);
  }

  /** What went wrong with relays the last time, in words. */
  troubles(): string[] {
    return [...this.#troubles.values()].map((error) => failureOf(error).message);
  }

  #open(relay: Address, signal: AbortSignal, pinPrefix?: Uint8Array): ReturnType<Dial> {
    return dialTrusted(relay, this.#trusting, signal, pinPrefix);
  }

  #inTurn(relay: Address, signal: AbortSignal): ReturnType<Dial> {
    const opening = this.#before
      .then(() => this.#refused.get(formatAddress(relay)))
      .then((refusal) => {
        if (refusal !== undefined) throw refusal;
        return this.#open(relay, signal);
      });
    this.#before = opening.catch(() => {});
    return opening;
  }

  #counting(link: Link): Link {
    return {
      relay: link.relay,
      closed: link.closed,
      authenticate: (signer) => this.#count(link.authenticate(signer)),
      send: (token, receiver, envelope) => this.#count(link.send(token, receiver, envelope)),
      get: (token) => link.get(token),
      subscribe: (token, window) => link.subscribe(token, window),
      ack: (token, ids) => this.#count(link.ack(token, ids)),
      publish: (token, slot, seconds, document) => link.publish(token, slot, seconds, document),
      lookup: (token, of) => link.lookup(token, of),
      close: () => link.close(),
    };
  }

  async #count<T>(work: Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await work;
    } finally {
      this.#underWay--;
    }
  }

  #remember(place: string, error: Error): void {
    this.#troubles.set(place, error);
    const isChanged = error.name === "LinkError" && "code" in error && error.code === "relay-key-changed";
    if (error instanceof Failure || isChanged) this.#refused.set(place, error);
  }
}
