/** Whoever sits at the screen: asked on it while it is there, and on the terminal before. */
import { cleanLine } from "../../display.ts";
import { currentPerson, type Person } from "../../person.ts";
import { remark, step } from "../model/step.ts";
import { ask, type Screen } from "./questions.ts";

type Aside = <T>(ask: () => Promise<T>) => Promise<T>;

export class AtTheScreen implements Person {
  readonly #before = currentPerson();
  #screen: Screen | undefined;
  #aside: Aside | undefined;
  /** The last secret, while it is going to be asked for again; and when that is. */
  #secret: string | undefined;
  #keeps: "nothing" | "the next" | "the last" = "nothing";

  get sshAgent(): string | undefined {
    return this.#before.sshAgent;
  }

  /**
   * From now on questions go to the screen.
   * @param aside where a secret would be seen on the screen: asks for it on the terminal, beside everything else
   */
  sitAt(screen: Screen, aside?: Aside): void {
    this.#screen = screen;
    this.#aside = aside;
  }

  /**
   * Whoever has just chosen a passphrase is not asked for it at once again: from here on the last secret is kept, from
   * `spendSecret` on it is the answer to one more question, and then forgotten.
   */
  keepSecret(): void {
    this.#keeps = "the next";
  }

  spendSecret(): void {
    this.#keeps = this.#secret ? "the last" : "nothing";
  }

  forgetSecret(): void {
    this.#keeps = "nothing";
    this.#secret = undefined;
  }

  canAsk(): boolean {
    return this.#screen !== undefined || this.#before.canAsk();
  }

  canAskSecret(): boolean {
    return this.#screen !== undefined || this.#before.canAskSecret();
  }

  async secret(question: string, signal: AbortSignal): Promise<Uint8Array | null> {
    if (this.#screen === undefined) return this.#before.secret(question, signal);
    if (this.#keeps === "the last" && this.#secret !== undefined) {
      const kept = new TextEncoder().encode(this.#secret);
      this.forgetSecret();
      return kept;
    }
    if (this.#aside !== undefined) return this.#aside(() => this.#before.secret(question, signal));
    const answer = await ask(
      this.#screen,
      { title: "Passphrase", text: cleanLine(question.trim()), isSecret: true, takesNothing: true },
      signal,
    );
    if (answer === null) return null;
    if (this.#keeps === "the next") this.#secret = answer;
    return new TextEncoder().encode(answer);
  }

  line(question: string, signal: AbortSignal): Promise<string | null> {
    if (this.#screen === undefined) return this.#before.line(question, signal);
    return ask(this.#screen, { title: "Question", text: question.trim() }, signal);
  }

  note(text: string): void {
    if (this.#screen === undefined) {
      this.#before.note(text);
      return;
    }
    const said = cleanLine(text.trimEnd().replace(/\n/g, " "));
    this.#screen.dispatch({ type: "then", step: (state) => step(remark(state, said)) });
  }
}
