/** A profile that is open to faces: the messenger, what faces tell each other, and the uploads that they have begun. */
import type { MessageView } from "@asfaleia/client/messenger";
import type { Opened } from "../profile/open.ts";
import { keyOf } from "../profile/open.ts";
import type { ProfileValues } from "../profile/where.ts";
import type { Caller } from "./caller.ts";
import { Codes } from "./codes.ts";
import { Uploads } from "./uploads.ts";
import type { EventView } from "./views.ts";

/** What happened through a face, which the messenger has no event for. */
export type FaceEvent = Extract<EventView, { type: "said" | "read" | "contacts" | "settings" }>;

export interface SessionOptions {
  /** Told once where the messenger cannot go on: a full disk, a damaged profile. */
  readonly onFailure: (error: unknown) => void;
  /** What else is not as it should be, in words. */
  readonly troubles?: () => string[];
  /** The messenger does not go online before this has resolved. */
  readonly ready?: Promise<void>;
}

export class Session {
  readonly opened: Opened;
  readonly uploads = new Uploads();
  readonly codes = new Codes();
  readonly #values: ProfileValues;
  readonly #troubles: () => string[];
  readonly #ready: Promise<void> | undefined;
  readonly #listeners = new Set<(event: EventView) => void>();
  readonly #pump: Promise<void>;
  #isStarted = false;

  constructor(
    opened: Opened,
    values: ProfileValues,
    { onFailure, troubles = () => [], ready }: SessionOptions,
  ) {
    this.opened = opened;
    this.#troubles = troubles;
    this.#ready = ready;
    this.#values = values;
    const events = opened.messenger.events();
    this.#pump = (async () => {
      for await (const event of events) this.#emit(event);
    })().catch(onFailure);
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** What is not as it should be, in words. */
  troubles(): string[] {
    return [...this.#troubles(), ...this.opened.dialling.troubles()];
  }

  /** The messenger begins to read and to send. Once more does nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const { messenger, signal } = this.opened;
    if (this.#ready === undefined) messenger.start();
    else void this.#ready.then(() => signal.aborted || messenger.start());
  }

  /** Calls `listener` with every event from now on. @returns what ends that */
  listen(listener: (event: EventView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets every face know what one of them has done. */
  tell(event: FaceEvent): void {
    this.#emit(event);
  }

  /** A message that a face has said: the others show it too. */
  said(message: MessageView): MessageView {
    this.tell({ type: "said", message });
    return message;
  }

  /** The profile as one call sees it: its SSH key is found, and perhaps unlocked, for this call alone. */
  forCall({ signal }: Caller): Opened {
    return { ...this.opened, signal, key: keyOf(this.opened.profile, this.#values, signal) };
  }

  /** When the messenger has closed and its last event is told. */
  ended(): Promise<void> {
    return this.#pump;
  }

  /** A face is gone, and what only it could go on with. */
  drop(face: object): void {
    this.uploads.drop(face);
    this.codes.drop(face);
  }

  #emit(event: EventView): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
