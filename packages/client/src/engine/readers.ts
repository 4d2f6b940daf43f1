/** The readers of the own mailboxes: as many as there are mailboxes, each on a connection of its own. */
import type { OwnMailbox } from "../profile/profile.ts";
import type { Context } from "./context.ts";
import { Reader } from "./reader.ts";

export interface ReadersOptions {
  readonly context: Context;
  readonly receive: (mailbox: OwnMailbox, envelope: Uint8Array) => Promise<void>;
  readonly onBoot: (relay: string, bootId: Uint8Array) => void;
}

export class Readers {
  readonly #options: ReadersOptions;
  readonly #readers = new Map<number, { readonly relay: string; readonly reader: Reader }>();
  readonly #closing = new Set<Promise<void>>();
  #isClosed = false;
  #version: number | undefined;

  constructor(options: ReadersOptions) {
    this.#options = options;
  }

  /** Begins to read what is new, and ends what is no more. */
  follow(): void {
    const version = this.#options.context.profile.mailboxes.version();
    if (this.#isClosed || version === this.#version) return;
    this.#version = version;
    const { context, receive, onBoot } = this.#options;
    const mailboxes = new Map(context.profile.mailboxes.all().map((mailbox) => [mailbox.id, mailbox]));
    for (const [id, { reader }] of this.#readers) if (!mailboxes.has(id)) this.#end(id, reader);
    for (const [id, mailbox] of mailboxes) {
      if (this.#readers.has(id)) continue;
      const reader = new Reader({
        mailbox,
        environment: context.environment,
        receive: (envelope) => receive(mailbox, envelope),
        onBoot,
        onChange: (isUp) => context.events.emit({ type: "connection", relay: mailbox.relay, isUp }),
      });
      this.#readers.set(id, { relay: mailbox.relay, reader });
    }
  }

  /** Whether any mailbox at a relay is being read. */
  isUp(relay: string): boolean {
    return [...this.#readers.values()].some((entry) => entry.relay === relay && entry.reader.isUp);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [id, { reader }] of this.#readers) this.#end(id, reader);
    await Promise.all(this.#closing);
  }

  #end(id: number, reader: Reader): void {
    this.#readers.delete(id);
    const ended = reader.close();
    this.#closing.add(ended);
    void ended.then(() => this.#closing.delete(ended));
  }
}
