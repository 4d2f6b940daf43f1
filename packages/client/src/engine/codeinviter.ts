/** The side of a spoken code that has made it: draws a number, waits for the one guest, and takes its card for its own. */
import type { Address } from "@asfaleia/protocol";
import { openSealedCard, type Packet, sealCard, writePacket } from "../code/packet.ts";
import { agreementOf, cardKey } from "../code/secrets.ts";
import { CONFIRMATION_BYTES, type Finish, finish, scalarFrom, start, WIDE_BYTES } from "../code/spake2.ts";
import { FIRST_NUMBER, NUMBERS, type SpokenCode, WORD_BYTES, wordsFrom } from "../code/spokencode.ts";
import type { Random } from "../environment.ts";
import { codeTaken, codeWrong, noAnswer, noNumber } from "./codeerrors.ts";
import { isLost } from "./codereader.ts";
import type { CodeLink, CodeRun } from "./coderun.ts";
import { redialMs } from "./redial.ts";
import { MARK_BYTES, type Place, Rendezvous } from "./rendezvous.ts";

/** How long the other side may take for its next packet, once it has begun. */
export const ANSWER_MS = 60_000;
/** Numbers that are tried before the relay is taken to be blocked. */
const MAX_DRAWS = 10;

type Hello = Extract<Packet, { kind: "hello" }>;

export interface Inviter {
  readonly code: SpokenCode;
  /** Of the relay's proved key. */
  readonly relayFingerprint: string;
  /** Gives the own card and gets theirs, once both have shown that they know the words. */
  exchange(cards: CardExchange): Promise<Uint8Array>;
}

export interface CardExchange {
  /** The own card. */
  own(): Promise<Uint8Array>;
  /** @throws MessengerError where theirs is none that could be taken */
  check(theirs: Uint8Array): void;
}

/** Draws a code whose number nobody uses at the relay. Rejects with MessengerError `code-taken`, LinkError, RefusedError. */
export async function makeInviter(run: CodeRun, relay: Address, endsAt: number): Promise<Inviter> {
  const { random } = run.environment;
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const number = String(FIRST_NUMBER + Math.floor(random.fraction() * NUMBERS));
    const place: Place = { relay, number, mark: random.bytes(MARK_BYTES), endsAt };
    const rendezvous = await Rendezvous.take(run, place, true);
    if (rendezvous === undefined) continue;
    const code = { number, words: wordsFrom(random.bytes(WORD_BYTES)) };
    return new OpenInviter(run, place, code, rendezvous);
  }
  throw noNumber();
}

class OpenInviter implements Inviter {
  readonly code: SpokenCode;
  readonly relayFingerprint: string;
  readonly #run: CodeRun;
  readonly #place: Place;
  #rendezvous: Rendezvous;

  constructor(run: CodeRun, place: Place, code: SpokenCode, rendezvous: Rendezvous) {
    this.#run = run;
    this.#place = place;
    this.code = code;
    this.#rendezvous = rendezvous;
    this.relayFingerprint = rendezvous.relayFingerprint;
  }

  async exchange(cards: CardExchange): Promise<Uint8Array> {
    try {
      return await this.#exchange(cards);
    } finally {
      // Whoever hears that the code is over can rely on it.
      this.#run.lastWord(this.#rendezvous.leave());
    }
  }

  async #exchange(cards: CardExchange): Promise<Uint8Array> {
    const agreement = agreementOf(this.relayFingerprint, this.code);
    const begun = start("A", agreement, newScalar(this.#run.environment.random));
    const { hello, ended } = await this.#firstHello(({ share, mailbox }) =>
      finish(begun, agreement, share, mailbox),
    );
    const guest = await Guest.dial(this.#run, this.#place.relay, hello.mailbox);
    try {
      const theirs = await this.#meet(guest, begun.share, ended, cards);
      return theirs;
    } catch (error) {
      this.#run.lastWord(guest.sayOver());
      throw error;
    }
  }

  /** The one run of SPAKE2: whatever happens from here, there is no second. */
  async #meet(guest: Guest, share: Uint8Array, ended: Finish, cards: CardExchange): Promise<Uint8Array> {
    const { reader } = this.#rendezvous;
    await guest.send({ kind: "answer", share });
    await reader.take((packet) => this.#expect(packet, "proof", ended), ANSWER_MS, noAnswer);
    await guest.send({ kind: "confirm", confirmation: ended.confirmation });
    const theirs = await reader.take(
      (packet) => {
        const isCard = this.#expect(packet, "card", ended);
        return isCard && packet.kind === "card"
          ? openSealedCard(packet.box, cardKey(ended.key, "guest"))
          : undefined;
      },
      ANSWER_MS,
      noAnswer,
    );
    cards.check(theirs);
    await guest.send(sealCard(await cards.own(), cardKey(ended.key, "inviter")));
    return theirs;
  }

  /**
   * What anybody who knows the number may send: another hello is somebody else, a proof that does not hold is a wrong word, or a
   * guest who gives up.
   * @returns whether it is what is waited for
   */
  #expect(packet: Packet, wanted: "proof" | "card", ended: Finish): true | undefined {
    if (packet.kind === "hello") {
      this.#run.lastWord(Guest.turnAway(this.#run, this.#place.relay, packet.mailbox));
      throw codeTaken();
    }
    if (packet.kind === "proof" && !ended.confirms(packet.confirmation)) throw codeWrong();
    return packet.kind === wanted ? true : undefined;
  }

  /** The first whose share makes a secret; on a connection that may be lost and had again meanwhile. */
  async #firstHello(
    end: (hello: Hello) => Finish | undefined,
  ): Promise<{ readonly hello: Hello; readonly ended: Finish }> {
    for (;;) {
      try {
        return await this.#rendezvous.reader.take((packet) => {
          const ended = packet.kind === "hello" ? end(packet) : undefined;
          return packet.kind === "hello" && ended !== undefined ? { hello: packet, ended } : undefined;
        });
      } catch (error) {
        if (!isLost(error)) throw error;
        this.#rendezvous.hangUp();
        this.#rendezvous = await this.#again();
      }
    }
  }

  async #again(): Promise<Rendezvous> {
    for (let failures = 1; ; failures++) {
      await this.#run.wait(redialMs(failures, this.#run.environment.random.fraction()));
      try {
        const rendezvous = await Rendezvous.take(this.#run, this.#place, false);
        if (rendezvous?.relayFingerprint !== this.relayFingerprint) throw codeTaken();
        return rendezvous;
      } catch (error) {
        if (!isLost(error)) throw error;
      }
    }
  }
}

/** The way to a guest: a connection and a key of its own. */
class Guest {
  readonly #run: CodeRun;
  readonly #to: CodeLink;
  readonly #mailbox: string;

  private constructor(run: CodeRun, to: CodeLink, mailbox: string) {
    this.#run = run;
    this.#to = to;
    this.#mailbox = mailbox;
  }

  static async dial(run: CodeRun, relay: Address, mailbox: Uint8Array): Promise<Guest> {
    return new Guest(run, await run.dial(relay), mailboxName(mailbox));
  }

  /** Somebody came second. */
  static async turnAway(run: CodeRun, relay: Address, mailbox: Uint8Array): Promise<void> {
    await (await Guest.dial(run, relay, mailbox)).sayOver();
  }

  async send(packet: Packet): Promise<void> {
    await this.#run.race(this.#say(packet));
  }

  /** A confirmation that does not hold: to whoever looks on, it is as good as one that does. */
  sayOver(): Promise<unknown> {
    const confirmation = this.#run.environment.random.bytes(CONFIRMATION_BYTES);
    return this.#say({ kind: "confirm", confirmation });
  }

  #say(packet: Packet): Promise<unknown> {
    const { link, token } = this.#to;
    return link.send(token, this.#mailbox, writePacket(packet));
  }
}

export function newScalar(random: Random): bigint {
  return scalarFrom(random.bytes(WIDE_BYTES));
}

/** As a relay names it. */
function mailboxName(mailbox: Uint8Array): string {
  return `SHA256:${Buffer.from(mailbox).toString("base64").replace(/=$/, "")}`;
}
