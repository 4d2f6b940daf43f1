/** Runs the user's program for each message that comes, where the setting `on-message` names one. */
import type { Session } from "../api/session.ts";
import { checkHook, Hook } from "../hook.ts";
import { messageFacts } from "../lines.ts";
import { settingOf } from "../settings.ts";

export class OnMessage {
  readonly #session: Session;
  readonly #unlisten: () => void;
  #hook: { readonly path: string; readonly program: Hook } | undefined;
  #trouble: string | undefined;

  /** What strangers write runs nothing. */
  constructor(session: Session) {
    this.#session = session;
    this.#unlisten = session.listen((event) => {
      if (event.type === "message" && !event.message.isOwn)
        void this.#tell(messageFacts("message", event.message));
    });
  }

  /** Why it does not run, in words; undefined where all is well. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  async close(): Promise<void> {
    this.#unlisten();
    await this.#hook?.program.end();
  }

  async #tell(message: object): Promise<void> {
    try {
      const path = settingOf(this.#session.opened.profile, "on-message");
      if (path === undefined) return;
      if (this.#hook?.path !== path)
        this.#hook = { path, program: new Hook(path, { onOverflow: this.#overflow }) };
      // It may have been changed since it was set.
      await checkHook(path);
      this.#trouble = undefined;
      this.#hook.program.tell(message);
    } catch (error) {
      this.#trouble = `on-message: ${(error as Error).message}`;
    }
  }

  readonly #overflow = (): void => {
    this.#trouble = "on-message: messages came faster than the program took them, and some were left out";
  };
}
