/** Tells somebody who looks elsewhere that there is a message: not more often than a bell is borne. */
import { checkHook, Hook } from "../../hook.ts";
import { type NotifySetting, type NotifyWay, notification, notifyText } from "../../notify.ts";

const LEAST_PAUSE_MS = 2_000;

export interface NoticesOptions {
  /** How the terminal tells. */
  readonly way: NotifyWay;
  /** What the user wants of them, asked each time. */
  readonly wanted: () => NotifySetting;
  /** The user's program that tells instead of the terminal, asked each time; undefined where there is none. */
  readonly program: () => string | undefined;
  readonly clock: () => number;
  /** To the terminal, beside the frames. */
  readonly write: (text: string) => void;
}

export class Notices {
  readonly #options: NoticesOptions;
  #last = Number.NEGATIVE_INFINITY;
  #hook: { readonly path: string; readonly program: Hook } | undefined;
  #isOver = false;

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** @param name of the contact who has written; undefined where it is a stranger */
  readonly tell = (name: string | undefined): void => {
    const { wanted, program, clock } = this.#options;
    const setting = wanted();
    const text =
      name === undefined ? notifyText(setting === "off" ? "off" : "bare", "") : notifyText(setting, name);
    const now = clock();
    if (text === undefined || now - this.#last < LEAST_PAUSE_MS) return;
    this.#last = now;
    const path = program();
    if (path === undefined) this.#byTerminal(text);
    else void this.#byProgram(path, text);
  };

  /** Programs that still run are ended. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#hook?.program.end();
  }

  #byTerminal(text: string): void {
    const { way, write } = this.#options;
    write(notification(way, text));
  }

  async #byProgram(path: string, text: string): Promise<void> {
    try {
      // It may have been changed since it was set.
      await checkHook(path);
    } catch {
      // Better the terminal's way than none.
      if (!this.#isOver) this.#byTerminal(text);
      return;
    }
    if (this.#isOver) return;
    if (this.#hook?.path !== path) {
      void this.#hook?.program.end();
      this.#hook = { path, program: new Hook(path) };
    }
    this.#hook.program.tell({ text });
  }
}
