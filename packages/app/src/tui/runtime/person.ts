/** Whoever sits at the screen: asked on it while it is there, and on the terminal before. */
import { cleanLine } from "../../display.ts";
import { currentPerson, type Person } from "../../person.ts";
import { EMPTY_COMPOSER } from "../composer/composer.ts";
import { type Happening, remark, step } from "../model/step.ts";

export class AtTheScreen implements Person {
  readonly #before = currentPerson();
  #screen: { dispatch(happening: Happening): void } | undefined;

  get sshAgent(): string | undefined {
    return this.#before.sshAgent;
  }

  /** From now on questions go to the screen. */
  sitAt(screen: { dispatch(happening: Happening): void }): void {
    this.#screen = screen;
  }

  canAsk(): boolean {
    return this.#screen !== undefined || this.#before.canAsk();
  }

  async secret(question: string, signal: AbortSignal): Promise<Uint8Array | null> {
    if (this.#screen === undefined) return this.#before.secret(question, signal);
    const answer = await this.#ask(question, true, signal);
    return answer === null ? null : new TextEncoder().encode(answer);
  }

  line(question: string, signal: AbortSignal): Promise<string | null> {
    return this.#screen === undefined
      ? this.#before.line(question, signal)
      : this.#ask(question, false, signal);
  }

  note(text: string): void {
    if (this.#screen === undefined) this.#before.note(text);
    else
      this.#screen.dispatch({
        type: "then",
        step: (state) => step(remark(state, cleanLine(text.trimEnd()))),
      });
  }

  #ask(question: string, isSecret: boolean, signal: AbortSignal): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    signal.addEventListener("abort", () => resolve(null), { once: true });
    this.#screen?.dispatch({
      type: "then",
      step: (state) =>
        step({
          ...state,
          overlay: {
            kind: "ask",
            title: isSecret ? "Passphrase" : "Question",
            text: question.trim(),
            isSecret,
            answer: EMPTY_COMPOSER,
            take: (now, answer) => {
              resolve(answer);
              return step({ ...now, overlay: undefined });
            },
            leave: (now) => {
              resolve(null);
              return step(now);
            },
          },
        }),
    });
    return promise;
  }
}
