/**
 * Looks at an invite again while nobody answers: its card may be another one by now, or somebody was faster. A reader of the
 * inviter's cannot always say so: a one-time prekey opens one session only.
 */
import { CLOCK_SKEW_MS } from "../format/fields.ts";
import { MessengerError } from "../messenger.ts";
import type { Answer } from "../profile/profile.ts";
import { INVITE_GRACE_MS } from "../rules/invites.ts";
import { lookupDelay } from "../rules/resend.ts";
import { cardOfAnswer, type Found, findInvite, inviteOfAnswer } from "./answers.ts";
import { closeAnswer } from "./answerstate.ts";
import { type Context, keep, now } from "./context.ts";
import { learnCard } from "./peers.ts";

export class AnswerLooks {
  readonly #context: Context;
  readonly #closing = new AbortController();
  /** Contacts whose invite was seen closed. It may be our own answer that did that, and theirs be on its way. */
  readonly #closed = new Set<number>();
  #running: Promise<void> | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Begins with those that are due, unless it is at it. To be called in a turn. @returns when to look again */
  look(): number | undefined {
    const nextAt = this.#context.profile.answers.nextLookAt();
    if (nextAt === undefined || nextAt > now(this.#context)) return nextAt;
    if (!this.#closing.signal.aborted)
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
        this.#context.wake();
      });
    return undefined;
  }

  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  async close(): Promise<void> {
    this.#closing.abort(new MessengerError("closed", "the messenger is closed"));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      const answer = this.#context.profile.answers.toLookAt(now(this.#context));
      if (answer === undefined || signal.aborted) return;
      // A relay that does not answer has said nothing.
      const found = await findInvite(this.#context, inviteOfAnswer(answer), signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.#context.inTurn(() => this.#keep(answer, found));
    }
  }

  #keep(answer: Answer, found: Found | undefined): void {
    const { profile, environment, delays } = this.#context;
    const { contact, mailbox } = answer;
    const fresh = profile.answers.get(contact);
    if (fresh?.mailbox !== mailbox || fresh.state !== "waiting") return;
    keep(this.#context, (tell) => {
      const looks = fresh.looks + 1;
      const lookAt = now(this.#context) + lookupDelay(looks + 1, environment.random.fraction(), delays);
      profile.answers.update(contact, { looks, lookAt });
      const document = found?.document;
      // However long a relay goes on showing it.
      const isOver = now(this.#context) > answer.expiresAt + INVITE_GRACE_MS + CLOCK_SKEW_MS;
      if (isOver) closeAnswer(this.#context, tell, contact, "ended");
      else if (document?.state === "open") {
        const card = cardOfAnswer(this.#context, document.card, answer);
        const isTheirs = card !== undefined && profile.identities.get(card.fingerprint)?.contact === contact;
        if (isTheirs) learnCard(this.#context, tell, card, "outside");
      } else if (document !== undefined) {
        if (this.#closed.delete(contact)) closeAnswer(this.#context, tell, contact, document.state);
        else this.#closed.add(contact);
      }
    });
  }
}
