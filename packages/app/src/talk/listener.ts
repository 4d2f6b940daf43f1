/** Shows what happens in a profile: what was missed first, then every event. */
import { warnOfLookalikes } from "../contacts/lookalikes.ts";
import { fitted, messageText, shortId } from "../conversation.ts";
import { cleanLine, cleanName, closed, jsonLine } from "../display.ts";
import type { EventView, Face, MessageView } from "../face/face.ts";
import { note, print } from "../io.ts";
import { fileJson, messageJson, stateJson } from "../lines.ts";
import { DISK_FREE, DISK_SHORT, noticeText } from "../notices.ts";
import type { SavedFiles } from "./savedfiles.ts";
import { markShown } from "./shown.ts";

export class Listener {
  readonly #face: Face;
  readonly #signal: AbortSignal;
  readonly #json: boolean;
  readonly #files: SavedFiles | undefined;
  /** By the number of the contact. */
  #names = new Map<number, string>();

  constructor(face: Face, signal: AbortSignal, json: boolean, files: SavedFiles | undefined) {
    this.#face = face;
    this.#signal = signal;
    this.#json = json;
    this.#files = files;
  }

  /**
   * Shows messages, until so many have come, the time is up, or the signal aborts.
   * @returns how many messages were shown
   * @throws the signal's reason; Failure; what standard output or the disk throws
   */
  async listen(most = Number.POSITIVE_INFINITY, seconds?: number): Promise<number> {
    const over = new AbortController();
    const end = (): void => over.abort();
    this.#signal.addEventListener("abort", end);
    const timer = seconds === undefined ? undefined : setTimeout(end, seconds * 1000);
    // First of all, so that nothing falls between what was missed and what comes.
    const events = await this.#face.events({ signal: over.signal });
    let count = 0;
    try {
      await this.#learnNames();
      await this.#tellOfStatus();
      const seen = new Set<string>();
      for (let page = await this.#unread(seen); page.length > 0; page = await this.#unread(seen)) {
        for (const view of page) {
          seen.add(view.id);
          await this.#message(view);
          if (++count >= most) return count;
        }
      }
      await this.#resumeFiles();
      await this.#face.call("outbox.start", {});
      for await (const event of events) {
        if (event.type === "message" && seen.delete(event.message.id)) continue;
        if (await this.#event(event)) count++;
        if (count >= most) return count;
      }
      this.#signal.throwIfAborted();
      return count;
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener("abort", end);
      end();
    }
  }

  async #unread(seen: ReadonlySet<string>): Promise<MessageView[]> {
    const page = await this.#face.call("messages.unread", {});
    return page.filter(({ id }) => !seen.has(id));
  }

  /** @returns whether it was a message */
  async #event(event: EventView): Promise<boolean> {
    switch (event.type) {
      case "message":
        await this.#message(event.message);
        return true;
      case "request":
        await this.#request(event.message);
        return true;
      case "said":
        await this.#show(messageJson("message", event.message), () => messageText(event.message));
        return false;
      case "changed":
        await this.#show(messageJson("changed", event.message), () => messageText(event.message));
        return false;
      case "state":
        await this.#show(stateJson(event.id, await this.#name(event.contact), event.state), () =>
          event.state === "at-relay" ? "" : `* ${shortId(event.id)} ${event.state}\n\n`,
        );
        return false;
      case "notice":
        await this.#notice(event);
        return false;
      case "file":
        await this.#file(event);
        return false;
      case "connection":
        if (this.#json) await print(jsonLine({ type: "connection", relay: event.relay, up: event.isUp }));
        return false;
      case "disk":
        await this.#show(
          jsonLine({ type: "disk", short: event.isShort }),
          () => `* ${event.isShort ? DISK_SHORT : DISK_FREE}\n\n`,
        );
        return false;
      case "invite":
        await this.#invite(event);
        return false;
      case "contacts":
        await this.#learnNames();
        return false;
      default:
        return false;
    }
  }

  /** Shown first, read then: what could not be shown comes again. */
  async #message(view: MessageView): Promise<void> {
    const saved = await this.#files?.take(view);
    await this.#show(messageJson("message", view, saved), () => messageText(view, saved));
    await markShown(this.#face, view);
  }

  /** What a stranger says stays unread until it is accepted: so much of it is kept, and no more. */
  #request(view: MessageView): Promise<void> {
    return this.#show(messageJson("request", view), () => requestText(view));
  }

  async #notice({ contact, what, about, count }: EventView & { type: "notice" }): Promise<void> {
    const name = await this.#name(contact);
    // That a stranger's key is new need not be said.
    if (!this.#json && what === "identity-pinned") return;
    await this.#show(
      jsonLine({ type: "notice", with: name, contact, what, about, count }),
      () => `* ${closed(cleanName(name))}: ${noticeText(what, about, count)}\n\n`,
    );
  }

  async #invite({ id, contact, state }: EventView & { type: "invite" }): Promise<void> {
    const name = await this.#name(contact);
    await this.#show(
      jsonLine({ type: "invite", id, with: name, contact, state }),
      () => `* ${cleanName(name)} has answered your invite\n\n`,
    );
    // The name is one that the guest has chosen.
    await warnOfLookalikes(this.#face, contact);
  }

  async #file({ contact, file }: EventView & { type: "file" }): Promise<void> {
    let saved: string | undefined;
    if (file.state === "complete" && this.#files !== undefined) {
      for await (const { path } of this.#files.completed(file.id)) saved = path;
    }
    const text =
      saved === undefined
        ? `* ${closed(cleanName(file.name))}: ${progress(file)}\n\n`
        : savedText(file.name, saved);
    const isNews = this.#json || file.state !== "accepted";
    if (isNews) await this.#show(fileJson(await this.#name(contact), contact, file, saved), () => text);
    else if (process.stderr.isTTY) note(`${closed(cleanName(file.name))}: ${progress(file)}`);
  }

  async #resumeFiles(): Promise<void> {
    if (this.#files === undefined) return;
    for await (const { view, path } of this.#files.resume()) {
      const file = view.file;
      if (file === undefined) continue;
      await this.#show(fileJson(view.with, view.contact, file, path), () => savedText(file.name, path));
    }
  }

  async #tellOfStatus(): Promise<void> {
    const { requests, isDiskShort, full } = await this.#face.call("status.get", {});
    if (isDiskShort) note(DISK_SHORT);
    for (const id of full) note(`${cleanName(await this.#name(id))}: ${noticeText("room-used-up")}`);
    if (requests > 0) note(`Somebody unknown has written: asfaleia requests (${requests})`);
  }

  async #show(json: string, text: () => string): Promise<void> {
    await print(this.#json ? json : fitted(text()));
  }

  async #name(contact: number): Promise<string> {
    if (!this.#names.has(contact)) await this.#learnNames();
    return this.#names.get(contact) ?? "";
  }

  async #learnNames(): Promise<void> {
    const contacts = await this.#face.call("contacts.list", {});
    this.#names = new Map(contacts.map(({ id, name }) => [id, name]));
  }
}

function requestText(view: MessageView): string {
  const hint = `accept: asfaleia requests accept ${view.contact} --as NAME; refuse: asfaleia requests block ${view.contact}`;
  return `request ${view.contact} from ${cleanLine(view.from)}, somebody unknown (${hint})\n${messageText(view)}`;
}

function progress({ state, done, size }: { state: string; done: number; size: number }): string {
  return size === 0 || done >= size || state !== "accepted" ? state : `${Math.floor((100 * done) / size)} %`;
}

function savedText(name: string, path: string): string {
  return `* ${cleanName(name)} is saved: ${cleanLine(path)}\n\n`;
}
