/** The side of a spoken code that was told it: says hello where the number leads, and gives its card for the inviter's. */
import { fingerprint as fingerprintOf } from "@asfaleia/identity";
import type { Address } from "@asfaleia/protocol";
import { openSealedCard, type Packet, sealCard, writePacket } from "../code/packet.ts";
import { agreementOf, cardKey, rendezvousSeed } from "../code/secrets.ts";
import { CONFIRMATION_BYTES, type Finish, finish, start } from "../code/spake2.ts";
import type { SpokenCode } from "../code/spokencode.ts";
import { LinkError, RefusedError } from "../link/errors.ts";
import { codeTaken, codeWrong, explained, noAnswer, noSuchCode } from "./codeerrors.ts";
import { ANSWER_MS, type CardExchange, newScalar } from "./codeinviter.ts";
import { CODE_WINDOW, CodeReader } from "./codereader.ts";
import type { CodeLink, CodeRun } from "./coderun.ts";
import { mailboxSigner } from "./mailboxkey.ts";
import { CODE_SLOT } from "./rendezvous.ts";

export interface Joining extends CardExchange {
  readonly relay: Address;
  readonly code: SpokenCode;
  /** @param relayFingerprint of the relay's proved key. @throws MessengerError where the code is one's own */
  refuseOwn(relayFingerprint: string): void;
  /**
   * Called before anything is said: from then on the code is used up on this side too.
   * @throws MessengerError `no-such-code` where it was before
   */
  spend(relayFingerprint: string): void;
}

/**
 * Uses a code, which uses it up.
 * Rejects with MessengerError `no-such-code`, `code-wrong`, `code-ended`, `code-taken`; before anything was said, with
 * LinkError or RefusedError; and as `refuseOwn`, `spend` and `check` throw.
 * @returns the inviter's card
 */
export async function useCode(run: CodeRun, joining: Joining): Promise<Uint8Array> {
  const { relay, code } = joining;
  const to = await run.dial(relay);
  const relayFingerprint = to.link.relay.fingerprint;
  joining.refuseOwn(relayFingerprint);
  const rendezvous = fingerprintOf(mailboxSigner(rendezvousSeed(relayFingerprint, code.number)).publicKey);
  const documents = await run.race(to.link.lookup(to.token, rendezvous));
  if (!documents.some(({ slot }) => slot === CODE_SLOT)) throw noSuchCode();
  const from = await run.dial(relay);
  if (from.link.relay.fingerprint !== relayFingerprint) throw new LinkError("relay-key-changed");
  const { messages } = await run.race(from.link.subscribe(from.token, CODE_WINDOW));
  joining.spend(relayFingerprint);
  const guest = new Guest(run, { to, rendezvous, from, reader: new CodeReader(run, from, messages) });
  return guest.exchange(joining, relayFingerprint);
}

interface Ways {
  readonly to: CodeLink;
  readonly rendezvous: string;
  readonly from: CodeLink;
  readonly reader: CodeReader;
}

class Guest {
  readonly #run: CodeRun;
  readonly #ways: Ways;
  /** The inviter has said that it is over: there is nobody left to say it to. */
  #isOver = false;

  constructor(run: CodeRun, ways: Ways) {
    this.#run = run;
    this.#ways = ways;
  }

  async exchange(joining: Joining, relayFingerprint: string): Promise<Uint8Array> {
    const agreement = agreementOf(relayFingerprint, joining.code);
    const begun = start("B", agreement, newScalar(this.#run.environment.random));
    const mailbox = mailboxBytes(this.#ways.from.token.mailbox);
    try {
      await this.#send({ kind: "hello", mailbox, share: begun.share });
      const { share } = await this.#take("answer");
      const ended = finish(begun, agreement, share, mailbox);
      if (ended === undefined) throw codeWrong();
      await this.#send({ kind: "proof", confirmation: ended.confirmation });
      await this.#take("confirm", ended);
      await this.#send(sealCard(await joining.own(), cardKey(ended.key, "guest")));
      const theirs = await this.#takeCard(ended);
      joining.check(theirs);
      return theirs;
    } catch (error) {
      if (!this.#isOver) this.#run.lastWord(this.#sayOver());
      throw explained(error);
    }
  }

  #take<Kind extends "answer" | "confirm">(
    wanted: Kind,
    ended?: Finish,
  ): Promise<Extract<Packet, { kind: Kind }>> {
    const judge = (packet: Packet): Extract<Packet, { kind: Kind }> | undefined => {
      this.#heed(packet, ended);
      return packet.kind === wanted ? (packet as Extract<Packet, { kind: Kind }>) : undefined;
    };
    return this.#ways.reader.take(judge, ANSWER_MS, noAnswer);
  }

  #takeCard(ended: Finish): Promise<Uint8Array> {
    const judge = (packet: Packet): Uint8Array | undefined => {
      this.#heed(packet, ended);
      return packet.kind === "card" ? openSealedCard(packet.box, cardKey(ended.key, "inviter")) : undefined;
    };
    return this.#ways.reader.take(judge, ANSWER_MS, noAnswer);
  }

  /** A confirmation that does not hold ends it, whenever it comes; so does a second answer. */
  #heed(packet: Packet, ended: Finish | undefined): void {
    if (packet.kind === "confirm" && ended?.confirms(packet.confirmation) !== true) {
      this.#isOver = true;
      throw codeWrong();
    }
    if (packet.kind === "answer" && ended !== undefined) throw codeWrong();
  }

  async #send(packet: Packet): Promise<void> {
    try {
      await this.#run.race(this.#say(packet));
    } catch (error) {
      throw error instanceof RefusedError && error.code === "mailbox-full" ? codeTaken() : error;
    }
  }

  #sayOver(): Promise<unknown> {
    const confirmation = this.#run.environment.random.bytes(CONFIRMATION_BYTES);
    return this.#say({ kind: "proof", confirmation });
  }

  #say(packet: Packet): Promise<unknown> {
    const { to, rendezvous } = this.#ways;
    return to.link.send(to.token, rendezvous, writePacket(packet));
  }
}

function mailboxBytes(fingerprint: string): Uint8Array {
  return new Uint8Array(Buffer.from(fingerprint.slice("SHA256:".length), "base64"));
}
