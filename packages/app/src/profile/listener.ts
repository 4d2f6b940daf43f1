/** Shows what happens in a profile: what was missed first, then every event. */
import type { MessageView, MessengerEvent } from "@asfaleia/client/messenger";
import { messageText, shortId } from "../conversation.ts";
import { cleanLine, jsonLine } from "../display.ts";
import { note, print } from "../io.ts";
import { fileJson, messageJson, stateJson } from "../lines.ts";
import { noticeText } from "../notices.ts";
import type { SavedFiles } from "./files.ts";
import type { Opened } from "./open.ts";
import { markShown } from "./shown.ts";
import { allUnread } from "./unread.ts";

export class Listener {
  readonly #opened: Opened;
  readonly #json: boolean;
  readonly #files: SavedFiles | undefined;

  constructor(opened: Opened, json: boolean, files: SavedFiles | undefined) {
    this.#opened = opened;
    this.#json = json;
    this.#files = files;
  }

  /**
   * Starts the messenger and shows messages, until so many have come, the time is up, or the signal aborts.
   * @returns how many messages were shown
   * @throws the signal's reason, EventsMissedError, what standard output or the disk throws
   */
  async listen(most = Number.POSITIVE_INFINITY, seconds?: number): Promise<number> {
    const { messenger, signal } = this.#opened;
    const over = new AbortController();
    const end = (): void => over.abort();
    signal.addEventListener("abort", end);
    const timer = seconds === undefined ? undefined : setTimeout(end, seconds * 1000);
    // Before the messenger starts, so that nothing falls between what was missed and what comes.
    const events = messenger.events({ signal: over.signal });
    let count = 0;
    try {
      tellOfRequests(this.#opened);
      for (const view of allUnread(this.#opened)) {
        await this.#message(view);
        if (++count >= most) return count;
      }
      await this.#resumeFiles();
      messenger.start();
      for await (const event of events) {
        if (await this.#event(event)) count++;
        if (count >= most) return count;
      }
      signal.throwIfAborted();
      return count;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      end();
    }
  }

  /** @returns whether it was a message */
  async #event(event: MessengerEvent): Promise<boolean> {
    switch (event.type) {
      case "message":
      case "request":
        await this.#message(event.message);
        return true;
      case "changed":
        await this.#show(messageJson("changed", event.message), () => messageText(event.message));
        return false;
      case "state":
        await this.#show(stateJson(event.id, this.#name(event.contact), event.state), () =>
          event.state === "at-relay" ? "" : `* ${shortId(event.id)} ${event.state}\n\n`,
        );
        return false;
      case "notice": {
        const { contact, what, about, count } = event;
        const name = this.#name(contact);
        // That a stranger's key is new need not be said.
        if (!this.#json && what === "identity-pinned") return false;
        await this.#show(
          jsonLine({ type: "notice", with: name, contact, what, about, count }),
          () => `* ${cleanLine(name)}: ${noticeText(what, about, count)}\n\n`,
        );
        return false;
      }
      case "invite": {
        const { id, contact, state } = event;
        const name = this.#name(contact);
        await this.#show(
          jsonLine({ type: "invite", id, with: name, contact, state }),
          () => `* ${cleanLine(name)} has answered your invite\n\n`,
        );
        return false;
      }
      case "file":
        await this.#file(event);
        return false;
      case "connection":
        if (this.#json) await print(jsonLine({ type: "connection", relay: event.relay, up: event.isUp }));
        return false;
    }
  }

  /** Shown first, read then: what could not be shown comes again. */
  async #message(view: MessageView): Promise<void> {
    const isRequest = this.#opened.profile.contacts.get(view.contact)?.state === "request";
    const saved = isRequest ? undefined : await this.#files?.take(view);
    await this.#show(messageJson(isRequest ? "request" : "message", view, saved), () =>
      isRequest ? requestText(view) : messageText(view, saved),
    );
    // What a stranger says stays unread until it is accepted: so much of it is kept, and no more.
    if (!isRequest) await markShown(this.#opened, view);
  }

  async #file({ contact, file }: MessengerEvent & { type: "file" }): Promise<void> {
    let saved: string | undefined;
    if (file.state === "complete" && this.#files !== undefined) {
      for await (const { path } of this.#files.completed(file.id)) saved = path;
    }
    const text =
      saved === undefined ? `* ${cleanLine(file.name)}: ${progress(file)}\n\n` : savedText(file.name, saved);
    const isNews = this.#json || file.state !== "accepted";
    if (isNews) await this.#show(fileJson(this.#name(contact), contact, file, saved), () => text);
    else if (process.stderr.isTTY) note(`${cleanLine(file.name)}: ${progress(file)}`);
  }

  async #resumeFiles(): Promise<void> {
    if (this.#files === undefined) return;
    for await (const { view, path } of this.#files.resume()) {
      const file = view.file;
      if (file === undefined) continue;
      await this.#show(fileJson(view.with, view.contact, file, path), () => savedText(file.name, path));
    }
  }

  async #show(json: string, text: () => string): Promise<void> {
    await print(this.#json ? json : text());
  }

  #name(contact: number): string {
    return this.#opened.profile.contacts.get(contact)?.name ?? "";
  }
}

function tellOfRequests({ messenger }: Opened): void {
  const { requests } = messenger.status();
  if (requests > 0) note(`Somebody unknown has written: asfaleia requests (${requests})`);
}

function requestText(view: MessageView): string {
  const hint = `accept: asfaleia requests accept ${view.contact} --as NAME; refuse: asfaleia requests block ${view.contact}`;
  return `request ${view.contact} from ${cleanLine(view.from)}, somebody unknown (${hint})\n${messageText(view)}`;
}

function progress({ state, done, size }: { state: string; done: number; size: number }): string {
  return size === 0 || done >= size || state !== "accepted" ? state : `${Math.floor((100 * done) / size)} %`;
}

function savedText(name: string, path: string): string {
  return `* ${cleanLine(name)} is saved: ${cleanLine(path)}\n\n`;
}
